"""Is a rule right? Every rule, a user's too, is tried on random arrays of each dtype that it admits."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Expr, Reduced, Ref
from ...ir.ops import OpKind, table
from ...ir.print_expr import expression_text
from ...ir.types import Size, Type
from . import make
from .pattern import EVERY_KIND, Axes, Bound, Call, Level, Number, Parameter, Pattern, Rule, build

_N = 6
_SIZES = {"n": _N}
_DTYPES = {
    "b": ("bool",), "i": ("int64", "int8"), "u": ("uint64", "uint8"), "f": ("float64", "float32"), "c": ("complex128",),
}  # fmt: skip
#: How a parameter may stand there: its shape, and the shape that it is broadcast to.
_FORMS = (((), ()), (("n",), ("n",)), (("n", "n"), ("n", "n")), (("n",), ("n", "n")), (("n", 1), ("n", "n")))
_TRIES = 400  # combinations of forms that are looked at for one rule and dtype
_APPLIED = 12  # of those that apply, how many are computed
_ROUNDINGS = 64  # rounding errors, relative to the condition of the expression, that "close" may differ by


#: What the rounding errors of the operands become, for functions that make them larger: f(result, operands).
_AMPLIFIED: dict[str, Callable[..., Any]] = {
    "exp": lambda y, x: y * x, "exp2": lambda y, x: y * x, "expm1": lambda y, x: (y + 1) * x,
    "log": lambda y, x: 1, "log2": lambda y, x: 2, "log10": lambda y, x: 1, "log1p": lambda y, x: 1,
    "sin": lambda y, x: x, "cos": lambda y, x: x, "tan": lambda y, x: (1 + y * y) * x,
    "sinh": lambda y, x: np.cosh(x) * x, "cosh": lambda y, x: np.sinh(x) * x,
    "power": lambda y, x, a: y * np.abs(a) * (1 + np.abs(np.log(x))),
}  # fmt: skip


class RuleError(AssertionError):
    """A rule changes a result by more than it says; the message shows on which arrays."""


@dataclass(frozen=True)
class Instance:
    """A rule on particular operands: both sides as expressions, and the condition of the left one."""

    left: Expr
    right: Expr
    bound: Bound


def check_rule(rule: Rule, seed: int = 0) -> int:
    """Try a rule on random arrays of each dtype that it admits; the number of comparisons made.

    strict: equal bit for bit on NaN, infinities, signed zeros, denormals and ordinary numbers. close: equal up to
    rounding on finite numbers, relative to the sums of absolute values of what is added. fast: the same on positive
    numbers. Raises RuleError where the sides differ, or where the rule applies to no array of a dtype that it admits.
    """
    rng = np.random.default_rng(seed)
    made = 0
    for kinds, level in rule.numerics.items():
        counts = {kind: _check_kind(rule, kind, level, rng) for kind in kinds}
        missing = [kind for kind, count in counts.items() if not count]
        # "all kinds" means all that there are; kinds that are named one by one have to be there
        if missing and (kinds != EVERY_KIND or not sum(counts.values())):
            raise RuleError(f"rule {rule.name!r} applies to no array of kind {missing[0]!r}, which it says it admits")
        made += sum(counts.values())
    return made


def _check_kind(rule: Rule, kind: str, level: Level, rng: np.random.Generator) -> int:
    count = 0
    for name in _DTYPES[kind]:
        for instance in itertools.islice(instances(rule, np.dtype(name), level, rng), _APPLIED):
            _compare(rule, instance, np.dtype(name), level, rng)
            count += 1
    return count


def instances(rule: Rule, dtype: np.dtype, level: Level, rng: np.random.Generator) -> Iterator[Instance]:
    """Operands of all forms for which the left side has a type and the rule applies."""
    params = [name for name in rule.params if name != "axis"]
    choices = [_choices(rule, name, dtype) for name in params]
    axes = (
        [Reduced(axes, keep) for axes in ((0,), (1,), (0, 1)) for keep in (False, True)]
        if "axis" in rule.params
        else [None]
    )
    every = list(itertools.islice(itertools.product(axes, *choices), 20_000))
    for at in rng.permutation(len(every))[:_TRIES]:
        axis, *values = every[at]
        bound: Bound = dict(zip(params, values, strict=True))
        if axis is not None:
            bound["axis"] = axis
        if not all(_fits(value, dtype) for value in values):
            continue
        left = build(rule.left, bound)
        if left is None or any(isinstance(n, arr.Apply) and n.op.name == "cast" for n in arr.walk(left)):
            continue  # a conversion in front would make it a rule about another dtype
        right = rule.apply(left, level)
        if right is not None:
            yield Instance(left, right, bound)


def _fits(value: Expr, dtype: np.dtype) -> bool:
    return True if value.type.dtype.kind == "b" else value.type.weak or value.type.dtype == dtype


def _choices(rule: Rule, name: str, dtype: np.dtype) -> list[Expr]:
    found: list[Expr] = []
    for value in rule.given.get(name, ()):
        known = make.constant(value, dtype)
        found += [make.plain(known), make.filled(known, (Size.named("n"),) * 2)]
    for each in dict.fromkeys((dtype, np.dtype(bool))):
        for own, whole in _FORMS:
            shape = tuple(Size.of(size) for size in own)
            ref = Ref(name, 0, Type(each, shape, "array" if shape else "numpy"))
            found.append(arr.broadcast(ref, tuple(Size.of(size) for size in whole)) if own != whole else ref)
    return found


# -- values ------------------------------------------------------------------------------------------------------------


def evaluate(value: Expr, names: Mapping[str, Any]) -> Any:
    """What NumPy makes of an expression, given its variables."""
    with np.errstate(all="ignore"):
        return eval(expression_text(value), {"np": np, "math": math, **_SIZES}, dict(names))


def _is_elementwise(rule: Rule) -> bool:
    """Whether nothing is added up: then also zeros keep their sign, NaN and infinity their place."""
    ops = table().by_name
    return all(name in ops and ops[name].kind is OpKind.ELEMENTWISE for name in rule.operations)


def draw(rng: np.random.Generator, type: Type, level: Level, zeros: bool = False) -> Any:
    """Random elements: of the whole dtype at the strict level, of ordinary size otherwise.

    With `zeros` also zeros of both signs, NaN and infinity; negative infinity has no roots.
    """
    shape = tuple(size.evaluate(_SIZES) for size in type.shape)
    dtype, count = type.dtype, int(np.prod(shape, dtype=int))
    values: Any
    match dtype.kind:
        case "b":
            values = rng.random(count) < 0.5
        case "i" | "u":
            info = np.iinfo(dtype)
            values = rng.integers(info.min, info.max, count, dtype, endpoint=True)
            small = rng.integers(0, 4, count).astype(dtype)
            values = np.where(rng.random(count) < 0.5, values, small)
        case "c":
            parts = [draw(rng, Type(np.dtype(float), type.shape), level) for _ in range(2)]
            values = np.ravel(parts[0]) + 1j * np.ravel(parts[1])
        case _:
            values = _floats(rng, dtype, count, level)
            if zeros:
                values = np.where(rng.random(count) < 0.2, rng.choice([0.0, -0.0, np.nan, np.inf], count), values)
    array = np.asarray(values).astype(dtype).reshape(shape)
    return array if shape else array[()]


def _floats(rng: np.random.Generator, dtype: np.dtype, count: int, level: Level) -> np.ndarray:
    if level == "fast":
        return 10 ** rng.uniform(-2, 1.5, count)  # whose exponentials are numbers in float32, too
    values = 10 ** rng.uniform(-2, 2, count)
    values = values * rng.choice([-1, 1], count)
    if level == "close":
        return values
    info = np.finfo(dtype)
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, info.max, info.tiny, info.tiny / 8, info.eps])
    return np.where(rng.random(count) < 0.5, values, rng.choice(special, count))


def _compare(rule: Rule, instance: Instance, dtype: np.dtype, level: Level, rng: np.random.Generator) -> None:
    refs = {node.name: node for node in arr.walk(instance.left) if isinstance(node, Ref)}
    names = {name: draw(rng, ref.type, level, level == "close" and _is_elementwise(rule)) for name, ref in refs.items()}
    left, right = evaluate(instance.left, names), evaluate(instance.right, names)
    shown = f"rule {rule.name!r} on {dtype}: {expression_text(instance.left)} -> {expression_text(instance.right)}"
    if np.asarray(left).dtype != np.asarray(right).dtype or np.shape(left) != np.shape(right):
        raise RuleError(f"{shown}\nchanges the type of the result")
    direct = _directly(rule, instance.bound, names)
    condition = None if level == "strict" else _condition(rule.left, instance.bound, names)
    # a scalar is not always computed by the code that computes arrays
    if not same_bits(left, direct) and (condition is None or not _within_rounding(left, direct, condition)):
        raise RuleError(f"{shown}\nis read as something else than it computes: {left!r} and {direct!r}")
    equal = same_bits(left, right) if condition is None else _within_rounding(left, right, condition)
    if not equal:
        raise RuleError(f"{shown}\ngives {right!r} instead of {left!r} for {names}")


def _directly(rule: Rule, bound: Bound, names: Mapping[str, Any]) -> Any:
    """The left side called as the Python function that it is."""
    values = []
    for name in rule.params:
        part = bound[name]
        values.append(_axis(rule, part) if isinstance(part, Reduced) else evaluate(part, names))
    with np.errstate(all="ignore"):
        result = rule.lhs(*values)
    axis = bound.get("axis")
    if isinstance(axis, Reduced) and axis.keepdims:
        return np.expand_dims(result, axis.axes)
    return result


def _axis(rule: Rule, attrs: Reduced) -> Any:
    """The axes as NumPy takes them: argmin and argmax one or all."""
    if len(attrs.axes) == 1:
        return attrs.axes[0]
    return None if rule.operations & {"argmin", "argmax"} else attrs.axes


def same_bits(a: Any, b: Any) -> bool:
    """Equal bit for bit, one NaN being as good as another."""
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape or x.dtype != y.dtype:
        return False
    if x.dtype.kind == "c":
        return same_bits(x.real, y.real) and same_bits(x.imag, y.imag)
    if x.dtype.kind == "f":
        return bool(np.all((np.isnan(x) & np.isnan(y)) | ((x == y) & (np.signbit(x) == np.signbit(y)))))
    return bool(np.array_equal(x, y))


def _within_rounding(a: Any, b: Any, condition: Any) -> bool:
    x, y = np.asarray(a), np.asarray(b)
    if x.dtype.kind not in "fc":
        return bool(np.array_equal(x, y))
    if x.dtype.kind == "f" and np.any((x == 0) & (y == 0) & (np.signbit(x) != np.signbit(y)) & (condition == 0)):
        return False
    bound = _ROUNDINGS * np.finfo(x.dtype).eps * np.maximum(np.maximum(np.abs(x), np.abs(y)), condition)
    with np.errstate(all="ignore"):
        near = np.abs(x - y) <= bound
    return bool(np.all(near | (np.isnan(x) & np.isnan(y)) | (x == y)))


def _condition(pattern: Pattern, bound: Bound, names: Mapping[str, Any]) -> Any:
    """The left side with absolute values throughout: what its rounding errors are relative to."""
    match pattern:
        case Number(value):
            return abs(value)
        case Parameter(name):
            return np.abs(evaluate(bound[name], names))
        case Call("subtract", (a, b)):
            return _condition(a, bound, names) + _condition(b, bound, names)
        case Call("negative", (a,)):
            return _condition(a, bound, names)
        case Call("transpose", (a,)):
            return np.transpose(_condition(a, bound, names))
        case Call(name, args, axis):
            values = [_condition(arg, bound, names) for arg in args]
            if name in ("sum", "prod", "min", "max"):
                attrs = bound["axis"] if isinstance(axis, Axes) else Reduced(tuple(range(np.ndim(values[0]))))
                return getattr(np, name)(values[0], axis=attrs.axes, keepdims=attrs.keepdims)
            if name == "power" and isinstance(args[1], Number):
                values[1] = args[1].value
            with np.errstate(all="ignore"):
                result = np.abs(getattr(np, name)(*values))
                return result if name not in _AMPLIFIED else result + _AMPLIFIED[name](result, *values)
        case _:
            raise TypeError(f"{pattern!r} is no pattern")
