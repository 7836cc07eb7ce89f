"""Index maps pushed inwards: an element of a sum is the sum of two elements, a slice of arange is an arange."""

from __future__ import annotations

from ...ir import array as arr
from ...ir.array import Apply, Axis, AxisOf, Expr, Extent, Reduced, Shaped, View
from ...ir.facts import Facts
from ...ir.ops import OpKind, table
from ...ir.types import Size, Type
from .make import constant, elementwise, reduction


def pushed(view: View, facts: Facts, exact: bool = False) -> Expr | None:
    """`view` of a computed array as the computation of what it selects; None where that is no gain.

    exact: bit for bit. Otherwise an element of a matrix product is an inner product, whose sum is rounded otherwise.
    """
    base = view.base
    if not isinstance(base, Apply) or base.type.kind != "array":
        return None
    if base.op.name == "full":
        return _of_full(view, base)
    if base.op.name == "arange" and not _repeats(view):
        return _of_arange(view, base)
    if base.op.name == "matmul" and not exact and len(view.axes) == 2 and view.axes[0] == view.axes[1]:
        return _of_product(view, base, facts)
    if not _selects(view):
        return None
    match base.op.kind:
        case OpKind.ELEMENTWISE:
            return _of_elementwise(view, base)
        case OpKind.REDUCTION:
            return _of_reduction(view, base)
        case OpKind.CONTRACTION if base.op.name == "matmul" and not exact:
            return _of_product(view, base, facts)
    match base.op.name:
        case "concatenate":
            return of_concatenation(view, base, facts)
        case "gather":
            return _of_gather(view, base)
        case _:
            return None


def _repeats(view: View) -> bool:
    """Whether some element of the base appears more than once: a broadcast, a diagonal has none."""
    used = {axis.out for axis in view.axes}
    return any(k not in used and size != 1 for k, size in enumerate(view.shape))


def _selects(view: View) -> bool:
    """Whether the view leaves out a part of its base, and repeats none of it."""
    if _repeats(view) or (view.type.kind == "array" and not view.shape):
        return False  # an array of rank 0 would become a NumPy scalar
    base = view.base
    return any(
        (axis.out is None and size != 1) or (axis.out is not None and view.shape[axis.out] != size)
        for axis, size in zip(view.axes, base.shape, strict=True)
    ) or (view.type.kind != "array")


def restricted(value: Expr, view: View) -> Expr:
    """The elements of an operand of full shape that `view` selects."""
    if value.type.rank == 0:
        if view.type.kind == "array" or value.type.kind != "array":
            return value
        return arr.element(View(value, (), Type(value.type.dtype)))  # the element of an array of rank 0
    seen = arr.view(value, view.axes, view.shape)
    return arr.element(seen) if view.type.kind != "array" else seen


def _of_elementwise(view: View, base: Apply) -> Expr | None:
    args = tuple(restricted(arg, view) for arg in base.args)
    if base.op.name == "cast" and base.args[0].type.dtype == base.type.dtype:
        return args[0] if view.type.kind != "array" else Apply(base.op, args, base.attrs, view.type)
    return Apply(base.op, args, base.attrs, view.type)


def _of_full(view: View, base: Apply) -> Expr | None:
    (value,) = base.args
    if view.type.kind != "array":
        return value if value.type == view.type else None
    return Apply(base.op, (value,), Shaped(view.shape, base.type.dtype), view.type)


def _of_arange(view: View, base: Apply) -> Expr | None:
    (axis,) = view.axes
    start, step = (arg.size for arg in base.args)  # type: ignore[attr-defined]
    first = start + axis.offset * step.const
    if axis.out is None:
        if view.type.kind == "array":
            return None
        if first.is_const:
            return constant(first.const, base.type.dtype)
        return Apply(table()["cast"], (Extent(first),), base.type.dtype, view.type)
    if axis.offset == 0 and axis.step == 1 and base.shape[0] == view.shape[axis.out]:
        return None
    size = view.shape[axis.out]
    counted = Apply(
        base.op,
        (Extent(first), Extent(step * axis.step)),
        Shaped((size,), base.type.dtype),
        Type(base.type.dtype, (size,), "array"),
    )
    return arr.view(counted, (Axis(Size(0), 1, axis.out),), view.shape)


def _of_reduction(view: View, base: Apply) -> Expr | None:
    """The kept axes are restricted before the reduction: `np.sum(x, axis=1)[3]` is `np.sum(x[3])`."""
    attrs: Reduced = base.attrs
    (value,) = base.args
    kept = [k for k in range(value.type.rank) if k not in attrs.axes]
    if attrs.keepdims:
        return _of_kept_axes(view, base)
    if not kept:
        return None
    if [axis.out for axis in view.axes if axis.out is not None] != list(range(len(view.shape))):
        return None  # transposed or with new axes
    axes: list[Axis] = []
    shape: list[Size] = []
    removed: list[int] = []
    of_kept = dict(zip(kept, view.axes, strict=True))
    for k, size in enumerate(value.shape):
        axis = of_kept.get(k)
        if axis is None:
            removed.append(len(shape))
            axes.append(Axis(Size(0), 1, len(shape)))
            shape.append(size)
        elif axis.out is None:
            axes.append(axis)
        else:
            axes.append(Axis(axis.offset, axis.step, len(shape)))
            shape.append(view.shape[axis.out])
    part = arr.view(value, tuple(axes), tuple(shape))
    reduced = Reduced(tuple(removed))
    assert base.op.result is not None
    type = base.op.result((part.type,), reduced)
    return Apply(base.op, (part,), reduced, type) if type == view.type else None


def _of_kept_axes(view: View, base: Apply) -> Expr | None:
    """The one position of an axis that a reduction left: `np.max(x, axis=1, keepdims=True)[i, 0]`."""
    attrs: Reduced = base.attrs
    if any(view.axes[k] != Axis(Size(0)) for k in attrs.axes):
        return None
    reduced = Reduced(attrs.axes)
    assert base.op.result is not None
    flat = Apply(base.op, base.args, reduced, base.op.result((base.args[0].type,), reduced))
    if not flat.type.rank:
        return flat if flat.type == view.type else None
    axes = tuple(axis for k, axis in enumerate(view.axes) if k not in attrs.axes)
    seen = arr.view(flat, axes, view.shape)
    return arr.element(seen) if view.type.kind != "array" and isinstance(seen, View) else seen


def _of_product(view: View, base: Apply, facts: Facts) -> Expr | None:
    """Rows of the left and columns of the right factor: `(A @ B)[i, j]` is `A[i] @ B[:, j]`."""
    left, right = base.args
    rows = left.type.rank - 1
    if right.type.rank > 2:
        return None  # a stack, whose sizes are broadcast
    if view.axes == (Axis(Size(0), 1, 0), Axis(Size(0), 1, 0)):
        return _diagonal_of_product(view, left, right, facts)
    outs = [axis.out for axis in view.axes if axis.out is not None]
    if outs != list(range(len(view.shape))):
        return None
    if all(
        axis.out is not None and view.shape[axis.out] == size for axis, size in zip(view.axes, base.shape, strict=True)
    ):
        return None
    parts = []
    for factor, own, inner in ((left, view.axes[:rows], 1), (right, view.axes[rows:], 0)):
        axes: list[Axis] = []
        shape: list[Size] = []
        for axis in own:
            if axis.out is None:
                axes.append(axis)
            else:
                axes.append(Axis(axis.offset, axis.step, len(shape)))
                shape.append(view.shape[axis.out])
        summed = factor.shape[-1] if inner else factor.shape[0]
        if inner:
            axes.append(Axis(Size(0), 1, len(shape)))
            shape.append(summed)
        else:
            axes = [Axis(Size(0), 1, 0), *(a if a.out is None else Axis(a.offset, a.step, a.out + 1) for a in axes)]
            shape = [summed, *shape]
        parts.append(arr.view(factor, tuple(axes), tuple(shape)))
    assert base.op.result is not None
    type = base.op.result((parts[0].type, parts[1].type), None)
    return Apply(base.op, tuple(parts), None, type) if type == view.type else None


def _diagonal_of_product(view: View, left: Expr, right: Expr, facts: Facts) -> Expr | None:
    """`np.diagonal(A @ B)` is `np.sum(A * B.T, axis=1)`."""
    if left.type.rank != 2 or not facts.equal(left.shape[1], right.shape[0]):
        return None
    shape = (*view.shape, left.shape[1])
    rows = arr.view(left, arr.identity_axes(2), shape)
    columns = arr.view(right, (Axis(Size(0), 1, 1), Axis(Size(0), 1, 0)), shape)
    products = elementwise(table()["multiply"], rows, columns)
    total = None if products is None else reduction(table()["sum"], products, (1,))
    return total if total is not None and total.type == view.type else None


def parts_at(view: View) -> list[tuple[Size, Expr]]:
    """Where each part of a concatenation ends, and the element that `view` selects if it lies in that part.

    Parts that plainly do not hold it are left out.
    """
    base = view.base
    assert isinstance(base, Apply)
    at: int = base.attrs.axis
    position, begin = view.axes[at].offset, Size(0)
    found: list[tuple[Size, Expr]] = []
    for part in base.args:
        own, begin = position - begin, begin + part.shape[at]
        if (own.is_const and own.const < 0) or ((begin - position).is_const and (begin - position).const <= 0):
            continue
        axes = (*view.axes[:at], Axis(own), *view.axes[at + 1 :])
        found.append((begin, arr.element(arr.view(part, axes, ()))))
    return found


def of_concatenation(view: View, base: Apply, facts: Facts) -> Expr | None:
    """The one part that holds all that is selected."""
    attrs: AxisOf = base.attrs
    axis = view.axes[attrs.axis]
    first = last = axis.offset
    if axis.out is not None:
        last = first + axis.step * (view.shape[axis.out] - 1)
        if axis.step < 0:
            first, last = last, first
    begin = Size(0)
    for part in base.args:
        end = begin + part.shape[attrs.axis]
        if facts.nonnegative(first - begin) and facts.nonnegative(end - 1 - last):
            axes = list(view.axes)
            axes[attrs.axis] = Axis(axis.offset - begin, axis.step, axis.out)
            seen = arr.view(part, tuple(axes), view.shape)
            return arr.element(seen) if view.type.kind != "array" else seen
        begin = end
    return None


def _of_gather(view: View, base: Apply) -> Expr | None:
    """Positions are selected before the elements are read: `x[k][1:, 0]` is `x[k[1:], 0]`."""
    array, *indices = base.args
    rank = max(index.type.rank for index in indices)
    first, rest = view.axes[:rank], view.axes[rank:]
    outs = [axis.out for axis in view.axes if axis.out is not None]
    if outs != list(range(len(view.shape))):
        return None  # transposed or with new axes
    count = sum(axis.out is not None for axis in first)
    chosen: list[Expr] = []
    for index in indices:
        if index.type.rank:
            index = arr.view(index, first, view.shape[:count])
        chosen.append(index if count or not isinstance(index, View) else arr.element(index))
    whole = [Axis(Size(0), 1, k) for k in range(len(indices))]
    inner = [a if a.out is None else Axis(a.offset, a.step, a.out - count + len(indices)) for a in rest]
    part = arr.view(array, (*whole, *inner), (*array.shape[: len(indices)], *view.shape[count:]))
    return Apply(base.op, (part, *chosen), None, view.type)


def gathered(node: Apply) -> Expr | None:
    """`np.abs(x)[index]` computes only the selected elements: the gather of each operand, then the operation."""
    array, *indices = node.args
    if not isinstance(array, Apply) or array.op.kind is not OpKind.ELEMENTWISE:
        return None
    if array.type.rank != len(indices) and any(index.type.rank for index in indices):
        return None  # a row that is selected more than once would be computed more than once
    args = tuple(
        arg
        if arg.type.rank == 0
        else Apply(node.op, (arg, *indices), None, Type(arg.type.dtype, node.shape, node.type.kind))
        for arg in array.args
    )
    return Apply(array.op, args, array.attrs, node.type)
