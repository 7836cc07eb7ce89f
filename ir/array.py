"""Array IR, *what* is computed: typed whole-array statements that print as a NumPy program.

The grammar:

    Expr  = Const(value) | Extent(size) | Ref(name, version) | Apply(op, args, attrs) | View(base, axes)
    Stmt  = Bind(name, Expr) | Alias(name, Expr) | Store(target, Expr, mask) | For(var, lo, hi, step, body)
          | While(condition, body) | If(condition, then, orelse) | Return(Result) | Break | Continue
          | Check(condition, exception, message) | Call(results, called, args, sizes)

Expressions are interned: equal expressions are one object, so a DAG is walked once a node and compared by identity.
A Ref names the version of the variable that it reads; a store or a rebinding makes a new version, so that equal
expressions have equal values.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .ops.base import Op
from .ops.library import Called
from .span import NOWHERE, Spans
from .types import PY_INT, Shape, Size, Type

_interned: weakref.WeakValueDictionary[tuple, Expr] = weakref.WeakValueDictionary()
_interning = threading.Lock()


class _Interning(type):
    """Calls of a node class with equal arguments return one object."""

    def __call__(cls, *args: Any) -> Any:
        key = (cls, *cls._key(*args))  # type: ignore[attr-defined]
        node = _interned.get(key)
        if node is None:
            made = super().__call__(*args)
            with _interning:
                node = _interned.setdefault(key, made)
        return node


class Expr(metaclass=_Interning):
    """A value; `type` is its dtype, sizes and kind. Compared by identity."""

    type: Type
    args: tuple[Expr, ...]

    @staticmethod
    def _key(*args: Any) -> tuple:
        return args

    @property
    def shape(self) -> Shape:
        return self.type.shape


class Leaf(Expr):
    """A value without operands."""

    args: ClassVar[tuple[Expr, ...]] = ()  # type: ignore[misc]


@dataclass(frozen=True, eq=False, repr=False)
class Const(Leaf):
    """A scalar known at compile time."""

    value: Any
    type: Type

    @staticmethod
    def _key(value: Any, type: Type) -> tuple:
        return (value.__class__, repr(value), type)  # repr parts 0.0 from -0.0 and True from 1


@dataclass(frozen=True, eq=False, repr=False)
class Extent(Leaf):
    """A Python integer that is affine in names: an extent, a loop variable, `n - 1`."""

    size: Size
    type: Type = PY_INT


@dataclass(frozen=True, eq=False, repr=False)
class Ref(Leaf):
    """Reads a variable: an array (its elements at this version) or a scalar."""

    name: str
    version: int
    type: Type


@dataclass(frozen=True, eq=False, repr=False)
class Apply(Expr):
    """An operation of the table on operands of the shapes and dtypes that it works on: casts are explicit."""

    op: Op
    args: tuple[Expr, ...]
    attrs: Any
    type: Type

    @staticmethod
    def _key(op: Op, args: tuple[Expr, ...], attrs: Any, type: Type) -> tuple:
        return (op.name, args, attrs, type)


@dataclass(frozen=True, slots=True)
class Axis:
    """How a view walks one axis of its base: position = offset + step * index[out]; `out` None is a fixed position."""

    offset: Size
    step: int = 1
    out: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class View(Expr):
    """An index map over a base: slices, integers, newaxis, transposes, reversals, broadcasts, diagonals.

    `axes` has one Axis for each axis of the base; axes of the result that no Axis names repeat (newaxis, broadcast).
    `locked`: NumPy's view is read-only, as one of a diagonal or of a broadcast array is, whatever axes are left of it.
    """

    base: Expr
    axes: tuple[Axis, ...]
    type: Type
    locked: bool = False

    @property
    def args(self) -> tuple[Expr, ...]:  # type: ignore[override]
        return (self.base,)


# -- attributes of operations ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reduced:
    """The axes (not negative, ascending) that a reduction removes; with keepdims they stay with size 1."""

    axes: tuple[int, ...]
    keepdims: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """The shape of what a creation makes."""

    shape: Shape
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class AxisOf:
    """The one axis (not negative) that an operation works along."""

    axis: int


# -- statements --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Stmt:
    spans: Spans = NOWHERE


@dataclass(frozen=True, eq=False)
class Bind(Stmt):
    """name = value: a new array holding the value, or a scalar variable (which may be bound again)."""

    name: str
    value: Expr


@dataclass(frozen=True, eq=False)
class Alias(Stmt):
    """name = value without a copy: another name of an array, which a loop or a branch rebinds."""

    name: str
    value: Expr


@dataclass(frozen=True, eq=False)
class Store(Stmt):
    """target[...] = value where mask holds: target is a Ref or a View of one; the right side is read whole before."""

    target: Expr
    value: Expr
    mask: Expr | None = None


@dataclass(frozen=True, eq=False)
class For(Stmt):
    var: str
    lo: Size
    hi: Size
    step: int
    body: tuple[Stmt, ...]


@dataclass(frozen=True, eq=False)
class While(Stmt):
    """`condition` is evaluated before each round; `head` are the statements that it needs, run before it each time."""

    head: tuple[Stmt, ...]
    condition: Expr
    body: tuple[Stmt, ...]


@dataclass(frozen=True, eq=False)
class If(Stmt):
    condition: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


@dataclass(frozen=True, eq=False)
class Return(Stmt):
    value: Result


@dataclass(frozen=True, eq=False)
class Break(Stmt):
    pass


@dataclass(frozen=True, eq=False)
class Continue(Stmt):
    pass


#: The exception of a Check that gives the whole call to the original function: nothing was stored to yet.
BAIL = "NotImplementedError"


@dataclass(frozen=True, eq=False)
class Check(Stmt):
    """Raises `exception(message)` unless the condition holds; with BAIL the original function runs instead."""

    condition: Expr
    exception: str
    message: str


@dataclass(frozen=True, slots=True)
class Results:
    """A tuple of results, as `return a, b` gives, or what `form` makes of them.

    `form` is a template: "[{}, {}]" is a list, "{{'mean': {}}}" a dictionary, "list({})" a list of elements.
    """

    items: tuple[Result, ...]
    form: str = ""

    def text(self, items: Sequence[str]) -> str:
        """The result as Python writes it, of the texts of its items."""
        if self.form:
            return self.form.format(*items)
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


Result = Expr | Results | None


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    type: Type
    contiguous: bool = False  # an array in C order: the door lets no other in
    fortran: bool = False  # an array in Fortran's order


@dataclass(frozen=True, eq=False)
class Call(Stmt):
    """results = called(*args), a call of NumPy that is kept whole. It makes new variables, and may raise.

    `sizes` are the extents that only the run knows, which the call gives names: (name, which result, axis).
    """

    results: tuple[Param, ...]
    called: Called
    args: tuple[Expr, ...]
    sizes: tuple[tuple[str, int, int], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that it binds, extents included."""
        return (*(p.name for p in self.results), *(name for name, _, _ in self.sizes))

    @property
    def written(self) -> tuple[str, ...]:
        """The variables whose elements it changes."""
        return tuple(buffer_of(self.args[k]).name for k in self.called.written)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition at the door, `size >= 0` or `size == 0`; where it fails the original function runs."""

    size: Size
    equal: bool = False
    reason: str = ""

    def __str__(self) -> str:
        positive = Size(max(self.size.const, 0), tuple((n, k) for n, k in self.size.terms if k > 0))
        return f"{positive} {'==' if self.equal else '>='} {positive - self.size}"


@dataclass(frozen=True, slots=True)
class Derived:
    """An integer computed at the door from sizes: name = first OP second, OP one of "//", "min", "max"."""

    name: str
    operator: str
    first: Size
    second: Size

    def __str__(self) -> str:
        if self.operator == "//":
            compound = len(self.first.terms) + bool(self.first.const) > 1
            return f"({self.first}) // {self.second}" if compound else f"{self.first} // {self.second}"
        return f"{self.operator}({self.first}, {self.second})"


@dataclass(frozen=True, eq=False)
class Program:
    """A function: its arguments' names, those of them that the program uses as typed parameters, statements.

    `derived` and `guards` are evaluated at the door, before anything else. Every path ends in Return. The names of a
    parameter's extents are those of its type.
    """

    name: str
    arguments: tuple[str, ...]
    unpacked: tuple[tuple[str, tuple[str, ...]], ...]  # tuples among the arguments, and the names of their items
    params: tuple[Param, ...]
    derived: tuple[Derived, ...]
    guards: tuple[Guard, ...]
    body: tuple[Stmt, ...]
    renamed: tuple[tuple[str, str], ...] = ()  # arguments, and the parameters that have another name than they
    narrow: frozenset[str] = frozenset()  # integer parameters of which it is taken that their products fit int64

    def argument_of(self, parameter: str) -> str:
        """The name of the argument that a parameter stands for."""
        return next((argument for argument, renamed in self.renamed if renamed == parameter), parameter)


# -- walking -----------------------------------------------------------------------------------------------------------


def walk(*roots: Expr) -> Iterator[Expr]:
    """Every node below `roots` once, operands before users."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args) if arg not in seen)


def rebuild(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """`node` over other operands of the same types; the same object where they are the same."""
    if args == node.args:
        return node
    match node:
        case Apply(op, _, attrs, type):
            return Apply(op, args, attrs, type)
        case View(_, axes, type, locked):
            return View(args[0], axes, type, locked)
        case _:
            return node


def transform(root: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """`root` with `change` applied to each node once, operands first."""
    done: dict[Expr, Expr] = {}
    for node in walk(root):
        done[node] = change(rebuild(node, tuple(done[arg] for arg in node.args)))
    return done[root]


def result_expressions(result: Result) -> Iterator[Expr]:
    match result:
        case Results(items):
            for item in items:
                yield from result_expressions(item)
        case None:
            return
        case _:
            yield result


def map_result(result: Result, change: Callable[[Expr], Expr]) -> Result:
    match result:
        case Results(items, form):
            return Results(tuple(map_result(item, change) for item in items), form)
        case None:
            return None
        case _:
            return change(result)


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement evaluates itself, without those of the blocks in it."""
    match stmt:
        case Bind(_, value) | Alias(_, value):
            return (value,)
        case Store(target, value, mask):
            return (target, value) if mask is None else (target, value, mask)
        case While(_, condition, _) | If(condition, _, _) | Check(condition, _, _):
            return (condition,)
        case Return(value):
            return tuple(result_expressions(value))
        case Call(args=args):
            return args
        case _:
            return ()


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


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement of `body` in order, those of inner blocks after the one that holds them."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def buffer_of(target: Expr) -> Ref:
    """The variable that a Ref or a View of one reads or stores to."""
    while isinstance(target, View):
        target = target.base
    assert isinstance(target, Ref)
    return target


# -- building ----------------------------------------------------------------------------------------------------------


def identity_axes(rank: int) -> tuple[Axis, ...]:
    return tuple(Axis(Size(0), 1, k) for k in range(rank))


def view(base: Expr, axes: tuple[Axis, ...], shape: Shape, locked: bool = False) -> Expr:
    """A view of `base`, composed with the view that `base` is; `base` itself where nothing changes.

    A view with no axes left and no shape is an element: its kind is NumPy's scalar.
    """
    if isinstance(base, View):
        inner = base.axes
        composed = []
        for axis in inner:
            if axis.out is None:
                composed.append(axis)
            else:
                outer = axes[axis.out]
                composed.append(
                    Axis(
                        axis.offset + axis.step * outer.offset,
                        axis.step * outer.step if outer.out is not None else 1,
                        outer.out,
                    )
                )
        locked = locked or base.locked
        base, axes = base.base, tuple(composed)
    if (
        not locked
        and shape == base.shape
        and axes == identity_axes(len(shape))
        and base.type.kind == "array"
        and not isinstance(base, Ref)
    ):
        return base  # but `a[:]` is another object than `a`
    return View(base, axes, Type(base.type.dtype, shape, "array"), locked)


def element(base: Expr) -> Expr:
    """The NumPy scalar that an indexing with integers only gives: an array of rank 0 read as a value."""
    kind = Type(base.type.dtype, (), "numpy")
    return View(base.base, base.axes, kind) if isinstance(base, View) else View(base, (), kind)


def broadcast(value: Expr, shape: Shape) -> Expr:
    """`value` repeated to `shape`: new axes in front, axes of size 1 stretched. The sizes are known to agree."""
    if value.shape == shape:
        return value
    lead = len(shape) - value.type.rank
    axes = tuple(
        Axis(Size(0)) if size == 1 and shape[k + lead] != 1 else Axis(Size(0), 1, k + lead)
        for k, size in enumerate(value.shape)
    )
    return view(value, axes, shape)
