"""Views as Python: `u[1:n - 1, ::2].T` for an index map over `u`."""

from __future__ import annotations

from .array import Axis, Expr, Ref, View, identity_axes
from .types import Shape, Size


def handle_text(value: Expr) -> str:
    """A variable or a view of one, as an expression that NumPy evaluates to that very view."""
    if isinstance(value, Ref):
        return value.name
    assert isinstance(value, View) and isinstance(value.base, Ref)
    return view_text(value.base.name, value.base.shape, value.axes, value.shape, value.type.kind == "array")


def slice_text(offset: Size, step: int, size: Size, extent: Size) -> tuple[str, str]:
    """The subscript `start:stop:step` that selects `size` elements, and what follows the subscripts ("" mostly)."""
    if size == 0:
        return "0:0", ""
    if step > 0:
        stop = offset + (size if step == 1 else step * size - (step - 1))
        start_text = "" if offset == 0 else str(offset)
        if step > 1 and not size.is_const and not _reaches(offset, step, size, extent):
            return f"{start_text}::{step}", f"[:{size}]"
        stop_text = "" if stop == extent or _reaches(offset, step, size, extent) else str(stop)
        return f"{start_text}:{stop_text}" + ("" if step == 1 else f":{step}"), ""
    start_text = "" if offset == extent - 1 else str(offset)
    last = offset + step * (size - 1)
    if last.is_const and 0 <= last.const < -step:
        # of no elements the first would be at a negative position, which is one from the end
        return f"{start_text}::{step}", "" if not start_text or size.is_const else f"[:{size}]"
    if last.is_const:
        return f"{start_text}:{last.const - 1}:{step}", ""
    return f"{start_text}::{step}", f"[:{size}]"


def _reaches(offset: Size, step: int, size: Size, extent: Size) -> bool:
    """Whether the slice without a stop would select the same elements."""
    rest = extent - (offset + step * (size - 1))
    return rest.is_const and 0 < rest.const <= step


def view_text(
    base: str, extents: Shape, axes: tuple[Axis, ...], shape: Shape, is_array: bool = True, stored: bool = False
) -> str:
    """`base[…]` with the transposition, the new axes, the diagonal and the broadcast that the index map asks for.

    `stored`: the text is what is stored to, and `np.diagonal` gives a view that cannot be written to.
    """
    outs = [axis.out for axis in axes if axis.out is not None]
    if len(set(outs)) < len(outs):
        return _diagonal_text(base, extents, axes, shape, is_array, stored)
    subscripts: list[str] = []
    tails: list[str] = []
    for axis, extent in zip(axes, extents, strict=True):
        if axis.out is None:
            subscripts.append(str(axis.offset))
        else:
            text, tail = slice_text(axis.offset, axis.step, shape[axis.out], extent)
            subscripts.append(text)
            tails.append(tail)
    new_axes = [k for k in range(len(shape)) if k not in outs]
    ascending = outs == sorted(outs)
    text = base
    if ascending and new_axes:
        # new axes can stand among the subscripts
        merged: list[str] = []
        cuts = iter(tails)
        merged_tails: list[str] = []
        at = 0
        for axis, subscript in zip(axes, subscripts, strict=True):
            while at in new_axes and (axis.out is not None and axis.out > at):
                merged.append("None")
                merged_tails.append("")
                at += 1
            merged.append(subscript)
            if axis.out is not None:
                merged_tails.append(next(cuts))
                at = axis.out + 1
        merged.extend("None" for k in new_axes if k >= at)
        subscripts, tails = merged, merged_tails
    whole = all(s == ":" for s in subscripts)
    if not whole or (not subscripts and new_axes):
        trimmed = list(subscripts)
        while trimmed and trimmed[-1] == ":" and not all(s == ":" for s in trimmed):
            trimmed.pop()
        if is_array and not shape:
            trimmed.append("...")
        text = f"{base}[{', '.join(trimmed)}]"
    elif is_array and ascending and axes == identity_axes(len(shape)):
        text = f"{base}[:]" if shape else f"{base}[...]"
    if any(tails):
        text += "[" + ", ".join(t[1:-1] if t else ":" for t in tails) + "]"
    if not ascending:
        order = sorted(range(len(outs)), key=lambda k: outs[k])
        text += ".T" if order == list(reversed(range(len(order)))) else f".transpose({', '.join(map(str, order))})"
        if new_axes:
            inserted = ", ".join("None" if k in new_axes else ":" for k in range(len(shape)))
            text += f"[{inserted}]"
    if any(shape[k] != 1 for k in new_axes):
        text = f"np.broadcast_to({text}, ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''}))"
    if not is_array and not axes and not shape:
        text += "[()]"
    return text


def _diagonal_text(
    base: str, extents: Shape, axes: tuple[Axis, ...], shape: Shape, is_array: bool, stored: bool
) -> str:
    """Two axes walked together: the part of the base that they lie in, its diagonal, then the other axes."""
    outs = [axis.out for axis in axes if axis.out is not None]
    both = next(out for out in outs if outs.count(out) > 1)
    first, second = (k for k, out in enumerate(outs) if out == both)
    assert len(set(outs)) == len(outs) - 1, "a diagonal of more than two axes"
    places = iter(range(len(outs)))
    apart = tuple(axis if axis.out is None else Axis(axis.offset, axis.step, next(places)) for axis in axes)
    text = view_text(base, extents, apart, tuple(shape[out] for out in outs))
    text = base if text == f"{base}[{', '.join([':'] * len(axes))}]" or text == f"{base}[:]" else text
    if stored:
        letters = ["i" if out == both else "abcdefgh"[k] for k, out in enumerate(outs)]
        rest = [letter for letter in letters if letter != "i"]
        text = f"np.einsum('{''.join(letters)}->{''.join(rest)}i', {text})"
    elif (first, second) == (0, 1):
        text = f"np.diagonal({text})"
    else:
        text = f"np.diagonal({text}, 0, {first}, {second})"
    walked = [out for out in outs if out != both] + [both]
    sizes = tuple(shape[out] for out in walked)
    whole = tuple(Axis(Size(0), 1, out) for out in walked)
    if whole == identity_axes(len(shape)) and sizes == shape:
        return text
    return view_text(text, sizes, whole, shape, is_array)


def is_identity(axes: tuple[Axis, ...]) -> bool:
    return axes == identity_axes(len(axes))
