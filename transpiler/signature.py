"""What a specialisation depends on: a description of each argument, and how it is read off a call's values."""

from __future__ import annotations

import dataclasses
import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..ir.types import PY_INT, Type, type_of_value

Layout = Literal["C", "F", "A"]


@dataclass(frozen=True)
class ArraySpec:
    """An ndarray: dtype, which sizes are 1, layout (C- or Fortran-contiguous, or any), whether it may be written."""

    dtype: np.dtype
    ones: tuple[bool, ...]
    layout: Layout = "A"
    writeable: bool = True

    @property
    def rank(self) -> int:
        return len(self.ones)

    def __str__(self) -> str:
        sizes = ", ".join("1" if one else ":" for one in self.ones)
        return f"{self.dtype}[{sizes}]" + ("" if self.layout == "A" else f" {self.layout}")


@dataclass(frozen=True)
class ScalarSpec:
    """A scalar of Python or NumPy, by type; of integers of Python's, whether it is one that is not narrow."""

    type: Type
    large: bool = False

    def __str__(self) -> str:
        return f"large {self.type}" if self.large else str(self.type)


@dataclass(frozen=True)
class LiteralSpec:
    """A value that the specialisation is made for: None, a string, a dtype, a function, a module, a number."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LiteralSpec) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True)
class TupleSpec:
    items: tuple[Spec, ...]
    mutable: bool = False
    fields: tuple[str, ...] = ()  # the items' names: of a named tuple, or of a dataclass

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True)
class FieldsSpec(TupleSpec):
    """A dataclass, which compiled code gets as the tuple of its fields."""


class Fields(tuple):
    """The fields of a dataclass, and the object that they were read from."""

    source: Any


@dataclass(frozen=True)
class OpaqueSpec:
    """A value that compiled code cannot use: a list, an object, an array of a dtype that is not compiled."""

    description: str

    def __str__(self) -> str:
        return self.description


def named_fields(value: Any) -> tuple[str, ...] | None:
    """The names of a dataclass's fields, where each is a plain attribute; None for any other object."""
    kind = type(value)
    if not dataclasses.is_dataclass(kind) or kind.__getattribute__ is not object.__getattribute__:
        return None
    names = tuple(f.name for f in dataclasses.fields(kind))
    held = getattr(value, "__dict__", {})
    plain = all(n in held and not hasattr(getattr(kind, n, None), "__set__") for n in names)
    return names if names and plain else None


def fields_of(value: Any, names: tuple[str, ...]) -> Fields:
    """The tuple that compiled code gets for a dataclass."""
    made = Fields(getattr(value, name) for name in names)
    made.source = value
    return made


Spec = ArraySpec | ScalarSpec | LiteralSpec | TupleSpec | OpaqueSpec
#: Values that code is made for, told apart by identity.
IDENTIFIED = (type, np.dtype, np.ufunc, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
DTYPES = frozenset("?bBhHiIlLqQefdFD")


#: Bits of Python's integers: of those that code for "int" is made for, so that their products stay within int64, and
#: of those that int64 has room for, and for what is added to them.
NARROW_BITS, LARGE_BITS = 30, 62


def is_narrow(value: int) -> bool:
    """Whether an integer of Python's is one that code for "int" serves."""
    return value.bit_length() <= NARROW_BITS


def spec_of(value: Any) -> Spec:
    """The description of one argument; OpaqueSpec, with the reason, for what no specialisation can use."""
    if type(value) is np.ndarray:
        dtype = value.dtype
        if dtype.char not in DTYPES or not dtype.isnative:
            return OpaqueSpec(f"an array of {dtype}")
        flags = value.flags
        if not flags.aligned:
            return OpaqueSpec("an array that is not aligned")
        layout: Layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return ArraySpec(dtype, tuple(size == 1 for size in value.shape), layout, flags.writeable)
    scalar = type_of_value(value)
    if type(value) is int and not is_narrow(value):
        if value.bit_length() > LARGE_BITS:
            return OpaqueSpec(f"an integer of more than {LARGE_BITS} bits")
        return ScalarSpec(PY_INT, large=True)
    if scalar is not None and type(value) in (bool, int, float, complex, scalar.dtype.type):
        return ScalarSpec(scalar)
    if type(value) is tuple:
        return TupleSpec(tuple(spec_of(item) for item in value))
    if isinstance(value, tuple) and type(value).__bases__ == (tuple,) and hasattr(value, "_fields"):
        return TupleSpec(tuple(spec_of(item) for item in value), fields=tuple(type(value)._fields))
    if (names := named_fields(value)) is not None:
        return FieldsSpec(tuple(spec_of(getattr(value, name)) for name in names), fields=names)
    if isinstance(value, types.ModuleType) and sys.modules.get(value.__name__) is not value:
        return OpaqueSpec("a module that is not imported under its name")  # what it holds could not be watched
    if value is None or isinstance(value, (str, *IDENTIFIED)) or value is ...:
        return LiteralSpec(value)
    return OpaqueSpec(f"a {type(value).__name__}")


def literal(spec: Spec, value: Any) -> Spec:
    """`spec` fixed to the value, where it is a Python bool or int, or a tuple of such."""
    if isinstance(spec, ScalarSpec) and spec.type.weak and spec.type.dtype.kind in "bi":
        return LiteralSpec(value)
    if type(value) is tuple and isinstance(spec, TupleSpec) and may_be_literal(value):
        return replace(spec, items=tuple(map(literal, spec.items, value)))
    return spec


def may_be_literal(value: Any) -> bool:
    """Whether code can be made for just this value: a Python bool or int, or a tuple of some (a shape, axes)."""
    return type(value) in (bool, int) or (type(value) is tuple and all(type(item) in (bool, int) for item in value))


Signature = Mapping[str, Spec]


def signature_of(names: Sequence[str], values: Sequence[Any]) -> dict[str, Spec]:
    return {name: spec_of(value) for name, value in zip(names, values, strict=True)}
