"""What a name can stand for while a function is lifted: Array IR expressions, and what is known at compile time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
import numpy as np

from ..ir.array import Apply, Const, Expr, Extent, Ref, View
from ..ir.ops import table
from ..ir.types import BOOL, COMPLEX, FLOAT, INT, PY_INT, Size, Type, type_of_value
from .diagnostics import Unsupported
from .source import FunctionSource


@dataclass(frozen=True)
class Tup:
    """A tuple or a list whose items are known one by one."""

    items: tuple[Value, ...]
    mutable: bool = False  # a list


@dataclass(frozen=True)
class NamedTup(Tup):
    """A named tuple, as some functions of NumPy give."""

    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Static:
    """An object known at compile time: a module, a function, a dtype, None, a string.

    `origin` is the path by which the function finds it (reliance.py), None where it does not change.
    """

    value: Any
    origin: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class SliceOf:
    start: Value
    stop: Value
    step: Value


@dataclass(frozen=True)
class Method:
    """`value.name` before it is called."""

    value: Expr
    name: str


@dataclass(frozen=True, eq=False)
class Closure:
    """A function defined in the function that is lifted: a nested def or a lambda.

    `frame` is the call that defined it, whose names it sees as they are when it is called; `defaults` are the
    parameters' values, which are those of when it was defined.
    """

    node: cst.FunctionDef | cst.Lambda
    source: FunctionSource
    frame: int
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Partial:
    """A function with some of its arguments given."""

    function: Value
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]


@dataclass(frozen=True)
class Opaque:
    """An argument that compiled code cannot use; whatever uses it is left to Python."""

    name: str
    description: str


@dataclass(frozen=True)
class Ambiguous:
    """A float64 of which only the run knows whether it is NumPy's or Python's (ambiguous.py).

    `value` is typed as NumPy's, `is_numpy` a bool; where it is Python's it is one of dtype `python`: int or float.
    `small` integers are sums of literals.
    """

    value: Expr
    is_numpy: Expr
    python: np.dtype
    small: bool = True


Value = Expr | Tup | Static | SliceOf | Method | Closure | Partial | Opaque | Ambiguous
NONE = Static(None)


def constant(value: Any) -> Value:
    """A Python object as a value: a scalar as a Const, sizes as Extents, tuples item by item, the rest as it is."""
    if isinstance(value, (tuple, list)) and type(value) in (tuple, list):
        return Tup(tuple(constant(item) for item in value), isinstance(value, list))
    type_ = type_of_value(value)
    if type_ is None:
        return Static(value)
    if type_ == PY_INT:
        return Extent(Size(value))
    return Const(value, type_)


class NotStatic(ValueError):
    """A value that only the run knows."""


def static_value(value: Value) -> Any:
    """The Python object that `value` is at compile time. Raises NotStatic, a ValueError, where it is not known."""
    match value:
        case Static(obj):
            return obj
        case Const(obj, _):
            return obj
        case Extent(size) if size.is_const:
            return size.const
        case Tup(items, mutable):
            values = [static_value(item) for item in items]
            return values if mutable else tuple(values)
        case SliceOf(start, stop, step):
            return slice(static_value(start), static_value(stop), static_value(step))
        case _:
            raise NotStatic("not known at compile time")


def is_array(value: Value) -> bool:
    return isinstance(value, Expr) and value.type.kind == "array"


def is_scalar(value: Value) -> bool:
    return isinstance(value, Expr) and value.type.kind != "array"


def is_python_int(value: Value) -> bool:
    return isinstance(value, Expr) and value.type == PY_INT


def is_handle(value: Value) -> bool:
    """Whether `value` names memory: a variable or a view of one (then a store through it is seen by others)."""
    while isinstance(value, View):
        value = value.base
    return isinstance(value, Ref)


def is_part(value: Value) -> bool:
    """Whether `value` is the real or imaginary part of a complex array, or a view of one: memory that only NumPy names.

    What is read through it is the memory as it is then. A store through it, and a name for it that outlives the
    function, are not compiled.
    """
    while isinstance(value, View):
        value = value.base
    return isinstance(value, Apply) and value.op.name in ("real", "imag") and value.args[0].type.kind == "array"


def const_of(value: Any, type: Type) -> Const:
    """A constant of `type`, converted as NumPy converts it. Raises Unsupported for an integer that does not fit."""
    if type.kind == "python":
        return Const({"b": bool, "i": int, "f": float, "c": complex}[type.dtype.kind](value), type)
    try:
        with np.errstate(all="ignore"):
            return Const(type.dtype.type(value), type)
    except OverflowError as error:
        raise Unsupported("MDSL202", str(error)) from error


def zero_of(type: Type) -> Expr:
    """The zero of a scalar type."""
    return Extent(Size(0)) if type == PY_INT else const_of(0, type)


def cast(value: Expr, dtype: np.dtype, kind: str | None = None) -> Expr:
    """`value` with elements of `dtype`; constants are converted here."""
    if kind is None and value.type.kind == "python" and dtype not in (BOOL, INT, FLOAT, COMPLEX):
        kind = "numpy"
    type = Type(dtype, value.shape, kind or value.type.kind)
    if value.type == type:
        return value
    if isinstance(value, Const):
        return const_of(value.value, Type(dtype, (), kind or ("python" if value.type.kind == "python" else "numpy")))
    if isinstance(value, Extent) and value.size.is_const:
        return const_of(value.size.const, Type(dtype, (), kind or "python"))
    return Apply(table()["cast"], (value,), dtype, type)
