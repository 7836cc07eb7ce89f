"""What does a store read of the array that it writes?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Apply, Expr, Ref, View
from ..ir.ops import OpKind
from ..ir.types import Size, Type

if TYPE_CHECKING:
    from .lower import Lowering


def rows_held(lowering: Lowering, target: Expr, value: Expr, mask: Expr | None) -> tuple[Expr, Expr | None]:
    """The operands of a store with copies of the rows and columns that it reads and changes.

    u[:] = min(u, u[:, k] + u[k]) may then be computed in place, with copies of a row and a column instead of a
    temporary of the size of u. Nothing is copied where that would not do, or the store does not reach the row.
    """
    operands = [value] if mask is None else [value, mask]
    if not target.type.rank or same_elements(lowering, target, operands):
        return value, mask
    memory = lowering.memory(arr.buffer_of(target).name)
    copies: dict[View, Ref] = {}

    def change(node: Expr) -> Expr:
        if not isinstance(node, View) or not isinstance(node.base, Ref) or lowering.memory(node.base.name) != memory:
            return node
        walked = _walked(node)
        if not 0 < len(walked) < target.type.rank:
            return node
        copies[node] = Ref(
            lowering.fresh("row"), 1, Type(node.type.dtype, tuple(node.shape[axis] for axis in walked), "array")
        )
        return arr.view(copies[node], tuple(arr.Axis(Size(0), 1, axis) for axis in walked), node.shape)

    changed = [arr.transform(operand, change) for operand in operands]
    if all(_apart(lowering, target, node) for node in copies) or not same_elements(lowering, target, changed):
        return value, mask
    for node, copy in copies.items():
        places = {axis: k for k, axis in enumerate(_walked(node))}
        axes = tuple(a if a.out is None else arr.Axis(a.offset, a.step, places[a.out]) for a in node.axes)
        lowering.out.append(lp.Alloc(copy.name, copy.type.dtype, copy.shape))
        lowering.nest(copy, arr.view(node.base, axes, copy.shape), None)
    return changed[0], changed[1] if mask is not None else None


def _walked(row: View) -> list[int]:
    """The axes of a view along which its elements differ."""
    return sorted({axis.out for axis in row.axes if axis.out is not None})


def _apart(lowering: Lowering, target: Expr, read: View) -> bool:
    """Whether the row that is read lies outside what is stored to, on one side."""
    if not isinstance(target, View) or arr.buffer_of(target).name != arr.buffer_of(read).name:
        return False
    for stored, row in zip(target.axes, read.axes, strict=True):
        if row.out is None and stored.out is not None and stored.step == 1:
            after = stored.offset + target.shape[stored.out]
            if lowering.facts.nonnegative(row.offset - after) or lowering.facts.nonnegative(
                stored.offset - 1 - row.offset
            ):
                return True
    return False


def same_elements(lowering: Lowering, target: Expr, values: Sequence[Expr]) -> bool:
    """Whether every read of the memory that is stored to is of the element that is stored."""
    axes = target.axes if isinstance(target, View) else arr.identity_axes(target.type.rank)
    name = arr.buffer_of(target).name
    memory = lowering.memory(name)
    for value in values:
        for path, ref in _reads(value):
            if lowering.memory(ref.name) != memory:
                continue
            if ref.name != name or path is None or path != axes:
                return False
    # two axes of the target at one position of the result would write an element twice
    outs = [a.out for a in axes if a.out is not None]
    return len(set(outs)) == len(outs)


def _reads(value: Expr) -> list[tuple[tuple[arr.Axis, ...] | None, Ref]]:
    """The variables that the element of `value` at an index reads, each with the index map; None where it is none."""
    found: list[tuple[tuple[arr.Axis, ...] | None, Ref]] = []
    seen: set[tuple[Expr, tuple | None]] = set()
    stack: list[tuple[Expr, tuple[arr.Axis, ...] | None]] = [(value, arr.identity_axes(value.type.rank))]
    while stack:
        node, path = stack.pop()
        if (node, path) in seen:
            continue
        seen.add((node, path))
        match node:
            case Ref(_, _, type):
                if type.kind == "array":
                    found.append((path, node))
            case View(base, axes, _):
                inner = None
                if path is not None and len(path) == len(node.shape):
                    inner = tuple(
                        a
                        if a.out is None
                        else arr.Axis(
                            a.offset + a.step * path[a.out].offset, a.step * path[a.out].step, path[a.out].out
                        )
                        for a in axes
                    )
                stack.append((base, inner))
            case Apply(op, args, _, _):
                keep = op.kind is OpKind.ELEMENTWISE
                stack.extend(
                    (
                        arg,
                        path if keep and arg.type.rank == node.type.rank else None if arg.type.kind == "array" else (),
                    )
                    for arg in args
                )
            case _:
                continue
    return found
