"""What one row of the op table holds, and the table itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..types import Type, weak_value


class OpKind(enum.Enum):
    """How an operation relates the index spaces of its operands and its result."""

    ELEMENTWISE = "elementwise"  # result[i] is a function of operands[i]; operands are broadcast before
    REDUCTION = "reduction"  # combines the elements along axes
    CREATION = "creation"  # result[i] is a function of i and scalars
    SHAPE = "shape"  # rearranges elements without changing them
    CONTRACTION = "contraction"  # sums of products
    LIBRARY = "library"  # a call that is kept whole


@dataclass(frozen=True, slots=True)
class Algebra:
    """The laws of a binary operation. `identity` and `annihilator` are Python values or None."""

    commutative: bool = False
    associative: bool = False
    identity: Any = None
    annihilator: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation.

    name         unique; for a ufunc the ufunc's own name
    numpy        the callables that lift to it; the first is the reference
    ufunc        for ELEMENTWISE: NumPy's ufunc, whose `resolve_dtypes` gives the dtypes
    methods      names of ndarray methods that lift to it, with the array as first operand
    symbol       Python's operator, when the printers use one ("+", "-", "<", "~" …)
    scalar       target -> dtype kind of the loop's first input ("b", "i", "u", "f", "c", or "*" for any)
                 -> template with {0} {1} … ; target "py" runs as plain Python on NumPy scalars AND inside numba.njit
                 (error_model="numpy"); "numba" and "cuda" override it where they need other code.
                 A template that names a function of runtime/ lists it in `requires`.
    result       type rule for everything but ELEMENTWISE: (operand types, attrs) -> Type
    cost         relative cost of one element: 1 for an addition, 4 for a division, 20 for an exponential
    ulp          how far an element may be from NumPy's, in units in the last place (0: bit for bit)
    domain       draws test inputs for a dtype: (rng, dtype, size) -> array; None: anything of the dtype
    unsupported  target -> reason, where there is no code
    """

    name: str
    kind: OpKind
    numpy: tuple[Callable[..., Any], ...]
    ufunc: np.ufunc | None = None
    methods: tuple[str, ...] = ()
    symbol: str | None = None
    scalar: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    by_constant: Mapping[str, str] = field(
        default_factory=dict
    )  # dtype kind -> template for a literal second operand > 0
    result: Callable[..., Type] | None = None
    algebra: Algebra = Algebra()
    cost: float = 1.0
    ulp: float = 0.0
    domain: Callable[[np.random.Generator, np.dtype, int], np.ndarray] | None = None
    unsupported: Mapping[str, str] = field(default_factory=dict)
    may_raise: bool = False

    @property
    def reference(self) -> Callable[..., Any]:
        return self.numpy[0]

    def template(self, target: str, dtype: np.dtype) -> str | None:
        """The scalar code of `target` for a loop whose first input has `dtype`; None where there is none."""
        for table in (self.scalar.get(target), self.scalar.get("py")):
            if table is not None:
                code = table.get(dtype.kind, table.get("*"))
                if code is not None:
                    return code
        return None

    def __repr__(self) -> str:
        return f"Op({self.name})"


def resolve_elementwise(
    ufunc: np.ufunc, types: Iterable[Type], dtype: np.dtype | None = None, casting: str | None = None
) -> tuple[np.dtype, ...]:
    """NumPy's own dtypes for a call of `ufunc`: those of the inputs of the loop, then of its outputs (NEP 50).

    `dtype` and `casting` are those of the call. Raises TypeError as NumPy does (`UFuncTypeError`) where no loop exists.
    """
    operands: list[Any] = [weak_value(t) for t in types]
    if len(operands) == ufunc.nin and all(isinstance(operand, type) for operand in operands):
        # resolve_dtypes wants one strong operand: Python scalars alone behave as their default dtypes
        operands = [np.dtype(operand) for operand in operands]
    options: dict[str, Any] = {}
    if dtype is not None:
        options["signature"] = (*[None] * ufunc.nin, *[dtype] * ufunc.nout)
    if casting is not None:
        options["casting"] = casting
    return ufunc.resolve_dtypes((*operands, *[None] * ufunc.nout), **options)


class OpTable:
    """The rows by name, by NumPy callable and by method."""

    def __init__(self) -> None:
        self.by_name: dict[str, Op] = {}
        self._by_callable: dict[int, Op] = {}
        self.by_method: dict[str, Op] = {}

    def add(self, op: Op) -> Op:
        if op.name in self.by_name:
            raise ValueError(f"op {op.name!r} is in the table already")
        self.by_name[op.name] = op
        for function in op.numpy:
            self._by_callable.setdefault(id(function), op)
        for method in op.methods:
            self.by_method[method] = op
        return op

    def of_callable(self, function: object) -> Op | None:
        return self._by_callable.get(id(function))

    def __getitem__(self, name: str) -> Op:
        return self.by_name[name]

    def __iter__(self) -> Iterable[Op]:
        return iter(self.by_name.values())
