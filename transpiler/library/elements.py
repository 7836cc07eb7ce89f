"""Element by element, chosen and converted: where, select, clip, round, nan_to_num, piecewise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Axis, Const, Expr, Extent
from ...ir.ops import OpKind, table
from ...ir.types import BOOL, FLOAT, INT, Size, Type
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    attribute,
    store_out,
)
from ..values import NONE, Static, Tup, Value, constant
from .compose import at, given, known, numpy
from .creation import astype, copy, rank_zero
from .picking import nonzero

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def where(lifter: Expressions, condition: Value, x: Value = NONE, y: Value = NONE) -> Value:
    if x is NONE and y is NONE:
        return nonzero(lifter, condition)
    test, then, other = (as_array(lifter, v) for v in (condition, x, y))
    result = build.choose(lifter.ctx, test, then, other)
    # np.where gives an array of rank 0, never a NumPy scalar
    return result if result.type.rank else rank_zero(result)


def select(lifter: Expressions, condlist: Value, choicelist: Value, default: Value = constant(0)) -> Value:
    """np.select: the first condition that holds chooses."""
    if not (isinstance(condlist, Tup) and isinstance(choicelist, Tup) and condlist.items) or len(condlist.items) != len(
        choicelist.items
    ):
        raise Unsupported("MDSL301", "`np.select` of lists that are not known one by one")
    conditions = [as_array(lifter, v) for v in condlist.items]
    choices = [as_array(lifter, v) for v in choicelist.items]
    if any(c.type.dtype != BOOL for c in conditions):
        raise Unsupported("MDSL303", "`np.select` needs conditions of dtype bool")
    result = lifter.operand(default)
    dtype = np.result_type(*(build._representative(v) for v in (*choices, result)))
    if any(not np.can_cast(choice.type.dtype, dtype, "same_kind") for choice in choices):
        raise Unsupported("MDSL303", f"a Python integer among the choices is no {dtype}: NumPy raises TypeError")
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = build.apply(lifter.ctx, table()["where"], (condition, choice, result), (BOOL, dtype, dtype), dtype)
    return result if result.type.rank else rank_zero(result)


def clip(
    lifter: Expressions,
    a: Value,
    a_min: Value = NONE,
    a_max: Value = NONE,
    out: Value = NONE,
    *,
    min: Value = NONE,
    max: Value = NONE,
) -> Value:
    """np.clip: all three operands have one dtype, as in its ufunc."""
    a_min, a_max = (a_min if given(a_min) else min), (a_max if given(a_max) else max)
    value = as_array(lifter, a)
    if value.type.kind == "python":
        raise Unsupported("MDSL301", "`np.clip` of a Python number, which it makes an array of, is not compiled")
    limits = [
        (n, as_array(lifter, v))
        for n, v in (("maximum", a_min), ("minimum", a_max))
        if not (isinstance(v, Static) and v.value is None)
    ]
    if not limits:
        raise Unsupported("MDSL301", "`np.clip` without a limit")
    operands = [value, *(v for _, v in limits)]
    if all(v.type.weak for v in operands):
        raise Unsupported("MDSL301", "`np.clip` of Python numbers is not compiled")
    dtype = np.result_type(*(build._representative(v) for v in operands))
    for v in operands:
        if v.type.weak and dtype.kind in "iu" and v.type.dtype.kind == "i":
            build._fits(lifter.ctx, v, dtype)
    if dtype.kind == "c" or dtype.kind == "b":
        raise Unsupported("MDSL301", f"`np.clip` of {dtype} is not compiled")
    by_comparison = dtype.kind == "f" and len(limits) == 2 and not any(limit.type.rank for _, limit in limits)
    result = value
    for name, limit in limits:
        if by_comparison:
            result = _limited(lifter, "less" if name == "maximum" else "greater", result, limit, dtype)
        else:
            result = build.apply(lifter.ctx, table()[name], (result, limit), (dtype, dtype), dtype)
    return store_out(lifter, out, result, broadcast=True)


def _limited(lifter: Expressions, beyond: str, value: Expr, limit: Expr, dtype: np.dtype) -> Expr:
    """One side of a clip to two numbers: a zero of either sign is not beyond the other, a limit that is NaN wins."""
    ctx = lifter.ctx
    outside = build.apply(ctx, table()[beyond], (value, limit), (dtype, dtype), BOOL)
    if not isinstance(limit, (Const, Extent)) or (isinstance(limit, Const) and limit.value != limit.value):
        unknown = build.apply(ctx, table()["isnan"], (limit,), (dtype,), BOOL)
        outside = build.apply(ctx, table()["logical_or"], (outside, unknown), (BOOL, BOOL), BOOL)
    return build.apply(ctx, table()["where"], (outside, limit, value), (BOOL, dtype, dtype), dtype)


def fill(lifter: Expressions, a: Value, value: Value) -> Value:
    target = as_array(lifter, a)
    lifter.store(target, lifter.operand(value))
    return NONE


def item(lifter: Expressions, a: Value, *args: Value) -> Value:
    value = as_array(lifter, a)
    if args:
        places = args[0].items if len(args) == 1 and isinstance(args[0], Tup) else args
        if len(places) != value.type.rank:
            raise Unsupported("MDSL301", "`.item()` of a position that is counted through the array is not compiled")
        value = at(lifter, value, *places)
    if any(size != 1 for size in value.shape):
        raise Unsupported("MDSL302", "`.item()` of an array that is not known to have one element")
    if value.type.rank:
        value = arr.view(value, tuple(Axis(Size(0)) for _ in value.shape), ())
    scalar = build.element_of(value) if value.type.kind == "array" else value
    kind = scalar.type.dtype.kind
    to = {"b": BOOL, "i": INT, "f": FLOAT}.get(kind)
    if to is None:
        raise Unsupported("MDSL301", f"`.item()` of {scalar.type.dtype} is not compiled")
    return build.cast(scalar, to, "python")


def rounded(lifter: Expressions, a: Value, decimals: Value = constant(0), out: Value = NONE) -> Value:
    """np.round: scaled by a power of ten, rounded, scaled back."""
    value, digits = as_array(lifter, a), known(decimals, "`decimals`")
    kind = value.type.dtype.kind
    if value.type.weak:
        value = build.cast(value, value.type.dtype, "numpy")
    if kind in "iu" and digits >= 0:
        made = copy(lifter, value)
    elif digits == 0:
        made = build.elementwise(lifter.ctx, table()["rint"], value)
    elif kind != "f" or abs(digits) > 22:
        raise Unsupported("MDSL301", f"rounding {value.type.dtype} to {digits} decimals is not compiled")
    else:
        scale = 10.0 ** abs(digits)
        there, back = (np.multiply, np.true_divide) if digits > 0 else (np.true_divide, np.multiply)
        made = numpy(lifter, back, numpy(lifter, np.rint, numpy(lifter, there, value, scale)), scale)
    if value.type.kind == "array" and not value.type.rank:
        made = build.element_of(lifter.operand(made))
    return store_out(lifter, out, lifter.operand(made))


def python_divmod(lifter: Expressions, x: Value, y: Value) -> Value:
    return Tup((lifter.binary("floor_divide", x, y), lifter.binary("remainder", x, y)))


def nan_to_num(
    lifter: Expressions,
    x: Value,
    copy: Value = constant(True),
    nan: Value = constant(0.0),
    posinf: Value = NONE,
    neginf: Value = NONE,
) -> Value:
    value, numbers = as_array(lifter, x), []
    if value.type.weak:
        value = build.cast(value, value.type.dtype, "numpy")
    dtype = value.type.dtype
    if dtype.kind == "c":
        raise Unsupported("MDSL301", "`np.nan_to_num` of complex numbers is not compiled")
    in_place = not known(copy, "`copy`")
    if dtype.kind != "f":
        if value.type.kind == "array" and not value.type.rank:
            return build.element_of(value)
        return value if in_place else elements_copy(lifter, value)
    limits = np.finfo(dtype)
    for number, default in ((nan, 0.0), (posinf, limits.max), (neginf, limits.min)):
        chosen = as_array(lifter, number) if given(number) else Const(default, Type(FLOAT, (), "python"))
        if chosen.type.rank or chosen.type.dtype.kind not in "fi":
            raise Unsupported("MDSL301", "`np.nan_to_num` with these replacements is not compiled")
        numbers.append(build.cast(chosen, dtype, "numpy"))
    infinite = numpy(lifter, np.isinf, value)
    signed = numpy(lifter, np.where, numpy(lifter, np.greater, value, 0), numbers[1], numbers[2])
    made = numpy(lifter, np.where, infinite, signed, value)
    made = numpy(lifter, np.where, numpy(lifter, np.isnan, value), numbers[0], made)
    if not value.type.rank:
        if in_place and value.type.kind == "array":
            raise Unsupported("MDSL301", "`np.nan_to_num` in an array of rank 0 is not compiled")
        return build.element_of(made)
    if in_place:
        lifter.store(value, made, exact=True)  # type: ignore[attr-defined]
        return lifter.ctx.current(value)
    return made


def elements_copy(lifter: Expressions, value: Expr) -> Value:
    return copy(lifter, value)


def astype_function(
    lifter: Expressions, x: Value, dtype: Value, /, *, copy: Value = constant(True), device: Value = NONE
) -> Value:
    value = as_array(lifter, x)
    if value.type.kind != "array" or given(device):
        raise Unsupported("MDSL303", "`np.astype` of something that is no array")
    return astype(lifter, value, dtype, copy)


def piecewise(lifter: Expressions, x: Value, condlist: Value, funclist: Value, *args: Value, **kwargs: Value) -> Value:
    """Each function of all elements, chosen where its condition holds; the last condition that holds wins."""
    from ..lift_call import apply

    value = as_array(lifter, x)
    if not (isinstance(condlist, Tup) and isinstance(funclist, Tup)) or value.type.kind != "array":
        raise Unsupported("MDSL301", "`np.piecewise` of lists that are not known one by one")
    conditions = [as_array(lifter, c) for c in condlist.items]
    functions = list(funclist.items)
    if any(c.type.dtype != BOOL or c.type.rank != value.type.rank for c in conditions) or not value.type.rank:
        raise Unsupported("MDSL301", "`np.piecewise` with these conditions is not compiled")
    made = numpy(lifter, np.zeros_like, value)
    if len(functions) == len(conditions) + 1:
        held = conditions[0]
        for condition in conditions[1:]:
            held = numpy(lifter, np.logical_or, held, condition)
        conditions, functions = [numpy(lifter, np.logical_not, held), *conditions], [functions[-1], *functions[:-1]]
    if len(functions) != len(conditions):
        raise Unsupported("MDSL303", "`np.piecewise` needs a function for each condition")
    for condition, function in zip(conditions, functions, strict=True):
        if isinstance(function, Expr):
            given_value = function
        else:
            # the function sees only the elements where its condition holds
            given_value = lifter.operand(apply(lifter, function, [value, *args], dict(kwargs)))
            if not _elementwise(given_value, value):
                raise Unsupported("MDSL301", "a function of `np.piecewise` that is not elementwise is not compiled")
        made = numpy(lifter, np.where, condition, build.cast(given_value, value.type.dtype), made)
    return made


def _elementwise(value: Expr, of: Expr) -> bool:
    """Whether every element of `value` is computed from the same element of `of` alone."""
    pending = [value]
    while pending:
        node = pending.pop()
        if node is of or not node.type.rank:
            continue
        if not (isinstance(node, Apply) and node.op.kind is OpKind.ELEMENTWISE):
            return False
        pending.extend(node.args)
    return True


def conjugate(lifter: Expressions, a: Value) -> Value:
    """The method: of what is not complex it gives the array itself, where the function gives a copy."""
    value = as_array(lifter, a)
    if value.type.weak and value.type.dtype.kind == "c":
        return Apply(table()["conjugate"], (value,), None, value.type)
    if value.type.weak and value.type.dtype.kind == "b":
        return build.cast(value, INT, "python")
    return value if value.type.dtype.kind != "c" else build.elementwise(lifter.ctx, table()["conjugate"], value)


def part(name: str) -> Handler:
    def handler(lifter: Expressions, val: Value) -> Value:
        return attribute(lifter, as_array(lifter, val), name)

    return handler


FUNCTIONS: dict[Any, Handler] = {
    np.real: part("real"), np.imag: part("imag"), np.where: where, np.select: select, np.clip: clip,
    np.round: rounded, np.around: rounded, np.nan_to_num: nan_to_num, np.astype: astype_function,
    np.piecewise: piecewise, divmod: python_divmod,
}  # fmt: skip
METHODS: dict[str, Handler] = {
    "conj": conjugate, "conjugate": conjugate, "clip": clip, "fill": fill, "item": item, "round": rounded,
}  # fmt: skip
