"""May two statements, or two iterations of a loop, touch the same element? Where it cannot be told: yes.

Subscripts are affine in loop variables and extents. Two accesses to one buffer at iterations i and i' of a loop are
apart when in some dimension the difference of their subscripts cannot be zero: because it is a constant, or because the
ranges of the loops around the accesses keep one subscript below the other (k < i <= j).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..ir import loops as lp
from ..ir.array import Results
from ..ir.facts import Facts
from ..ir.types import Size

ANY = None  # a subscript that is not affine, or a whole buffer


@dataclass(frozen=True)
class Access:
    """A read or a write of a buffer's element, or of a scalar (no subscripts)."""

    name: str
    indices: tuple[Size | None, ...] | None
    write: bool
    is_scalar: bool = False
    accumulates: str | None = None  # the operation, where the access belongs to an Accumulate


@dataclass(frozen=True)
class Effects:
    """What a statement touches, and whether its order against everything matters."""

    accesses: tuple[Access, ...]
    barrier: bool = False
    inner: frozenset[str] = frozenset()  # loop variables of the nests in it

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(a.name for a in self.accesses if not a.write)

    @property
    def writes(self) -> frozenset[str]:
        return frozenset(a.name for a in self.accesses if a.write)


def expr_accesses(value: lp.Expr) -> Iterator[Access]:
    for node in lp.subexpressions(value):
        match node:
            case lp.Var(name, _):
                yield Access(name, None, False, True)
            case lp.Load(buffer, indices, _):
                yield Access(buffer, tuple(i if isinstance(i, Size) else ANY for i in indices), False)
                for i in indices:
                    if isinstance(i, Size):
                        yield from size_accesses(i)
            case lp.Index(size):
                yield from size_accesses(size)
            case _:
                continue


def size_accesses(*sizes: Size) -> Iterator[Access]:
    for size in sizes:
        for name in size.names:
            yield Access(name, None, False, True)


@lru_cache(maxsize=20_000)
def message_names(message: str) -> list[str]:
    """The scalars that the message of a Check shows."""
    return [name for part in re.findall(r"{([^{}]*)}", message) for name in re.findall(r"[A-Za-z_]\w*", part)]


def effects(stmt: lp.Stmt) -> Effects:
    """What `stmt`, inner blocks included, reads and writes."""
    accesses: list[Access] = []
    barrier = False
    inner: set[str] = set()
    match stmt:
        case lp.Alloc(name, _, shape, _):
            accesses += [Access(name, ANY, True), *size_accesses(*shape)]
        case lp.Pointer(name, source, _, shape, _):
            accesses += [Access(name, ANY, True), Access(source, ANY, True), *size_accesses(*shape)]
        case lp.Swap(first, second):
            accesses += [Access(first, ANY, True), Access(second, ANY, True)]
        case lp.Assign(name, value):
            accesses += [*expr_accesses(value), Access(name, None, True, True)]
        case lp.Store(buffer, indices, value):
            accesses += [*_subscript_accesses(indices), *expr_accesses(value)]
            accesses.append(Access(buffer, tuple(i if isinstance(i, Size) else ANY for i in indices), True))
        case lp.Accumulate(target, op, value, lost):
            accesses += expr_accesses(value)
            if isinstance(target, lp.Load):
                accesses += _subscript_accesses(target.indices)
                place = tuple(i if isinstance(i, Size) else ANY for i in target.indices)
                accesses += [Access(target.buffer, place, w, False, op.name) for w in (False, True)]
            else:
                accesses += [Access(target.name, None, w, True, op.name) for w in (False, True)]
            if lost is not None:
                accesses += [Access(lost.name, None, w, True) for w in (False, True)]
        case lp.Settle(name, lost, _):
            accesses += [
                Access(name, None, False, True),
                Access(lost, None, False, True),
                Access(name, None, True, True),
            ]
        case lp.For(var, lo, hi, _, body):
            inner.add(var)
            accesses += size_accesses(lo, hi)
            for child in body:
                below = effects(child)
                accesses += below.accesses
                barrier |= below.barrier
                inner |= below.inner
        case lp.Library(out, _, args):
            accesses += [Access(a.buffer, ANY, False) for a in args]
            accesses.append(Access(out.buffer, ANY, True))
            for section in (out, *args):
                for s in section.subscripts:
                    accesses += size_accesses(*((s,) if isinstance(s, Size) else (s[0], s[2])))
        case lp.HostCall():
            barrier = True  # it may raise
            accesses += [Access(name, ANY, True) for name in stmt.arrays]
            accesses += [Access(name, None, True, True) for name in stmt.scalars]
            accesses += [access for value in lp.expressions(stmt) for access in expr_accesses(value)]
            for section in stmt.sections:
                accesses += [Access(section.buffer, ANY, write) for write in (False, bool(stmt.called.written))]
                for s in section.subscripts:
                    accesses += size_accesses(*((s,) if isinstance(s, Size) else (s[0], s[2])))
        case lp.Check(condition, _, message):
            barrier = True  # it may raise
            accesses += expr_accesses(condition)
            accesses += [Access(name, None, False, True) for name in message_names(message)]
        case lp.If(condition, then, orelse):
            accesses += expr_accesses(condition)
            for child in (*then, *orelse):
                below = effects(child)
                accesses += below.accesses
                barrier |= below.barrier
                inner |= below.inner
        case _:
            barrier = True
            for value in lp.expressions(stmt):
                accesses += expr_accesses(value)
            for block in lp.blocks(stmt):
                for child in block:
                    below = effects(child)
                    accesses += below.accesses
                    inner |= below.inner
            if isinstance(stmt, lp.Return):
                accesses += [Access(name, ANY, False) for name in _returned(stmt.value)]
    accesses = [a for a in accesses if not (a.is_scalar and a.name in inner)]
    return Effects(tuple(dict.fromkeys(accesses)), barrier, frozenset(inner))


def _subscript_accesses(indices: tuple[lp.Subscript, ...]) -> Iterator[Access]:
    for index in indices:
        if isinstance(index, Size):
            yield from size_accesses(index)
        else:
            yield from expr_accesses(index)


def _returned(value: lp.Result) -> Iterator[str]:
    match value:
        case Results(items):
            for item in items:
                yield from _returned(item)  # type: ignore[arg-type]
        case lp.ArrayResult(buffer, _):
            yield buffer


@dataclass(frozen=True)
class Memory:
    """Which variables may name the same memory: name -> representative. Others are apart."""

    groups: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        return self.groups.get(name, name)

    @staticmethod
    def of_program(program: lp.Program) -> Memory:
        parent: dict[str, str] = {}

        def root(name: str) -> str:
            while parent.get(name, name) != name:
                name = parent[name]
            return name

        for stmt in lp.statements(program.body):
            if isinstance(stmt, lp.Pointer):
                parent[root(stmt.name)] = root(stmt.source)
        return Memory({name: root(name) for name in parent})


def independent(a: Effects, b: Effects, memory: Memory) -> bool:
    """Whether two statements may change places."""
    if a.barrier or b.barrier:
        return False
    return not _touch(a, b, memory) and not _touch(b, a, memory)


def _touch(a: Effects, b: Effects, memory: Memory) -> bool:
    writes = {memory.of(name) for name in a.writes}
    return any(memory.of(x.name) in writes for x in b.accesses)


def _distance(a: Access, b: Access, var: str, memory: Memory, facts: Facts | None = None) -> int | str | None:
    """i' - i where a at iteration i and b at i' meet: a number, "never", or None where it is not known.

    Both subscripts use `var`; other names are the same in both only where they do not vary within an iteration, which
    the caller makes sure of by naming those that do with different names.
    """
    if a.name != b.name or a.indices is None or b.indices is None or len(a.indices) != len(b.indices):
        return None
    found: int | str | None = None
    for x, y in zip(a.indices, b.indices, strict=True):
        if x is None or y is None:
            continue
        k = x.coefficient(var)
        rest = y.without(var) - x.without(var)
        if y.coefficient(var) != k or rest.terms:
            continue
        if k == 0:
            if rest.const != 0:
                return "never"
            continue
        # k*i + cx == k*i' + cy  =>  i' - i = -(cy - cx) / k
        if rest.const % k:
            return "never"
        step = -rest.const // k
        if found is not None and found != step:
            return "never"
        found = step
    return found


@dataclass(frozen=True)
class _Ranged:
    """An access and the loops around it within the iteration that is asked about."""

    access: Access
    loops: tuple[lp.For, ...]


def _ranged(body: tuple[lp.Stmt, ...], loops: tuple[lp.For, ...] = ()) -> Iterator[_Ranged]:
    """Every access of `body` with the loops that it stands in."""
    for stmt in body:
        inner = (*loops, stmt) if isinstance(stmt, lp.For) else loops
        own = lp.with_blocks(stmt, tuple(() for _ in lp.blocks(stmt)))
        for access in effects(own).accesses:
            yield _Ranged(access, loops)
        for block in lp.blocks(stmt):
            yield from _ranged(block, inner)


class _Ranges:
    """Which accesses of two iterations of one loop are apart by the ranges of the loops around them?"""

    def __init__(self, var: str, one: tuple[lp.Stmt, ...], other: tuple[lp.Stmt, ...], around: lp.For | None) -> None:
        self.around = around
        self.sides = []
        for body, suffix in ((one, "'"), (other, '"')):
            changing = assigned(body)
            names = frozenset({var}) | _block(body).inner | changing
            found: dict[Access, list[tuple[lp.For, ...]]] = {}
            for ranged in _ranged(body):
                if not ranged.access.is_scalar:
                    found.setdefault(ranged.access, []).append(ranged.loops)
            self.sides.append((found, changing, {name: Size.named(name + suffix) for name in names}))

    def apart(self, x: Access, y: Access) -> bool:
        """Whether `x` of an iteration of the first and `y` of any of the second never meet."""
        if x.name != y.name or x.indices is None or y.indices is None or len(x.indices) != len(y.indices):
            return False
        first, second = self.places(0, x), self.places(1, y)
        return bool(first and second) and all(self._never(one, other) for one in first for other in second)

    def places(self, side: int, access: Access) -> list[tuple[tuple[Size | None, ...], Facts]]:
        """The subscripts of the access, in names of its own, and what is known of them, for each place that has it."""
        found, changing, renamed = self.sides[side]
        assert access.indices is not None
        indices = tuple(None if i is None else i.substitute(renamed) for i in access.indices)
        out = []
        for loops in found.get(access, ()):
            facts: list[Size] = []
            for loop in (*((self.around,) if self.around is not None else ()), *loops):
                # a bound is what it was when the loop began
                if not changing & {*loop.lo.names, *loop.hi.names}:
                    facts += [fact.substitute(renamed) for fact in Facts().within(loop).known]
            out.append((indices, Facts(facts)))
        return out

    @staticmethod
    def _never(one: tuple[tuple[Size | None, ...], Facts], other: tuple[tuple[Size | None, ...], Facts]) -> bool:
        facts = Facts([*one[1].known, *other[1].known])
        pairs = [(a, b) for a, b in zip(one[0], other[0], strict=True) if a is not None and b is not None]
        return any(facts.nonnegative(a - b - 1, 4) or facts.nonnegative(b - a - 1, 4) for a, b in pairs)


def _renamed(access: Access, inner: frozenset[str], suffix: str) -> Access:
    """Names that vary within an iteration of the loop get another name, so that two uses are not taken for equal."""
    if access.indices is None or not inner:
        return access
    values = {name: Size.named(name + suffix) for name in inner}
    return Access(access.name, tuple(None if i is None else i.substitute(values) for i in access.indices), access.write)


def may_fuse(first: tuple[lp.Stmt, ...], second: tuple[lp.Stmt, ...], var: str, memory: Memory, step: int = 1) -> bool:
    """Whether two loops over the same range may become one: no element that an iteration of the first touches is
    touched by an *earlier* iteration of the second, one of them writing."""
    a, b = _block(first), _block(second)
    if a.barrier or b.barrier:
        return False
    vary_a = a.inner | assigned(first)
    vary_b = b.inner | assigned(second)
    private = _private(first) & _private(second)
    for x in a.accesses:
        for y in b.accesses:
            if not (x.write or y.write) or memory.of(x.name) != memory.of(y.name):
                continue
            if x.is_scalar or y.is_scalar:
                # a scalar that each iteration sets before it uses it lives within the iteration
                if x.name in private:
                    continue
                return False
            distance = _distance(_renamed(x, vary_a, "'"), _renamed(y, vary_b, '"'), var, memory)
            if distance == "never":
                continue
            # the second loop's iteration i' must not come before the first's iteration i: i' - i >= 0 in loop order
            if distance is None or int(distance) * (1 if step > 0 else -1) < 0:
                return False
    return True


def _block(body: tuple[lp.Stmt, ...]) -> Effects:
    parts = [effects(stmt) for stmt in body]
    inner = frozenset().union(*(p.inner for p in parts)) if parts else frozenset()
    accesses = tuple(dict.fromkeys(a for p in parts for a in p.accesses))
    return Effects(accesses, any(p.barrier for p in parts), inner)


def assigned(body: tuple[lp.Stmt, ...]) -> frozenset[str]:
    """Scalars that the statements assign."""
    names = set()
    for stmt in lp.statements(body):
        if isinstance(stmt, lp.Assign):
            names.add(stmt.name)
        elif isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var):
            names.add(stmt.target.name)
            if stmt.lost is not None:
                names.add(stmt.lost.name)
        elif isinstance(stmt, lp.Settle):
            names.add(stmt.name)
        elif isinstance(stmt, lp.HostCall):
            names.update(stmt.scalars)
    return frozenset(names)


def exposed(body: tuple[lp.Stmt, ...]) -> set[str]:
    """Scalars that the block may read before it sets them."""
    return _before_set(body)[0]


def surely_set(body: tuple[lp.Stmt, ...]) -> set[str]:
    """Scalars that the block sets whatever way it takes."""
    return _before_set(body)[1]


def _before_set(body: tuple[lp.Stmt, ...]) -> tuple[set[str], set[str]]:
    """Scalars that the block may read before it sets them, and those that it sets whatever way it takes."""
    found: set[str] = set()
    definite: set[str] = set()
    for stmt in body:
        reads = {a.name for v in lp.expressions(stmt) for a in expr_accesses(v) if a.is_scalar}
        always: set[str] = set()
        match stmt:
            case lp.If(_, then, orelse):
                (first, one), (second, other) = _before_set(then), _before_set(orelse)
                reads |= first | second
                always = one & other
            case lp.While(head, _, inner):
                first, always = _before_set(head)
                reads = first | ((reads | exposed(inner)) - always)
            case lp.For(var, lo, hi, _, inner):
                reads |= {*lo.names, *hi.names} | (exposed(inner) - {var})
            case _:
                reads = {a.name for a in effects(stmt).accesses if a.is_scalar and not a.write}
                if isinstance(stmt, lp.Assign):
                    always = {stmt.name}
                elif isinstance(stmt, lp.HostCall):
                    always = set(stmt.scalars)
        found |= reads - definite
        definite |= always
    return found, definite


def _private(body: tuple[lp.Stmt, ...]) -> frozenset[str]:
    """Scalars that the block assigns and never reads before it has set them."""
    return assigned(body) - exposed(body)


def private_scalars(body: tuple[lp.Stmt, ...]) -> frozenset[str]:
    return _private(body)


def parallel(loop: lp.For, memory: Memory, live_after: frozenset[str]) -> bool:
    """Whether the iterations of `loop` are independent: each element that one writes is touched by no other.

    Scalars have to be private to an iteration and not used after the loop.
    """
    body = _block(loop.body)
    if body.barrier:
        return False
    vary = body.inner | assigned(loop.body)
    private = _private(loop.body)
    allocated = {s.name for s in lp.statements(loop.body) if isinstance(s, lp.Alloc)}
    ranges: _Ranges | None = None
    for x in body.accesses:
        if not x.write:
            continue
        if x.is_scalar:
            if x.name not in private or x.name in live_after:
                return False
            continue
        if x.name in allocated:
            continue
        for y in body.accesses:
            if memory.of(x.name) != memory.of(y.name):
                continue
            distance = _distance(_renamed(x, vary, "'"), _renamed(y, vary, '"'), loop.var, memory)
            if distance == "never" or distance == 0:
                continue
            ranges = ranges or _Ranges(loop.var, loop.body, loop.body, loop)
            if not ranges.apart(x, y):
                return False
    return True
