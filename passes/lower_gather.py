"""Array IR -> Loop IR: what a mask picks, where it holds, and stores through masks and integer arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Apply, Expr, Ref, View
from ..ir.ops import table
from ..ir.ops.gather import Combined
from ..ir.types import INT, Shape, Size, Type
from .elements import Elements, Subscripts, positions

if TYPE_CHECKING:
    from .lower import Lowering

_Body = Callable[[Elements, tuple[Size, ...]], list[lp.Stmt]]


def picked(lowering: Lowering, name: str, value: Apply) -> None:
    """name = compress(a, mask, count) or nonzero(mask, count): one pass over the mask, a counter says where to write.

    for i in range(n):
        if mask[i]:
            name[at] = a[i]
            at = at + 1
    """
    mask, dtype = value.args[-2], value.type.dtype
    shape = mask.shape if value.op.name == "nonzero" else value.args[0].shape
    at = lp.Var(lowering.fresh("at"), INT)

    def one(elements: Elements, index: tuple[Size, ...]) -> tuple[lp.Expr, Subscripts]:
        if isinstance(value.attrs, arr.AxisOf):
            return lp.Index(index[value.attrs.axis]), (at,)
        return elements.element(value.args[0], index), (at, *index[mask.type.rank :])

    lowering.out.append(lp.Alloc(name, dtype, value.shape))
    lowering.out.append(lp.Assign(at.name, lp.Lit(0, INT)))
    _where(lowering, shape, mask, at, lambda elements, index: [_stored(name, *one(elements, index))])


def placed(lowering: Lowering, target: Expr, value: Apply) -> None:
    """target[mask] = v, for v with a row for each time that the mask holds."""
    _, mask, new = value.args
    buffer = arr.buffer_of(target).name
    new, mask = _apart(lowering, target, new, mask)
    at = lp.Var(lowering.fresh("at"), INT)
    lowering.out.append(lp.Assign(at.name, lp.Lit(0, INT)))

    def one(elements: Elements, index: tuple[Size, ...]) -> list[lp.Stmt]:
        element = elements.element(new, (at, *index[mask.type.rank :]))
        return [lp.Store(buffer, positions(target, index), element)]

    _where(lowering, target.shape, mask, at, one)


def scattered(lowering: Lowering, target: Expr, value: Apply) -> None:
    """target[i, j, …] = v one after the other, so that the last one wins; or each combined with what is there."""
    _, *indices, new = value.args
    new, *indices = _apart(lowering, target, new, *indices)
    attrs = value.attrs
    assert isinstance(attrs, Combined)
    rank = indices[0].type.rank
    shape = (*indices[0].shape, *target.shape[len(indices) :])
    buffer, dtype = arr.buffer_of(target).name, target.type.dtype
    variables, index = lowering.space(shape)
    elements = Elements(lowering, index)
    wrapped = tuple(
        elements.wrapped(elements.element(i, index[:rank]), extent)
        for i, extent in zip(indices, target.shape, strict=False)
    )
    place = positions(target, (*wrapped, *index[rank:]))
    element = elements.element(new, index) if new.type.rank else elements.element(new, ())
    last: lp.Stmt = lp.Store(buffer, place, element)
    if attrs.ufunc is not None:
        op, there = table()[attrs.ufunc], lp.Load(buffer, place, dtype)
        if op.name == "add":  # in any order
            last = lp.Accumulate(there, op, element)
        else:
            last = lp.Store(buffer, place, lp.Scalar(op, (there, element), dtype))
    lowering.out.extend(elements.wrap(variables, shape, (last,)))


def _stored(name: str, element: lp.Expr, place: Subscripts) -> lp.Stmt:
    return lp.Store(name, place, element)


def _where(lowering: Lowering, shape: Shape, mask: Expr, at: lp.Var, one: _Body) -> None:
    """Loops over `shape` in C order; where the mask over the first axes holds, the statements of `one`, and at += 1."""
    rank = mask.type.rank
    variables, index = lowering.space(shape)
    outer = Elements(lowering, index[:rank])
    test = outer.element(mask, index[:rank])
    inner = Elements(lowering, index)
    stmts = tuple(one(inner, index))
    row = inner.wrap(variables, shape, stmts, levels=range(rank, len(shape)))
    known = tuple(s for level in inner.statements[: rank + 1] for s in level)
    count = lp.Assign(at.name, lp.Scalar(table()["add"], (at, lp.Lit(1, INT)), INT))
    body = (lp.If(test, (*known, *row, count)),)
    lowering.out.extend(outer.wrap(variables[:rank], shape[:rank], body))


def _apart(lowering: Lowering, target: Expr, *values: Expr) -> list[Expr]:
    """The values in arrays of their own where they read the memory that is stored to."""
    memory = lowering.memory(arr.buffer_of(target).name)
    apart: list[Expr] = []
    for value in values:
        reads = any(isinstance(n, Ref) and lowering.memory(n.name) == memory for n in arr.walk(value))
        if reads and value.type.rank:
            name = lowering.fresh("stored")
            held = Ref(name, 1, Type(value.type.dtype, value.shape, "array"))
            lowering.out.append(lp.Alloc(name, value.type.dtype, value.shape))
            lowering.nest(held, value, None)
            value = held
        elif reads and isinstance(value, (View, Apply)):
            name = lowering.fresh("stored")
            lowering.out.append(lp.Assign(name, lowering.scalar(value)))
            value = Ref(name, 1, Type(value.type.dtype, (), "numpy"))
        apart.append(value)
    return apart
