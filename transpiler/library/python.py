"""Python's own builtins, of scalars and of sequences whose length is known."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ...ir.array import Apply, Const, Expr, Extent, walk
from ...ir.ops import table
from ...ir.types import BOOL, PY_BOOL, PY_COMPLEX
from .. import ambiguous, build, python_numbers
from ..diagnostics import Unsupported
from ..lift_call import apply as call
from ..lift_call import python_bool, python_float, python_int
from ..sequences import Keywords, Lazy, Listed, backwards, enumerated, lazy, ranged, zipped
from ..values import Ambiguous, Partial, Static, Tup, Value, constant, static_value
from .scalar_math import modulus

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def _python_reduction(name: str) -> Handler:
    """Python's min and max of scalars: the first of the operands that compares as less (greater)."""

    def handler(lifter: Expressions, *args: Value) -> Value:
        if len(args) == 1:
            items = lifter.items(args[0])
            if items is None:
                return lifter.extreme("<" if name == "min" else ">", every(lifter, args[0]))  # type: ignore[attr-defined]
            if not items:
                raise Unsupported("MDSL301", f"Python's `{name}` of an array is not compiled")
            args = items
        best = args[0]
        for other in args[1:]:
            best, other = _once(lifter, best, name), _once(lifter, other, name)
            mixed = not (isinstance(best, Expr) and isinstance(other, Expr) and best.type == other.type)
            if mixed:
                first, second = (ambiguous.number_of(lifter.ctx, v) for v in (best, other))
                if first is None or second is None:
                    raise Unsupported("MDSL301", f"Python's `{name}` of values that differ in type")
                better = lifter.condition(lifter.compare("less" if name == "min" else "greater", other, best))
                best = ambiguous.chosen(build.untested(better), second, first)
                continue
            if best.type.rank:
                raise Unsupported("MDSL301", f"Python's `{name}` of arrays")
            best, other = python_numbers.affine(lifter.ctx, best), python_numbers.affine(lifter.ctx, other)
            if isinstance(best, Extent) and isinstance(other, Extent):
                best = Extent(lifter.ctx.derive(name, best.size, other.size, "bound"))
                continue
            better = lifter.condition(lifter.compare("less" if name == "min" else "greater", other, best))
            best = (other if better.value else best) if isinstance(better, Const) else Apply(
                table()["where"], (build.untested(better), other, best), None, best.type
            )  # fmt: skip
        return best

    return handler


def _once(lifter: Expressions, value: Value, hint: str) -> Value:
    """A number that is asked for twice; a choice is made once, because compilers do not see that two are the same."""
    computed = value.value if isinstance(value, Ambiguous) else value
    if isinstance(computed, Expr) and any(isinstance(n, Apply) and n.op.name == "where" for n in walk(computed)):
        return lifter.held(value, hint)
    return value


def every(lifter: Expressions, sequence: Value) -> cst.GeneratorExp:
    """The generator of all items of a sequence."""
    name = lifter.ctx.fresh("sequence")
    lifter.ctx.env[name] = sequence
    return cst.GeneratorExp(cst.Name(f"{name}_item"), cst.CompFor(cst.Name(f"{name}_item"), cst.Name(name)))


def python_power(lifter: Expressions, base: Value, exp: Value) -> Value:
    return lifter.binary("power", base, exp)


def python_sum(lifter: Expressions, sequence: Value, start: Value = constant(0)) -> Value:
    items = lifter.items(sequence)
    if items is None:
        return lifter.folded("sum", every(lifter, sequence), start)  # type: ignore[attr-defined]
    total = start
    for item in items:
        total = lifter.binary("add", total, item)
    return total


def length(lifter: Expressions, sequence: Value) -> Value:
    if isinstance(sequence, (Tup, Keywords)):
        return constant(len(sequence.items))
    if isinstance(sequence, Listed):
        sequence = sequence.array
    value = lifter.operand(sequence)
    if not value.type.rank:
        raise Unsupported("MDSL303", "`len` of something without a length")
    return Extent(lifter.ctx.normal(value.shape[0]))


def python_abs(lifter: Expressions, x: Value) -> Value:
    if isinstance(x, Ambiguous):
        return ambiguous.absolute(x)
    value = lifter.operand(x)
    if not value.type.weak:
        return build.elementwise(lifter.ctx, table()["absolute"], value)
    if value.type.dtype == BOOL:
        value = lifter.operand(python_int(lifter, value))  # Python's bools are integers
    if value.type == PY_COMPLEX:
        return modulus(lifter.ctx, value)
    if isinstance(value, Extent):
        return Extent(lifter.ctx.derive("max", value.size, -value.size, "distance"))
    return Apply(table()["absolute"], (value,), None, value.type)


def _python_truth(name: str) -> Handler:
    """all and any of items that are known one by one."""

    def handler(lifter: Expressions, sequence: Value) -> Value:
        items = lifter.items(sequence)
        if items is None:
            raise Unsupported("MDSL301", f"Python's `{name}` of an array is not compiled")
        result: Expr | None = None
        for item in items:
            truth = lifter.condition(item)
            if isinstance(truth, Const):
                if truth.value == (name == "any"):
                    return truth
            elif result is None:
                result = truth
            else:
                op = table()["logical_and" if name == "all" else "logical_or"]
                result = Apply(op, (result, truth), None, PY_BOOL)
        return constant(name == "all") if result is None else result

    return handler


def python_tuple(kind: type) -> Handler:
    def handler(lifter: Expressions, sequence: Value = Tup(())) -> Value:
        items = lifter.items(sequence)
        if items is None:
            raise Unsupported("MDSL301", "a sequence of unknown length")
        return Tup(tuple(items), kind is list)

    return handler


def python_range(lifter: Expressions, *args: Value) -> Value:
    try:
        return Static(range(*(static_value(a) for a in args)))
    except TypeError:
        raise Unsupported("MDSL303", "`range` of something that is no integer") from None
    except ValueError:
        bounds = lifter.bounds([lifter.operand(a) for a in args])  # type: ignore[attr-defined]
        return ranged(lifter, *bounds)  # type: ignore[arg-type, return-value]


def _walked(lifter: Expressions, name: str, *sequences: Value) -> list[Lazy] | None:
    """The sequences as what a loop walks through; None where each is known item by item and one is a tuple or list."""
    if any(isinstance(s, Tup) for s in sequences):
        if any(lifter.items(s) is None for s in sequences):
            raise Unsupported("MDSL301", f"`{name}` of a list with a sequence of unknown length")
        return None
    walked = [lazy(lifter, s) for s in sequences]  # type: ignore[arg-type]
    if not walked or None in walked:
        raise Unsupported("MDSL301", f"`{name}` of this is not compiled")
    return walked  # type: ignore[return-value]


def python_zip(lifter: Expressions, *sequences: Value, strict: Value = constant(False)) -> Value:
    walked = _walked(lifter, "zip", *sequences)
    if walked is not None:
        return zipped(lifter, walked, bool(static_value(strict)))  # type: ignore[arg-type, return-value]
    columns = [lifter.items(s) or () for s in sequences]
    if static_value(strict) and len({len(c) for c in columns}) > 1:
        raise Unsupported("MDSL303", "`zip` of different lengths raises ValueError")
    return Tup(tuple(Tup(row) for row in zip(*columns)))  # noqa: B905 - zip's own rule


def python_enumerate(lifter: Expressions, sequence: Value, start: Value = constant(0)) -> Value:
    walked = _walked(lifter, "enumerate", sequence)
    if walked is not None:
        return enumerated(lifter, walked[0], start)  # type: ignore[arg-type, return-value]
    return Tup(
        tuple(Tup((constant(k), item)) for k, item in enumerate(lifter.items(sequence) or (), static_value(start)))
    )


def python_reversed(lifter: Expressions, sequence: Value) -> Value:
    walked = _walked(lifter, "reversed", sequence)
    if walked is not None:
        return backwards(lifter, walked[0])  # type: ignore[arg-type, return-value]
    return Tup(tuple(reversed(lifter.items(sequence) or ())))


def python_map(lifter: Expressions, function: Value, *sequences: Value) -> Value:
    columns = [lifter.items(s) for s in sequences]
    if any(c is None for c in columns):
        raise Unsupported("MDSL301", "`map` over a sequence of unknown length")
    return Tup(tuple(call(lifter, function, list(row), {}) for row in zip(*columns)))  # type: ignore[arg-type]  # noqa: B905


def python_partial(lifter: Expressions, function: Value, *args: Value, **kwargs: Value) -> Value:
    return Partial(function, args, kwargs)  # type: ignore[return-value]


def python_type(lifter: Expressions, x: Value) -> Value:
    """type(x) of an array or a number."""
    if not isinstance(x, Expr):
        raise Unsupported("MDSL301", "`type` of this is not compiled")
    if x.type.kind == "array":
        return Static(np.ndarray)
    return Static(
        {"b": bool, "i": int, "f": float, "c": complex}[x.type.dtype.kind] if x.type.weak else x.type.dtype.type
    )


def python_reduce(lifter: Expressions, function: Value, sequence: Value, *start: Value) -> Value:
    items = lifter.items(sequence)
    if items is None or not (*start, *items):
        raise Unsupported("MDSL301", "`reduce` over a sequence of unknown length")
    total, *rest = (*start, *items)
    for item in rest:
        total = call(lifter, function, [total, item], {})
    return total


FUNCTIONS: dict[Any, Handler] = {
    len: length, abs: python_abs, float: python_float, int: python_int, bool: python_bool, sum: python_sum,
    all: _python_truth("all"), any: _python_truth("any"), min: _python_reduction("min"), max: _python_reduction("max"),
    tuple: python_tuple(tuple), list: python_tuple(list), range: python_range, zip: python_zip,
    enumerate: python_enumerate, reversed: python_reversed, map: python_map, functools.reduce: python_reduce,
    functools.partial: python_partial, pow: python_power, type: python_type,
}  # fmt: skip
