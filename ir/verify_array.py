"""The invariants of the Array IR: scopes, types, versions, index maps, the ends of paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from math import lcm
from typing import NoReturn

import numpy as np

from . import array as arr
from .array import Apply, Const, Expr, Extent, Program, Reduced, Ref, Shaped, Stmt, View
from .facts import Facts, door_facts, implied
from .ops import Op, OpKind
from .types import BOOL, COMPLEX, FLOAT, INT, PY_INT, Shape, Size, Type
from .verify_error import VerifyError
from .verify_shape import rearranged

_PYTHON = (BOOL, INT, FLOAT, COMPLEX)

Linear = dict[str, Fraction]  # a sum of names, with their factors; the constant is that of ""


class ArrayVerifier:
    """Walks a program in order, with the names that are defined and the versions that have been overtaken."""

    def __init__(self, program: Program, step: str) -> None:
        self.program = program
        self.step = step
        self.stmt: Stmt | None = None
        self.sizes = SizeEquality(program)
        self.types: dict[str, Type] = {p.name: p.type for p in program.params}
        self.integers: set[str] = {n for p in program.params for size in p.type.shape for n in size.names}
        self.integers |= {d.name for d in program.derived}
        self.defined: set[str] = {*self.types, *self.integers}
        self.read: dict[str, set[int]] = {}  # the versions of a variable that have been read
        self.stale: dict[str, set[int]] = {}  # those of them that are no more what the variable holds
        self.shares: dict[str, set[str]] = {}
        self.checked: set[Expr] = set()
        self.loops = 0

    def run(self) -> None:
        for size in (s for g in self.program.guards for s in (g.size,)):
            self.names_of(size, "a guard")
        if not self.block(self.program.body):
            self.fail("a path ends without a Return")

    def fail(self, problem: str) -> NoReturn:
        raise VerifyError(self.step, statement_text(self.stmt), problem)

    def need(self, holds: bool, problem: str, *parts: object) -> None:
        if not holds:
            self.fail(problem.format(*parts))

    # -- statements

    def block(self, body: tuple[Stmt, ...]) -> bool:
        """Check the statements of a block; whether no path leaves it at its end."""
        ended = raised = False
        for stmt in body:
            self.stmt = stmt
            self.need(raised or not ended, "nothing leads here")
            self.need(bool(stmt.spans), "the statement does not know its lines")
            ended = self.statement(stmt) or ended
            raised = raised or (ended and isinstance(stmt, arr.Check))
        return ended

    def statement(self, stmt: Stmt) -> bool:
        if not isinstance(stmt, arr.While):  # whose condition is computed after its head
            for value in arr.expressions(stmt):
                self.expression(value)
        match stmt:
            case arr.Bind(name, value):
                self.need(value.type.kind != "array" or not _is_handle(value), "`{}` would be another name", name)
                self.bind(name, value.type)
            case arr.Alias(name, value):
                whole = isinstance(value, Ref) or (isinstance(value, Apply) and value.op.name == "reshape")
                self.need(whole and value.type.kind == "array", "`{}` is an alias of no array", name)
                base = next(n.name for n in arr.walk(value) if isinstance(n, Ref))
                group = self.shares.get(name, {name}) | self.shares.get(base, {base})
                self.shares.update(dict.fromkeys(group, group))
                self.bind(name, value.type)
            case arr.Store(target, value, mask):
                self.store(target, value, mask)
            case arr.Call():
                self.call(stmt)
            case arr.For():
                self.loop(stmt)
            case arr.While(head, condition, body):
                self.repeat(head, condition, body)
            case arr.If(condition, then, orelse):
                self.truth(condition)
                return self.branch(condition, then, orelse)
            case arr.Check(condition, _, _):
                self.truth(condition)
                if isinstance(condition, Const) and not condition.value:
                    return True  # a `raise`
                self.sizes.learn(condition, True)
            case arr.Return(result):
                for item in arr.result_expressions(result):
                    self.need(item.type.kind != "array" or _is_handle(item), "an array that is returned has no name")
                return True
            case arr.Break() | arr.Continue():
                self.need(self.loops > 0, "no loop is open")
                return True
            case _:
                self.fail(f"{type(stmt).__name__} is no statement")
        return False

    def bind(self, name: str, type: Type) -> None:
        self.need(name not in self.integers, "`{}` is a size or a loop's variable, which stay as they are", name)
        known = self.types.setdefault(name, type)
        self.need(self.agree(known, type), "`{}` is {} and becomes {}", name, known, type)
        self.defined.add(name)
        self.change({name})

    def call(self, stmt: arr.Call) -> None:
        for k in stmt.called.written:
            self.need(_is_handle(stmt.args[k]), "what a call stores to is no variable and no view of one")
        for name, index, axis in stmt.sizes:
            self.need(stmt.results[index].type.shape[axis] == Size.named(name), "`{}` is another extent", name)
            self.bind(name, PY_INT)
        for result in stmt.results:
            self.bind(result.name, result.type)
        for buffer in stmt.written:
            self.change(self.shares.get(buffer, {buffer}))

    def store(self, target: Expr, value: Expr, mask: Expr | None) -> None:
        self.need(_is_handle(target), "the target is no variable and no view of one")
        self.need(target.type.kind == "array", "the target is a scalar")
        self.need(value.type.dtype == target.type.dtype, "{} is stored as {}", value.type, target.type)
        self.operand(value, target.shape)
        if isinstance(target, View):
            walked = {axis.out for axis in target.axes}
            repeated = any(size != 1 for k, size in enumerate(target.shape) if k not in walked)
            self.need(not repeated, "an element would be stored to more than once")
        if mask is not None:
            self.need(mask.type.dtype == BOOL, "the mask is {}", mask.type)
            self.operand(mask, target.shape)
        buffer = arr.buffer_of(target).name
        self.change(self.shares.get(buffer, {buffer}))

    def loop(self, stmt: arr.For) -> None:
        self.names_of(stmt.lo, "a bound")
        self.names_of(stmt.hi, "a bound")
        self.need(stmt.step != 0, "the step is 0")
        self.need(stmt.var not in self.types, "`{}` is a variable, too", stmt.var)
        added = stmt.var not in self.integers
        self.integers.add(stmt.var)
        touched = changed_in(stmt.body)
        self.change(touched)
        before = set(self.defined)
        self.defined.add(stmt.var)
        with self.opened(), self.sizes.within(stmt):
            self.block(stmt.body)
            # what every round binds is bound after the loop, if there is a round
            trips = stmt.hi - stmt.lo if stmt.step > 0 else stmt.lo - stmt.hi
        self.stmt = stmt
        jumps = _leaves_round(stmt.body)
        if jumps or not self.sizes.facts.positive(trips):
            self.defined = before
        self.defined.discard(stmt.var)
        if added:
            self.integers.discard(stmt.var)
        self.change(touched)

    def repeat(self, head: tuple[Stmt, ...], condition: Expr, body: tuple[Stmt, ...]) -> None:
        stmt, touched = self.stmt, changed_in((*head, *body))
        self.change(touched)
        with self.opened():
            self.block(head)
            self.stmt = stmt
            self.expression(condition)
            self.truth(condition)
            before = set(self.defined)
            self.block(body)
        self.stmt, self.defined = stmt, before
        self.change(touched)

    def branch(self, condition: Expr, then: tuple[Stmt, ...], orelse: tuple[Stmt, ...]) -> bool:
        """Each way starts from what was before; after them is defined what both of those that go on define."""
        defined, read, stale = set(self.defined), _copied(self.read), _copied(self.stale)
        with self.sizes.given(condition, True):
            left = self.block(then)
        after = self.defined
        self.defined, read, self.read, stale, self.stale = defined, self.read, read, self.stale, stale
        with self.sizes.given(condition, False):
            skipped = self.block(orelse)
        for mine, theirs in ((self.read, read), (self.stale, stale)):
            for name, versions in theirs.items():
                mine.setdefault(name, set()).update(versions)
        if skipped and not left:
            self.defined = after
        elif not (left and not skipped):
            self.defined = self.defined & after
        self.change(changed_in((*then, *orelse)))
        return left and skipped

    @contextmanager
    def opened(self) -> Iterator[None]:
        self.loops += 1
        yield
        self.loops -= 1

    def change(self, names: Iterable[str]) -> None:
        """What was read of the variables so far is not what they hold from here on."""
        for name in names:
            self.stale.setdefault(name, set()).update(self.read.get(name, ()))

    def truth(self, condition: Expr) -> None:
        self.need(not condition.type.rank and condition.type.dtype == BOOL, "a condition is {}", condition.type)

    # -- expressions

    def expression(self, root: Expr) -> None:
        """Check every node once for its type, and what it reads each time: names, versions, sizes."""
        for node in arr.walk(root):
            if isinstance(node, Ref):
                self.reads(node)
            for size in sizes_of(node):
                self.names_of(size, expression_head(node))
            if node not in self.checked:
                self.node(node)
                self.checked.add(node)

    def reads(self, ref: Ref) -> None:
        self.need(ref.name in self.defined, "`{}` has no value", ref.name)
        self.need(ref.version not in self.stale.get(ref.name, ()), "version {} of `{}` is gone", ref.version, ref.name)
        self.read.setdefault(ref.name, set()).add(ref.version)
        if ref.name in self.types:
            known = self.types[ref.name]
            self.need(self.agree(known, ref.type), "`{}` is {} and read as {}", ref.name, known, ref.type)
        else:
            self.need(ref.type == PY_INT, "the integer `{}` is read as {}", ref.name, ref.type)

    def names_of(self, size: Size, where: str) -> None:
        for name in size.names:
            self.need(name in self.defined, "`{}` has no value, in {}", name, where)
            type = self.types.get(name)
            self.need(type is None or (not type.rank and type.dtype.kind in "iu"), "`{}` is no integer: {}", name, type)

    def node(self, node: Expr) -> None:
        type = node.type
        self.need(type.kind == "array" or not type.rank, "a scalar of rank {}", type.rank)
        self.need(type.kind != "python" or type.dtype in _PYTHON, "Python has no scalars of {}", type.dtype)
        match node:
            case Const(value, _):
                self.need(type.kind != "array", "a number that is an array")
                exact = not isinstance(value, np.generic) or value.dtype == type.dtype
                self.need(exact, "{!r} of {} is typed {}", value, value.__class__.__name__, type)
            case Extent():
                self.need(type == PY_INT, "a size of type {}", type)
            case Ref():
                pass
            case View():
                self.view(node)
            case Apply():
                self.operation(node)
            case _:
                self.fail(f"{node.__class__.__name__} is no expression")

    def view(self, node: View) -> None:
        base, axes, type = node.base.type, node.axes, node.type
        self.need(type.dtype == base.dtype, "a view of {} as {}", base, type)
        self.need(type.kind == "array" or type.kind == "numpy", "a view of kind {}", type.kind)
        self.need(len(axes) == base.rank, "{} axes of a view of {}", len(axes), base)
        for axis, extent in zip(axes, base.shape, strict=True):
            first = axis.offset
            if axis.out is None:
                last = first
            else:
                self.need(0 <= axis.out < type.rank and axis.step != 0, "a view that walks {}", axis)
                last = first + axis.step * (type.shape[axis.out] - 1)
                if not type.shape[axis.out].is_const or type.shape[axis.out].const < 1:
                    continue  # there may be no element
            for place in (first, last):
                outside = (place.is_const and place.const < 0) or (
                    (extent - 1 - place).is_const and (extent - 1 - place).const < 0
                )
                self.need(not outside, "position {} of an axis of {}", place, extent)

    def operation(self, node: Apply) -> None:
        op, args, type = node.op, node.args, node.type
        match op.kind:
            case OpKind.ELEMENTWISE:
                self.elementwise(node)
            case OpKind.REDUCTION:
                self.reduction(node)
            case OpKind.CREATION:
                self.need(
                    isinstance(node.attrs, Shaped) and node.attrs.shape == type.shape, "{}: {}", op.name, node.attrs
                )
                self.need(node.attrs.dtype == type.dtype, "{} of {} as {}", op.name, node.attrs.dtype, type)
                self.need(all(not arg.type.rank for arg in args), "{} of arrays", op.name)
                if op.name == "full":
                    self.need(args[0].type.dtype == type.dtype, "full of {} as {}", args[0].type, type)
                if op.name == "arange":
                    self.need(type.rank == 1 and all(isinstance(a, Extent) for a in args), "arange of {}", args)
            case OpKind.CONTRACTION:
                a, b = (arg.type for arg in args)
                self.need(a.dtype == b.dtype == type.dtype, "{} of {} and {} as {}", op.name, a, b, type)
                self.need(a.rank > 0 and b.rank > 0, "{} of {} and {}", op.name, a, b)
                self.same_size(a.shape[-1], b.shape[0 if b.rank == 1 else -2], op.name)
                assert op.result is not None
                self.result(op.result((a, b), None), type, op.name)
            case OpKind.SHAPE:
                rearranged(self, node)
            case OpKind.LIBRARY:
                return

    def elementwise(self, node: Apply) -> None:
        op, args, type = node.op, node.args, node.type
        for arg in args:
            self.operand(arg, type.shape)
        dtypes = tuple(arg.type.dtype for arg in args)
        match op.name:
            case "cast":
                self.need(node.attrs == type.dtype, "a conversion to {} is typed {}", node.attrs, type)
            case "where":
                self.need(dtypes == (BOOL, type.dtype, type.dtype), "where of {} is typed {}", dtypes, type)
            case _:
                found = loop_of(op, dtypes)
                self.need(
                    found == (*dtypes, type.dtype), "{} of {} is typed {}, by the loop {}", op.name, dtypes, type, found
                )

    def reduction(self, node: Apply) -> None:
        op, (arg,), attrs, type = node.op, node.args, node.attrs, node.type
        self.need(isinstance(attrs, Reduced), "{} along {}", op.name, attrs)
        axes = attrs.axes
        self.need(tuple(sorted(set(axes))) == axes, "axes {} of {}", axes, op.name)
        self.need(all(0 <= k < arg.type.rank for k in axes), "axes {} of {}", axes, arg.type)
        assert op.result is not None
        self.result(op.result((arg.type,), attrs), type, op.name)
        if op.name in ("sum", "prod", "min", "max", "any", "all"):
            self.need(arg.type.dtype == type.dtype, "{} of {} as {}", op.name, arg.type, type)

    def result(self, found: Type, type: Type, name: str) -> None:
        kind = found.kind == type.kind or not type.rank
        self.need(found.dtype == type.dtype and kind, "{} gives {} and is typed {}", name, found, type)
        self.same_shape(found.shape, type.shape, name)

    def operand(self, arg: Expr, shape: Shape) -> None:
        """Scalars stand for themselves; arrays have the shape of the result."""
        if arg.type.rank:
            self.same_shape(arg.shape, shape, expression_head(arg))

    def same_shape(self, a: Shape, b: Shape, where: str) -> None:
        fits = len(a) == len(b) and all(self.sizes.equal(x, y) for x, y in zip(a, b, strict=True))
        self.need(fits, "shapes {} and {} differ, in {}", a, b, where)

    def same_size(self, a: Size, b: Size, where: str) -> None:
        self.need(self.sizes.equal(a, b), "sizes {} and {} differ, in {}", a, b, where)

    def agree(self, a: Type, b: Type) -> bool:
        if a.dtype != b.dtype or a.kind != b.kind or a.rank != b.rank:
            return False
        return all(self.sizes.equal(x, y) for x, y in zip(a.shape, b.shape, strict=True))


class SizeEquality:
    """Which sizes are equal where a program runs: by what its door makes sure of.

    The equalities are solved as linear equations over the rationals: `2*n == 6` says that `n - 3` is 0, too. Where they
    contradict each other nothing runs, and all sizes are equal.
    """

    def __init__(self, program: Program) -> None:
        self.facts: Facts = door_facts(program)
        self.solved: dict[str, Linear] = {}  # name -> what it is in the names that are not solved for
        self.contradiction = False
        for guard in program.guards:
            if guard.equal:
                self.assume(guard.size)
        empty: set[str] = set()  # sums of no elements
        for stmt in arr.statements(program.body):
            match stmt:
                case arr.Bind(name, Apply(args=(Ref(total),), type=type)) if type == PY_INT and total in empty:
                    self.assume(Size.named(name))
                case arr.Bind(name, Apply(args=(Apply() as total,), type=type)) if type == PY_INT and self.none(total):
                    self.assume(Size.named(name))
                case arr.Bind(name, Apply() as total) if self.none(total):
                    empty.add(name)

    def none(self, total: Apply) -> bool:
        """Whether this is a sum of no elements."""
        return total.op.name == "sum" and any(self.equal(size, Size(0)) for size in total.args[0].shape)

    def assume(self, zero: Size) -> None:
        left = self.reduced(zero)
        name = next((name for name in left if name), None)
        if name is None:
            self.contradiction |= bool(left)
            return
        k = left.pop(name)
        value = {other: -factor / k for other, factor in left.items()}
        self.solved = {solved: _substituted(terms, {name: value}) for solved, terms in self.solved.items()}
        self.solved[name] = value

    def reduced(self, size: Size) -> Linear:
        terms = {name: Fraction(k) for name, k in (*size.terms, ("", size.const)) if k}
        return _substituted(terms, self.solved)

    def equal(self, a: Size, b: Size) -> bool:
        if self.contradiction or self.facts.equal(a, b):
            return True
        left = self.reduced(a - b)
        if not any(left):  # no name
            return not left
        scale = lcm(*(k.denominator for k in left.values()))
        difference = Size(int(left.pop("", 0) * scale), tuple(sorted((n, int(k * scale)) for n, k in left.items())))
        return self.facts.nonnegative(difference) and self.facts.nonnegative(-difference)

    @contextmanager
    def within(self, loop: arr.For) -> Iterator[None]:
        facts = self.facts
        self.facts = facts.within(loop)
        try:
            yield
        finally:
            self.facts = facts

    def learn(self, condition: Expr, holds: bool) -> None:
        """From here on a condition holds, or does not."""
        self.facts, known = self.facts.given(condition, holds), implied(condition, holds)
        for size in known:
            if -size in known:
                self.assume(size)

    @contextmanager
    def given(self, condition: Expr, holds: bool) -> Iterator[None]:
        """Within one way through a branch."""
        outside = self.facts, self.solved, self.contradiction
        self.learn(condition, holds)
        try:
            yield
        finally:
            self.facts, self.solved, self.contradiction = outside


def _substituted(terms: Linear, values: dict[str, Linear]) -> Linear:
    """A sum with names replaced by what they are equal to, without what cancels."""
    total: Linear = {}
    for name, k in terms.items():
        for part, factor in values.get(name, {name: Fraction(1)}).items():
            total[part] = total.get(part, Fraction(0)) + k * factor
    return {name: k for name, k in total.items() if k}


@cache
def loop_of(op: Op, dtypes: tuple[np.dtype, ...]) -> tuple[np.dtype, ...] | None:
    """The loop for operands of these dtypes, NumPy's for a ufunc: its inputs and its output; None where it has none."""
    if op.ufunc is None:
        if op.name in ("real", "imag"):
            return (*dtypes, np.empty(0, dtypes[0]).real.dtype) if dtypes[0].kind == "c" else None
        # numbers of `math`, and the complex number of two
        return (*dtypes, COMPLEX if op.name == "complex" else FLOAT) if set(dtypes) == {FLOAT} else None
    try:
        return op.ufunc.resolve_dtypes((*dtypes, *[None] * op.ufunc.nout))
    except TypeError:
        return None


def changed_in(body: tuple[Stmt, ...]) -> set[str]:
    """The variables that the statements, inner ones included, bind or store to."""
    names = set()
    for stmt in arr.statements(body):
        match stmt:
            case arr.Bind(name, _) | arr.Alias(name, _):
                names.add(name)
            case arr.Store(target, _, _):
                names.add(arr.buffer_of(target).name)
            case arr.Call():
                names.update((*stmt.names, *stmt.written))
    return names


def sizes_of(node: Expr) -> Iterator[Size]:
    """The sizes that a node itself names."""
    yield from node.type.shape
    match node:
        case Extent(size):
            yield size
        case View(_, axes, _):
            yield from (axis.offset for axis in axes)


def _is_handle(value: Expr) -> bool:
    while isinstance(value, View):
        value = value.base
    return isinstance(value, Ref) and value.type.kind == "array"


def _copied(versions: dict[str, set[int]]) -> dict[str, set[int]]:
    return {name: set(known) for name, known in versions.items()}


def expression_head(node: Expr) -> str:
    match node:
        case Apply(op, _, _, type):
            return f"{op.name} of type {type}"
        case Ref(name, _, _):
            return f"`{name}`"
        case _:
            return f"a {node.__class__.__name__} of type {node.type}"


def statement_text(stmt: Stmt | None) -> str:
    """The first line of a statement as the printer has it."""
    from .print_array import ArrayPrinter

    if stmt is None:
        return "the function"
    printer = ArrayPrinter()
    try:
        printer.statement(stmt, 0)
    except (ValueError, TypeError, AttributeError, IndexError) as error:  # what is not well formed may not print
        return f"{type(stmt).__name__} (which does not print: {error})"
    return printer.lines[0]


def _leaves_round(body: tuple[Stmt, ...]) -> bool:
    """Whether a break or a continue in a loop's body is its own."""
    for stmt in body:
        if isinstance(stmt, (arr.Break, arr.Continue)):
            return True
        if isinstance(stmt, arr.If) and (_leaves_round(stmt.then) or _leaves_round(stmt.orelse)):
            return True
    return False
