"""What are the expressions and statements of the Loop IR? Its grammar stands in loops.py."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import numpy as np

from .array import Derived, Guard, Param, Results
from .ops.base import Op
from .ops.library import Called
from .span import NOWHERE, Spans
from .types import Shape, Size, Type


class LoopKind(enum.Enum):
    SEQ = "sequential"
    PAR = "parallel"


# -- expressions -------------------------------------------------------------------------------------------------------


class Expr:
    """A scalar; `dtype` is its NumPy dtype."""

    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class Lit(Expr):
    value: Any
    dtype: np.dtype

    def __eq__(self, other: object) -> bool:  # 0.0 is not -0.0, True is not 1
        return isinstance(other, Lit) and self.dtype == other.dtype and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash((repr(self.value), self.dtype))


@dataclass(frozen=True, slots=True)
class Index(Expr):
    """An affine integer over loop variables, extents and integer scalars."""

    size: Size
    dtype: np.dtype = np.dtype(np.int64)


@dataclass(frozen=True, slots=True)
class Var(Expr):
    name: str
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class Load(Expr):
    buffer: str
    indices: tuple[Subscript, ...]
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class Scalar(Expr):
    """An elementwise operation of the table; its arguments have the dtypes of the loop `signature`.

    `wraps`: integers of NumPy's, which wrap around, where Python's stay within int64.
    """

    op: Op
    args: tuple[Expr, ...]
    dtype: np.dtype
    wraps: bool = False

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Scalar) and self.op is other.op and self.dtype == other.dtype and self.args == other.args
        )

    def __hash__(self) -> int:
        return hash((self.op.name, self.args, self.dtype))


@dataclass(frozen=True, slots=True)
class Cast(Expr):
    arg: Expr
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class Select(Expr):
    """`then if condition else orelse`; only the chosen one is evaluated, unless `both` are, to save the branch."""

    condition: Expr
    then: Expr
    orelse: Expr
    dtype: np.dtype
    both: bool = False


Subscript = Size | Expr


# -- statements --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Stmt:
    spans: Spans = NOWHERE


@dataclass(frozen=True)
class Alloc(Stmt):
    """A new C-contiguous array; `fill` is "empty", or "zeros" where every element starts as zero."""

    name: str
    dtype: np.dtype
    shape: Shape
    fill: str = "empty"


@dataclass(frozen=True)
class Pointer(Stmt):
    """name = source: another name of an array; with `shape`, of its elements in C order under another shape."""

    name: str
    source: str
    dtype: np.dtype
    shape: Shape
    reshaped: bool = False


@dataclass(frozen=True)
class Swap(Stmt):
    """first, second = second, first: two names of two arrays of one type, which stay apart."""

    first: str
    second: str


@dataclass(frozen=True)
class Assign(Stmt):
    name: str
    value: Expr


@dataclass(frozen=True)
class Store(Stmt):
    buffer: str
    indices: tuple[Subscript, ...]
    value: Expr


@dataclass(frozen=True)
class Accumulate(Stmt):
    """target = op(target, value); op is associative up to rounding. The target is a Var, or an element of a buffer.

    With `lost`, a sum whose rounding errors that scalar collects, to be added by a Settle at the end.
    """

    target: Var | Load
    op: Op
    value: Expr
    lost: Var | None = None


@dataclass(frozen=True)
class Settle(Stmt):
    """name = name + lost, the end of a sum that kept its rounding errors."""

    name: str
    lost: str
    dtype: np.dtype


@dataclass(frozen=True)
class For(Stmt):
    var: str
    lo: Size
    hi: Size
    step: int
    body: tuple[Stmt, ...]
    kind: LoopKind = LoopKind.SEQ
    few: bool = False  # runs where its rounds are few: neither threads nor strips pay


@dataclass(frozen=True)
class While(Stmt):
    head: tuple[Stmt, ...]
    condition: Expr
    body: tuple[Stmt, ...]


@dataclass(frozen=True)
class If(Stmt):
    condition: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


@dataclass(frozen=True)
class Check(Stmt):
    condition: Expr
    exception: str
    message: str


@dataclass(frozen=True)
class Section:
    """A strided part of a buffer, as a library call takes it: prints as `buffer[subscripts].T`.

    Each subscript is (offset, step, extent), or a Size alone for a fixed position; axis k of the walked ones is axis
    order[k] of what is passed, which has `rank` axes: those that `order` does not name are new, of size 1. `whole`
    says that the subscripts cover the buffer, `rows` that the function may take all axes but the last as one.
    """

    buffer: str
    subscripts: tuple[tuple[Size, int, Size] | Size, ...]
    order: tuple[int, ...]
    rank: int
    whole: bool = False
    rows: bool = False


@dataclass(frozen=True)
class Library(Stmt):
    """out[...] = function(*args), a call of NumPy that is kept whole."""

    out: Section
    function: str
    args: tuple[Section, ...]


@dataclass(frozen=True)
class HostCall(Stmt):
    """results = called(*args): a library call that makes its results itself, new arrays and scalars.

    `sizes` are extents that it gives names: (name, array, axis).
    """

    results: tuple[Param, ...]
    called: Called
    args: tuple[Section | ScalarResult, ...]
    sizes: tuple[tuple[str, str, int], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.arrays, *self.scalars)

    @property
    def arrays(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.results if p.type.kind == "array")

    @property
    def scalars(self) -> dict[str, np.dtype]:
        """The scalars that it sets, extents included."""
        found = {p.name: p.type.dtype for p in self.results if p.type.kind != "array"}
        return found | {name: np.dtype(np.int64) for name, _, _ in self.sizes}

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(arg for arg in self.args if isinstance(arg, Section))


@dataclass(frozen=True)
class Return(Stmt):
    value: Result


@dataclass(frozen=True)
class Break(Stmt):
    pass


@dataclass(frozen=True)
class Continue(Stmt):
    pass


@dataclass(frozen=True)
class ScalarResult:
    """A scalar that is returned, with its kind: "python" or "numpy"."""

    value: Expr
    type: Type


@dataclass(frozen=True)
class ArrayResult:
    """An array that is returned: a buffer, or the view of one that the source asked for, as Python text."""

    buffer: str
    text: str


Result = ScalarResult | ArrayResult | Results | None


@dataclass(frozen=True)
class Program:
    """A function over loops, with the door of the Array IR program that it comes from."""

    name: str
    arguments: tuple[str, ...]
    unpacked: tuple[tuple[str, tuple[str, ...]], ...]  # tuples among the arguments, and the names of their items
    params: tuple[Param, ...]
    derived: tuple[Derived, ...]
    guards: tuple[Guard, ...]
    body: tuple[Stmt, ...]
    renamed: tuple[tuple[str, str], ...] = ()  # arguments, and the parameters that have another name than they
