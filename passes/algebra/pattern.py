"""Rules as pairs of NumPy expressions: traced once as patterns, matched against expressions, built with NumPy's types.

Both sides are functions of the same parameters. They are called with stand-ins that record the operators and the NumPy
functions applied to them, so a pattern may hold whatever has a row in the op table and nothing else. A parameter named
`axis` stands for the axes of a reduction (and for its keepdims).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ...ir.array import Apply, Expr, Reduced, View
from ...ir.ops import Op, OpKind, table
from . import make

Level = Literal["strict", "close", "fast"]
LEVELS: tuple[Level, ...] = ("strict", "close", "fast")
EVERY_KIND = "biufc"
Bound = dict[str, Any]  # parameter -> Expr, for `axis` the Reduced of the reduction

_REDUCTIONS = {
    np.sum: "sum", np.prod: "prod", np.min: "min", np.max: "max", np.any: "any", np.all: "all",
    np.argmin: "argmin", np.argmax: "argmax",
}  # fmt: skip


class Pattern(np.lib.mixins.NDArrayOperatorsMixin):
    """A stand-in for an array in a rule's expressions."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Pattern:
        if method != "__call__" or kwargs:
            return NotImplemented
        return Call(ufunc.__name__, tuple(_pattern(value) for value in inputs))

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        name = _REDUCTIONS.get(function)
        if name is not None and len(args) == 1 and kwargs.keys() <= {"axis"}:
            return Call(name, (_pattern(args[0]),), kwargs.get("axis"))
        if function is np.where and len(args) == 3 and not kwargs:
            return Call("where", tuple(_pattern(value) for value in args))
        if function is np.transpose and len(args) == 1 and not kwargs:
            return Call("transpose", (_pattern(args[0]),))
        return NotImplemented

    @property
    def T(self) -> Pattern:
        return Call("transpose", (self,))


@dataclass(frozen=True, eq=False)
class Parameter(Pattern):
    """Stands for any expression; for the same one wherever it occurs."""

    name: str


@dataclass(frozen=True, eq=False)
class Number(Pattern):
    """A number of any dtype that has this value; zeros are told apart by their sign."""

    value: Any


@dataclass(frozen=True, eq=False)
class Call(Pattern):
    """An operation. `axis` is None for all axes of a reduction, else the parameter that stands for them."""

    name: str
    args: tuple[Pattern, ...]
    axis: Any = None


@dataclass(frozen=True)
class Axes:
    """The stand-in for the parameter `axis`."""

    name: str = "axis"


def _pattern(value: Any) -> Pattern:
    if isinstance(value, Pattern):
        return value
    if isinstance(value, (bool, int, float, complex, np.generic)):
        return Number(value)
    raise TypeError(f"a rule cannot hold {value!r}")


def first_along(values: Any, axis: Any) -> Any:
    """`values` without the axes along which it is constant: a rule's way to use what a reduction does not change.

    For an array the elements at position 0 of `axis` (an int, a tuple, None for all), a scalar as it is.
    """
    if isinstance(values, Pattern):
        return Call("first_along", (values,), axis)
    array = np.asarray(values)
    if not array.ndim:
        return values
    axes = range(array.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return array[tuple(0 if k in axes else slice(None) for k in range(array.ndim))]


def length_along(values: Any, axis: Any) -> Any:
    """The number of elements of `values` along `axis`, in the dtype of `values`."""
    if isinstance(values, Pattern):
        return Call("length_along", (values,), axis)
    array = np.asarray(values)
    axes = range(array.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return array.dtype.type(np.prod([array.shape[k] for k in axes], dtype=np.int64))


# -- rules -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Rule:
    """`lhs` may be replaced by `rhs`.

    numerics  how exact it is, by kinds of dtype: {"iu": "strict", "fc": "fast"}; others are left alone
    where     what has to hold for the bound parameters, by name
    given     numbers to try for parameters that have to be constants, for the check
    saturate  an equation, used in both directions by saturation, rather than a simplification from left to right
    """

    name: str
    lhs: Callable[..., Any]
    rhs: Callable[..., Any]
    numerics: Mapping[str, Level]
    where: Callable[..., bool] | None = None
    given: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    saturate: bool = False
    params: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        params = _parameters(self.lhs)
        if _parameters(self.rhs) != params:
            raise ValueError(f"rule {self.name!r}: both sides have to take the same parameters")
        object.__setattr__(self, "params", params)

    def _stand_ins(self) -> list[Any]:
        return [Axes() if name == "axis" else Parameter(name) for name in self.params]

    @cached_property
    def left(self) -> Call:
        """Traced, like the right side, when it is first needed: of some hundred rules a program uses a few."""
        pattern = _pattern(self.lhs(*self._stand_ins()))
        if not isinstance(pattern, Call):
            raise ValueError(f"rule {self.name!r}: the left side has to be an operation")
        return pattern

    @cached_property
    def right(self) -> Pattern:
        return _pattern(self.rhs(*self._stand_ins()))

    @property
    def root(self) -> str:
        return self.left.name

    @property
    def operations(self) -> frozenset[str]:
        """The operations that occur in it."""
        return frozenset(_operations(self.left)) | frozenset(_operations(self.right))

    @cached_property
    def sides(self) -> tuple[frozenset[str], frozenset[str]]:
        """The operations that occur on each side."""
        return frozenset(_operations(self.left)), frozenset(_operations(self.right))

    @cached_property
    def heads(self) -> frozenset[str]:
        """The operations that operands of the left side have to be, transposes aside: most expressions fail this."""
        return frozenset(arg.name for arg in self.left.args if isinstance(arg, Call) and arg.name != "transpose")

    def holds(self, bound: Bound) -> bool:
        """Whether the rule's condition holds for these operands."""
        return self.where is None or bool(self.where(**_named(self.where, bound)))

    def level(self, kind: str) -> Level | None:
        """How exact the rule is for dtypes of this kind; None where it does not apply."""
        return next((level for kinds, level in self.numerics.items() if kind in kinds), None)

    def used_at(self, level: Level) -> bool:
        """Whether the rule is exact enough for some dtype."""
        return any(LEVELS.index(own) <= LEVELS.index(level) for own in self.numerics.values())

    def admits(self, kind: str, level: Level) -> bool:
        own = self.level(kind)
        return own is not None and LEVELS.index(own) <= LEVELS.index(level)

    def apply(self, node: Expr, level: Level) -> Expr | None:
        """`node` by the right side, of exactly the same type; None where the rule does not apply."""
        if node.type.kind == "python" or not self.admits(loop_kind(node), level):
            return None
        real = not self.admits("c", level)
        for bound in match(self.left, node, {}):
            if real and any(isinstance(part, Expr) and part.type.dtype.kind == "c" for part in bound.values()):
                continue  # absolute values of complex numbers are real, the rule is not about them
            if not self.holds(bound):
                continue
            result = make.fitted(build(self.right, bound), node.type)
            if result is not None and result is not node:
                return result
        return None


def _operations(pattern: Pattern) -> Iterator[str]:
    if isinstance(pattern, Call):
        yield pattern.name
        for arg in pattern.args:
            yield from _operations(arg)


def _named(function: Callable[..., Any], bound: Bound) -> Bound:
    return {name: bound[name] for name in _parameters(function)}


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return tuple(inspect.signature(function).parameters)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def loop_kind(node: Expr) -> str:
    """The kind of dtype that an operation computes with."""
    return node.args[-1].type.dtype.kind if node.args else node.type.dtype.kind


# -- matching ----------------------------------------------------------------------------------------------------------


def match(pattern: Pattern, node: Expr, bound: Bound) -> Iterator[Bound]:
    """The ways in which `node` is an instance of `pattern`, given what is bound already."""
    match pattern:
        case Parameter(name):
            if name not in bound:
                yield {**bound, name: node}
            elif bound[name] is node:
                yield bound
        case Number(value):
            if is_number(node, value):
                yield bound
        case Call("transpose", (inner,)):
            if isinstance(node, View) and [a.out for a in node.axes if a.out is not None] == [1, 0]:
                yield from match(inner, make.transpose(node), bound)
        case Call(name, args, axis):
            if isinstance(node, Apply) and node.op.name == name and node.type.kind != "python":
                yield from _match_call(args, axis, node, bound)


def _match_call(args: tuple[Pattern, ...], axis: Any, node: Apply, bound: Bound) -> Iterator[Bound]:
    if node.op.kind is OpKind.REDUCTION:
        attrs: Reduced = node.attrs
        if isinstance(axis, Axes):
            if axis.name in bound and bound[axis.name] != attrs:
                return
            bound = {**bound, axis.name: attrs}
        elif len(attrs.axes) != node.args[0].type.rank or attrs.keepdims:
            return
    orders = [args]
    if len(args) == 2 and is_commutative(node.op):
        orders.append((args[1], args[0]))
    for order in orders:
        yield from _match_all(order, node.args, bound)


def _match_all(patterns: tuple[Pattern, ...], nodes: tuple[Expr, ...], bound: Bound) -> Iterator[Bound]:
    if len(patterns) != len(nodes):
        return
    if not patterns:
        yield bound
        return
    for first in match(patterns[0], nodes[0], bound):
        yield from _match_all(patterns[1:], nodes[1:], first)


_SYMMETRIC = frozenset({"equal", "not_equal", "add", "multiply"})


def is_commutative(op: Op) -> bool:
    return op.algebra.commutative or op.name in _SYMMETRIC


def is_number(node: Expr, value: Any) -> bool:
    known = make.number(node)
    if known is None or isinstance(value, bool) != isinstance(known, (bool, np.bool_)):
        return False
    return bool(known == value) and (known != 0 or bool(np.signbit(np.real(known))) == bool(np.signbit(value)))


# -- building ----------------------------------------------------------------------------------------------------------


def build(pattern: Pattern, bound: Bound) -> Expr | None:
    """`pattern` with its parameters replaced; None where the result has no type."""
    match pattern:
        case Parameter(name):
            return bound[name]
        case Number(value):
            return _literal(value)
        case Call(name, args, axis):
            values = []
            for arg in args:
                value = build(arg, bound)
                if value is None:
                    return None
                values.append(value)
            return operation(name, values, bound[axis.name] if isinstance(axis, Axes) else None)
        case _:
            raise TypeError(f"{pattern!r} is no pattern")


def _literal(value: Any) -> Expr:
    from ...ir.array import Const, Extent
    from ...ir.types import Size, type_of_value

    type = type_of_value(value)
    assert type is not None
    return Extent(Size(value)) if type.kind == "python" and type.dtype.kind == "i" else Const(value, type)


def operation(name: str, values: list[Expr], axis: Reduced | None = None) -> Expr | None:
    """The operation of the table, a transpose, or what a reduction leaves alone; `axis` None means all axes."""
    match name:
        case "transpose":
            return make.transpose(values[0]) if values[0].type.rank == 2 else None
        case "first_along":
            return _first_along(values[0], axis)
        case "length_along":
            return _length_along(values[0], axis)
    op = table()[name]
    match op.kind:
        case OpKind.ELEMENTWISE:
            return make.elementwise(op, *values)
        case OpKind.REDUCTION:
            if axis is None:
                return make.reduction(op, values[0], None)
            return make.reduction(op, values[0], axis.axes, axis.keepdims)
        case OpKind.CONTRACTION if name == "matmul":
            return make.matmul(*values)
        case _:
            return None


def _first_along(value: Expr, axis: Reduced | None) -> Expr | None:
    axes = tuple(range(value.type.rank)) if axis is None else axis.axes
    if not make.is_repeated(value, axes):
        return None
    first = make.without_axes(value, axes)
    if axis is None or not axis.keepdims or not value.type.rank:
        return first
    return make.with_axes(first, axes, value.type.rank)


def _length_along(value: Expr, axis: Reduced | None) -> Expr | None:
    total: Expr | None = None
    multiply = table()["multiply"]
    for k in range(value.type.rank) if axis is None else axis.axes:
        size = make.extent(value.shape[k], value.type.dtype)
        total = size if total is None else make.elementwise(multiply, total, size)
        if total is None:
            return None
    return total
