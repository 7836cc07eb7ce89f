"""What a value is: its dtype, its symbolic sizes, and which of NumPy's and Python's kinds of value it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["array", "numpy", "python"]


@dataclass(frozen=True, slots=True)
class Size:
    """An affine expression over named integers: `const + sum(coefficient * name)`.

    Names stand for integer scalars that do not change while they are in scope: the extents of parameters, integer
    parameters, loop variables and integers bound once.

    >>> n = Size.named("n")
    >>> str(2 * n - 1), (n + 1) - n == 1
    ('2 * n - 1', True)
    """

    const: int = 0
    terms: tuple[tuple[str, int], ...] = ()

    @staticmethod
    def of(value: SizeLike) -> Size:
        if isinstance(value, Size):
            return value
        if isinstance(value, str):
            return Size.named(value)
        return Size(int(value))

    @staticmethod
    def named(name: str) -> Size:
        return Size(0, ((name, 1),))

    @staticmethod
    def _from(const: int, terms: Mapping[str, int]) -> Size:
        return Size(const, tuple(sorted((name, k) for name, k in terms.items() if k)))

    @property
    def is_const(self) -> bool:
        return not self.terms

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.terms)

    def coefficient(self, name: str) -> int:
        return next((k for n, k in self.terms if n == name), 0)

    def without(self, name: str) -> Size:
        return Size(self.const, tuple(term for term in self.terms if term[0] != name))

    def substitute(self, values: Mapping[str, Size]) -> Size:
        if not any(name in values for name, _ in self.terms):
            return self
        result = Size(self.const)
        for name, k in self.terms:
            result = result + k * values.get(name, Size.named(name))
        return result

    def __add__(self, other: SizeLike) -> Size:
        other = Size.of(other)
        terms = dict(self.terms)
        for name, k in other.terms:
            terms[name] = terms.get(name, 0) + k
        return Size._from(self.const + other.const, terms)

    def __neg__(self) -> Size:
        return Size(-self.const, tuple((name, -k) for name, k in self.terms))

    def __sub__(self, other: SizeLike) -> Size:
        return self + (-Size.of(other))

    def __rsub__(self, other: SizeLike) -> Size:
        return Size.of(other) - self

    def __mul__(self, factor: int) -> Size:
        return Size._from(self.const * factor, {name: k * factor for name, k in self.terms})

    __radd__ = __add__
    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return self.const == other and not self.terms
        return isinstance(other, Size) and self.const == other.const and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.const, self.terms))

    def __str__(self) -> str:
        text = ""
        for name, k in sorted(self.terms, key=lambda term: (term[1] < 0, term[0])):
            part = name if abs(k) == 1 else f"{abs(k)} * {name}"
            if not text:
                text = part if k > 0 else f"-{part}"
            else:
                text += f" + {part}" if k > 0 else f" - {part}"
        if not text:
            return str(self.const)
        if self.const:
            text += f" + {self.const}" if self.const > 0 else f" - {-self.const}"
        return text

    __repr__ = __str__

    def evaluate(self, values: Mapping[str, int]) -> int:
        return self.const + sum(k * values[name] for name, k in self.terms)


SizeLike = Size | int | str
Shape = tuple[Size, ...]


def shape_of(sizes: Iterable[SizeLike]) -> Shape:
    return tuple(Size.of(size) for size in sizes)


@dataclass(frozen=True, slots=True)
class Type:
    """dtype, symbolic shape and kind of a value.

    kind is "array" (ndarray, also of rank 0), "numpy" (a NumPy scalar) or "python" (bool, int, float or complex of
    Python, which NEP 50 promotes weakly). Only arrays have a rank above 0.
    """

    dtype: np.dtype
    shape: Shape = ()
    kind: Kind = "array"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def is_scalar(self) -> bool:
        return self.kind != "array"

    @property
    def weak(self) -> bool:
        return self.kind == "python"

    def with_shape(self, shape: Shape) -> Type:
        return Type(self.dtype, shape, self.kind if not shape else "array")

    def __str__(self) -> str:
        match self.kind:
            case "python":
                return {"b": "bool", "i": "int", "f": "float", "c": "complex"}[self.dtype.kind]
            case "numpy":
                return str(self.dtype)
            case _:
                return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


BOOL, INT, FLOAT, COMPLEX = (np.dtype(t) for t in ("bool", "int64", "float64", "complex128"))
PY_BOOL, PY_INT, PY_FLOAT, PY_COMPLEX = (Type(t, (), "python") for t in (BOOL, INT, FLOAT, COMPLEX))


def type_of_value(value: object) -> Type | None:
    """The type of a Python or NumPy scalar; None for anything else (a Python int past int64 included)."""
    match value:
        case np.generic():
            return Type(value.dtype, (), "numpy") if value.dtype.kind in "biufc" else None
        case bool():
            return PY_BOOL
        case int():
            return PY_INT if -(2**63) <= value < 2**63 else None
        case float():
            return PY_FLOAT
        case complex():
            return PY_COMPLEX
        case _:
            return None


def weak_value(type: Type) -> object:
    """What stands for an operand in `np.ufunc.resolve_dtypes`: its dtype, or the Python type when it is weak."""
    if type.weak and type.dtype.kind in "ifc":
        return {"i": int, "f": float, "c": complex}[type.dtype.kind]
    return type.dtype
