"""Loop IR, *how* it is computed: loop nests over scalars, with buffers. It prints as plain Python loops.

The grammar:

    Expr = Lit(value) | Index(size) | Var(name) | Load(buffer, indices) | Scalar(op, args) | Cast(arg) | Select(c, a, b)
    Stmt = Alloc(name, shape, fill) | Pointer(name, source) | Swap(first, second) | Assign(name, Expr)
         | Store(buffer, indices, Expr) | Accumulate(target, op, Expr, lost) | Settle(name, lost)
         | For(var, lo, hi, step, kind, body) | While | If | Check
         | Library(outs, function, args) | HostCall(results, called, args, sizes) | Return | Break | Continue

Accumulate is the one statement whose repetitions may be reordered. Buffers are NumPy arrays; indices are affine
(`Size`) or scalar expressions, never negative: wrapping and bounds checks are explicit.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
    """An elementwise operation of the table; its arguments have the dtypes of the loop `signature`."""

    op: Op
    args: tuple[Expr, ...]
    dtype: np.dtype

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
    """`then if condition else orelse`; only the chosen one is evaluated."""

    condition: Expr
    then: Expr
    orelse: Expr
    dtype: np.dtype


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


# -- walking -----------------------------------------------------------------------------------------------------------


def subexpressions(expr: Expr) -> Iterator[Expr]:
    """`expr` and everything below it."""
    yield expr
    match expr:
        case Scalar(_, args, _):
            for arg in args:
                yield from subexpressions(arg)
        case Cast(arg, _):
            yield from subexpressions(arg)
        case Select(condition, then, orelse, _):
            for arg in (condition, then, orelse):
                yield from subexpressions(arg)
        case Load(_, indices, _):
            for index in indices:
                if isinstance(index, Expr):
                    yield from subexpressions(index)
        case _:
            return


def map_expr(expr: Expr, change: Callable[[Expr], Expr], index: Callable[[Size], Size] = lambda size: size) -> Expr:
    """`expr` rebuilt bottom-up through `change`; affine indices go through `index`."""
    match expr:
        case Scalar(op, args, dtype):
            new = tuple(map_expr(arg, change, index) for arg in args)
            return change(expr if new == args else Scalar(op, new, dtype))
        case Cast(arg, dtype):
            return change(Cast(map_expr(arg, change, index), dtype))
        case Select(condition, then, orelse, dtype):
            test, one, other = (map_expr(arg, change, index) for arg in (condition, then, orelse))
            return change(Select(test, one, other, dtype))
        case Load(buffer, indices, dtype):
            return change(Load(buffer, tuple(map_subscript(i, change, index) for i in indices), dtype))
        case Index(size):
            return change(Index(index(size)))
        case _:
            return change(expr)


def map_subscript(subscript: Subscript, change: Callable[[Expr], Expr], index: Callable[[Size], Size]) -> Subscript:
    return map_expr(subscript, change, index) if isinstance(subscript, Expr) else index(subscript)


def map_stmt(stmt: Stmt, change: Callable[[Expr], Expr], index: Callable[[Size], Size] = lambda size: size) -> Stmt:
    """`stmt` with every expression in it, inner blocks included, rebuilt through `change`."""

    def block(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(map_stmt(inner, change, index) for inner in body)

    def expr(e: Expr) -> Expr:
        return map_expr(e, change, index)

    match stmt:
        case Alloc() | Pointer():
            return replace(stmt, shape=tuple(index(size) for size in stmt.shape))
        case Assign(_, value):
            return replace(stmt, value=expr(value))
        case Store(_, indices, value):
            return replace(stmt, indices=tuple(map_subscript(i, change, index) for i in indices), value=expr(value))
        case Accumulate(target, _, value, _):
            if isinstance(target, Load):
                target = Load(
                    target.buffer, tuple(map_subscript(i, change, index) for i in target.indices), target.dtype
                )
            return replace(stmt, target=target, value=expr(value))
        case For(_, lo, hi, _, body):
            return replace(stmt, lo=index(lo), hi=index(hi), body=block(body))
        case While(head, condition, body):
            return replace(stmt, head=block(head), condition=expr(condition), body=block(body))
        case If(condition, then, orelse):
            return replace(stmt, condition=expr(condition), then=block(then), orelse=block(orelse))
        case Check(condition, _, _):
            return replace(stmt, condition=expr(condition))
        case Library(out, _, args):
            return replace(stmt, out=map_section(out, index), args=tuple(map_section(a, index) for a in args))
        case HostCall(args=args):
            new = (map_section(a, index) if isinstance(a, Section) else replace(a, value=expr(a.value)) for a in args)
            return replace(stmt, args=tuple(new))
        case Return(value):
            return replace(stmt, value=_map_result(value, expr))
        case _:
            return stmt


def map_section(section: Section, index: Callable[[Size], Size]) -> Section:
    subscripts = tuple(
        index(s) if isinstance(s, Size) else (index(s[0]), s[1], index(s[2])) for s in section.subscripts
    )
    return replace(section, subscripts=subscripts)


def _map_result(result: Result, change: Callable[[Expr], Expr]) -> Result:
    match result:
        case Results(items):
            return Results(tuple(_map_result(item, change) for item in items))  # type: ignore[arg-type, misc]
        case ScalarResult(value, type):
            return ScalarResult(change(value), type)
        case _:
            return result


def blocks(stmt: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    match stmt:
        case For(body=body):
            return (body,)
        case While(head, _, body):
            return (head, body)
        case If(_, then, orelse):
            return (then, orelse)
        case _:
            return ()


def with_blocks(stmt: Stmt, new: tuple[tuple[Stmt, ...], ...]) -> Stmt:
    """`stmt` holding other blocks, in the order of `blocks`; the same object where they are the same."""
    if all(a is b or a == b for a, b in zip(blocks(stmt), new, strict=True)):
        return stmt
    match stmt:
        case For():
            return replace(stmt, body=new[0])
        case While():
            return replace(stmt, head=new[0], body=new[1])
        case If():
            return replace(stmt, then=new[0], orelse=new[1])
        case _:
            return stmt


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement of `body`, those of inner blocks after the one that holds them."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement evaluates itself: values, conditions and computed subscripts."""
    match stmt:
        case Assign(_, value):
            return (value,)
        case Store(_, indices, value):
            return (*(i for i in indices if isinstance(i, Expr)), value)
        case Accumulate(target, _, value, _):
            inner = target.indices if isinstance(target, Load) else ()
            return (*(i for i in inner if isinstance(i, Expr)), value)
        case While(_, condition, _) | If(condition, _, _) | Check(condition, _, _):
            return (condition,)
        case HostCall(args=args):
            return tuple(arg.value for arg in args if isinstance(arg, ScalarResult))
        case Return(value):
            return tuple(_result_values(value))
        case _:
            return ()


def _result_values(result: Result) -> Iterator[Expr]:
    match result:
        case Results(items):
            for item in items:
                yield from _result_values(item)  # type: ignore[arg-type]
        case ScalarResult(value, _):
            yield value
        case _:
            return


def mentions(body: tuple[Stmt, ...]) -> Iterator[str]:
    """The name of a buffer for each place that makes or uses it."""
    for stmt in statements(body):
        match stmt:
            case Alloc(name=name):
                yield name
            case Pointer(name, source):
                yield from (name, source)
            case Swap(first, second):
                yield from (first, second)
            case Store(buffer=buffer) | Accumulate(target=Load(buffer=buffer)):
                yield buffer
            case Library(out, _, args):
                yield from (section.buffer for section in (out, *args))
            case HostCall():
                yield from (*stmt.arrays, *(section.buffer for section in stmt.sections))
            case Return(value):
                yield from returned_buffers(value)
        for expr in expressions(stmt):
            yield from (node.buffer for node in subexpressions(expr) if isinstance(node, Load))


def returned_buffers(value: Result) -> set[str]:
    match value:
        case Results(items):
            return set().union(*(returned_buffers(item) for item in items)) if items else set()  # type: ignore[arg-type]
        case ArrayResult(buffer, _):
            return {buffer}
        case _:
            return set()
