"""Run loops that read each other's rows at a distance by strips, so that what is between them stays in the cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.facts import Facts, door_facts
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from .context import Context, Remark
from .contract import kept_buffers
from .dependence import Memory, assigned, effects, exposed, independent, parallel
from .names import Names
from .strips import WHOLE, least

#: The most rows of a strip. Rows at its edges are computed for both neighbours: so many that this costs little, and so
#: few that those of some arrays fit the second cache.
ROWS = 32
#: The same where a row is one element.
ELEMENTS = 4096
#: Rows that neighbouring strips may both compute.
_SHARED = 8
#: The cost of operations that are functions of a library of vectors, which differ in the last digit from those of one.
_FUNCTION = 15
#: Elements of a temporary from which on it leaves the cache; measured: smaller ones lose 1-5 % by strips.
LARGE = 131_072


def overlap(program: lp.Program, ctx: Context) -> lp.Program:
    """Compute the rows of a temporary for a strip of its reader, with those around that it reads as well.

    The temporary then is as large as a strip, and the loops, fused with a shift, are one parallel region.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a):
    ...     t = a * a
    ...     return t[1:] - t[:-1]
    ... ''', np.ones(5))
    >>> print(show(overlap(program, Context())))
    t = np.empty(n)
    result = np.empty(n - 1)
    if n - 1 >= 131072:
        strips = (n + 4094) // 4096
        for strip in range(strips):
            start = 4096 * strip
            end = min(start + 4096, n - 1)
            near = np.empty(4097)
            for i in range(start, end + 1):
                near[i - start] = a[i] * a[i]
            for i in range(start, end):
                result[i] = near[i - start + 1] - near[i - start]
    else:
        for i in range(n):
            t[i] = a[i] * a[i]
        for i in range(n - 1):
            result[i] = t[i + 1] - t[i]
    return result
    """
    if ctx.target == "cuda":
        return program
    overlapping = _Overlap(program, ctx)
    body = overlapping.block(program.body, frozenset(), door_facts(program))
    return program if body == program.body else replace(program, body=body)


@dataclass
class _Member:
    """A loop of the group: rows `first` before a strip's begin (negative) to `last` behind its end are computed."""

    loop: lp.For
    at: int
    first: int = 0
    last: int = 0


@dataclass
class _Near:
    """A temporary of the group: who stores it, and the distance of a stored row to the round that stores it."""

    alloc: lp.Alloc
    maker: _Member
    distance: int


class _Overlap:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)
        self.done: list[lp.Stmt] = []  # both forms of a group
        self.mentions = Counter(lp.mentions(program.body))
        plain = (s for s in lp.statements(program.body) if not lp.blocks(s))
        self.assignments = Counter(name for s in plain for name in assigned((s,)))
        allocs = [s for s in lp.statements(program.body) if isinstance(s, lp.Alloc)]
        kept = kept_buffers(tuple(lp.statements(program.body)))
        single = Counter(s.name for s in allocs)
        self.temporaries = {
            s.name: s for s in allocs if s.name not in kept and single[s.name] == 1 and s.shape and s.fill == "empty"
        }

    def block(self, body: tuple[lp.Stmt, ...], after: frozenset[str], facts: Facts) -> tuple[lp.Stmt, ...]:
        """`after`: scalars that are read once the block is over."""
        at = len(body) - 1
        while at >= 0:
            found = self.group(body, at, after, facts)
            if found is not None:
                members, made = found
                places = {m.at for m in members}
                self.done += made
                body = (*(s for k, s in enumerate(body[:at]) if k not in places), *made, *body[at + 1 :])
                at -= len(members) - 1
            at -= 1
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(body):
            if any(stmt is done for done in self.done):
                out.append(stmt)
                continue
            inner = facts.within(stmt) if isinstance(stmt, lp.For) else facts
            live = after | frozenset(exposed(body[at + 1 :])) if lp.blocks(stmt) else after
            if isinstance(stmt, lp.For | lp.While):
                live |= exposed((stmt,))
            out.append(lp.with_blocks(stmt, tuple(self.block(b, live, inner) for b in lp.blocks(stmt))))
        return tuple(out)

    def group(
        self, body: tuple[lp.Stmt, ...], at: int, after: frozenset[str], facts: Facts
    ) -> tuple[list[_Member], tuple[lp.Stmt, ...]] | None:
        """The loops that make what `body[at]` alone reads, that one included, and the same by strips."""
        final = body[at]
        if not isinstance(final, lp.For) or not _plain(final) or final.kind is not lp.LoopKind.SEQ:
            return None
        members, near = self.gathered(body, at, final)
        if not near or not self.may(body, members, near, after, facts):
            return None
        return members, self.strips(members, near)

    def gathered(self, body: tuple[lp.Stmt, ...], at: int, final: lp.For) -> tuple[list[_Member], dict[str, _Near]]:
        """The members of the group in their order, and its temporaries; nothing where one does not fit."""
        members = [_Member(final, at)]
        near: dict[str, _Near] = {}
        none: tuple[list[_Member], dict[str, _Near]] = ([], {})
        for k in range(at, -1, -1):
            loop = body[k]
            mine = {name for name in _stored(loop) if name in self.temporaries}
            member = next((m for m in members if m.at == k), None)
            if member is None:
                read = {name for m in members for name in _loads(m.loop)}
                if not mine & read:
                    continue
                if not isinstance(loop, lp.For) or not _plain(loop) or loop.kind is not lp.LoopKind.SEQ:
                    return none
                if not set(_stored(loop)) <= set(self.temporaries):
                    return none  # what it stores is wanted elsewhere
                member = _Member(loop, k)
                members.insert(0, member)
                wanted = mine
            else:
                # what a round of the last loop makes and reads itself; its results are not of the group
                wanted = {name for name in mine if self.mentions[name] == 1 + list(lp.mentions((loop,))).count(name)}
            rows: list[tuple[int, int]] = [(member.first, member.last)] if member.loop is final else []
            for name in wanted:
                alloc = self.temporaries[name]
                distance = _distance(member.loop, alloc)
                if distance is None:
                    if member.loop is final:
                        continue
                    return none
                near[name] = _Near(alloc, member, distance)
                for user in members:
                    offsets = _offsets(user.loop, name)
                    if offsets is None or (user is member and offsets - {distance}):
                        return none
                    if user is not member:
                        rows += [(user.first + c - distance, user.last + c - distance) for c in offsets]
            member.first, member.last = min(r[0] for r in rows), max(r[1] for r in rows)
        return members, near

    def may(
        self,
        body: tuple[lp.Stmt, ...],
        members: list[_Member],
        near: dict[str, _Near],
        after: frozenset[str],
        facts: Facts,
    ) -> bool:
        final = members[-1]
        trips = final.loop.hi - final.loop.lo
        if any(loop.loop.few for loop in members) or (trips.is_const and trips.const < 2 * ROWS):
            return False
        if any(m.last - m.first > _SHARED for m in members):
            return False
        loops = tuple(m.loop for m in members)
        # nobody else uses the temporaries
        inside = Counter(lp.mentions(loops))
        if any(self.mentions[name] != inside[name] + 1 for name in near):
            return False
        # and their extents are what they were
        if any(self.assignments[size] > 1 for n in near.values() for extent in n.alloc.shape for size in extent.names):
            return False
        # every row that is read is stored in the same round of what is around
        if any(name in _loads(m.loop) for name, n in near.items() for m in members if m.at < n.maker.at):
            return False
        for m in members[:-1]:
            below, above = final.loop.lo + m.first - m.loop.lo, m.loop.hi - final.loop.hi - m.last
            if not (facts.nonnegative(below) and facts.nonnegative(above)):
                return False
        for m in members:
            live = after | frozenset(exposed(body[m.at + 1 :]))
            if not parallel(m.loop, self.memory, live):
                return False
        # an element that two strips compute is the same in both
        if any(m.last > m.first and _depends_on_place(m.loop) for m in members):
            return False
        # the last loop of a strip runs before the first one of the next
        if set().union(*(assigned(loop.body) for loop in loops)) & set().union(*(exposed((loop,)) for loop in loops)):
            return False
        written = {self.memory.of(name) for name in _stored(final.loop) if name not in near}
        if any(self.memory.of(name) in written for m in members[:-1] for name in lp.mentions((m.loop,))):
            return False
        # what makes moves to the place of what reads
        places = {m.at for m in members}
        for m in members[:-1]:
            for k in range(m.at + 1, final.at):
                if k not in places and not independent(effects(m.loop), effects(body[k]), self.memory):
                    return False
        return True

    def strips(self, members: list[_Member], near: dict[str, _Near]) -> tuple[lp.Stmt, ...]:
        """The loops strip by strip where the temporaries are large, and as they were."""
        final = members[-1].loop
        var, count, start, end = (self.names.fresh(hint) for hint in ("strip", "strips", "start", "end"))
        at, to, trips = Size.named(start), Size.named(end), final.hi - final.lo
        row = max((n.alloc.shape[1:] for n in near.values()), key=len)
        shared = max(m.last - m.first for m in members)
        fewest = max(8, 4 * shared)
        before: list[lp.Stmt] = []
        tests = [_at_least(_product((trips, *row)), LARGE)]
        width = Size(ELEMENTS)
        if row:
            # an eighth of the rows, so that there is work for all threads
            name = self.names.fresh("rows")
            width = Size.named(name)
            eighth = lp.Scalar(table()["floor_divide"], (lp.Index(trips), lp.Lit(8, INT)), INT)
            most = _binary("minimum", eighth, lp.Lit(ROWS, INT))
            before.append(lp.Assign(name, _binary("maximum", most, lp.Lit(fewest, INT)), spans=final.spans))
            tests.insert(0, _at_least(lp.Index(trips), 4 * fewest))
        each = lp.Lit(width.const, INT) if width.is_const else lp.Index(width)
        number = _binary("floor_divide", lp.Index(trips + width - 1), each)
        here = final.lo + width.const * Size.named(var) if width.is_const else final.lo
        begin: lp.Expr = lp.Index(here)
        if not width.is_const:
            begin = _binary("multiply", lp.Index(width), lp.Index(Size.named(var)))
            begin = begin if final.lo == 0 else _binary("add", lp.Index(final.lo), begin)
        body: list[lp.Stmt] = [lp.Assign(start, begin), lp.Assign(end, least(at + width, final.hi))]
        local: dict[str, tuple[str, Size]] = {}
        for name, n in near.items():
            local[name] = self.names.fresh("near"), at + n.maker.first + n.distance
        for m in members:
            for name, n in near.items():
                if n.maker is m:
                    rows = width + (m.last - m.first)
                    shape = (rows, *n.alloc.shape[1:])
                    body.append(replace(n.alloc, name=local[name][0], shape=shape))
            part = replace(m.loop, lo=at + m.first, hi=to + m.last)
            body.append(_moved(part, local))
        kind = lp.LoopKind.PAR if self.ctx.options.parallel else lp.LoopKind.SEQ
        by_strips = (
            *before,
            lp.Assign(count, number, spans=final.spans),
            lp.For(var, Size(0), Size.named(count), 1, tuple(body), kind, spans=final.spans),
        )
        names = ", ".join(f"`{name}`" for name in near)
        spans = final.spans.union(*(m.loop.spans for m in members))
        self.ctx.remark(Remark("overlap", f"{names}: computed for a strip of rows, with {shared} around it", spans))
        large = tests[0] if len(tests) == 1 else lp.Scalar(table()["logical_and"], tuple(tests), BOOL)
        return (lp.If(large, by_strips, tuple(m.loop for m in members), spans=spans),)


def _plain(loop: lp.For) -> bool:
    return loop.step == 1 and not any(isinstance(s, WHOLE) for s in lp.statements(loop.body))


def _depends_on_place(loop: lp.For) -> bool:
    """Whether vectors of elements and single ones, at the end of a loop, are computed by different functions."""
    values = (v for stmt in loop.body if not lp.blocks(stmt) for v in lp.expressions(stmt))
    nodes = (node for value in values for node in lp.subexpressions(value))
    return any(isinstance(node, lp.Scalar) and node.op.cost >= _FUNCTION for node in nodes)


def _stored(stmt: lp.Stmt) -> Iterator[str]:
    for inner in lp.statements((stmt,)):
        match inner:
            case lp.Store(buffer=name) | lp.Accumulate(target=lp.Load(buffer=name)):
                yield name


def _loads(stmt: lp.Stmt) -> Iterator[str]:
    for node in _nodes(stmt):
        yield node.buffer


def _nodes(stmt: lp.Stmt) -> Iterator[lp.Load]:
    for inner in lp.statements((stmt,)):
        for value in lp.expressions(inner):
            yield from (node for node in lp.subexpressions(value) if isinstance(node, lp.Load))


def _distance(loop: lp.For, alloc: lp.Alloc) -> int | None:
    """The row that a round stores, less the round: one store, of all elements of the row, ahead of all loads."""
    for at, stmt in enumerate(loop.body):
        if alloc.name not in lp.mentions((stmt,)):
            continue
        nest: list[lp.For] = []
        while isinstance(stmt, lp.For) and len(stmt.body) >= 1:
            nest.append(stmt)
            stores = [s for s in stmt.body if isinstance(s, lp.Store) and s.buffer == alloc.name]
            stmt = stores[0] if stores else stmt.body[-1]
        if not isinstance(stmt, lp.Store) or stmt.buffer != alloc.name:
            return None
        first, *others = stmt.indices
        if not isinstance(first, Size) or not (first - Size.named(loop.var)).is_const:
            return None
        ranges = {Size.named(n.var): n for n in nest}
        for index, extent in zip(others, alloc.shape[1:], strict=True):
            n = ranges.pop(index, None) if isinstance(index, Size) else None
            if n is None or n.lo != 0 or n.hi != extent or n.step != 1:
                return None
        if ranges:
            return None  # a loop around the store may have no round
        # loads of what the round has stored come in statements after the nest
        if list(lp.mentions((loop.body[at],))).count(alloc.name) != 1 or list(_stored(loop)).count(alloc.name) != 1:
            return None
        return (first - Size.named(loop.var)).const
    return None


def _offsets(loop: lp.For, name: str) -> set[int] | None:
    """The rows of a buffer that a round loads, less the round; None where one is not at a fixed distance."""
    found = set()
    for node in _nodes(loop):
        if node.buffer == name:
            first = node.indices[0]
            if not isinstance(first, Size) or not (first - Size.named(loop.var)).is_const:
                return None
            found.add((first - Size.named(loop.var)).const)
    return found


def _moved(loop: lp.For, local: dict[str, tuple[str, Size]]) -> lp.Stmt:
    """The loop with the rows of a strip for those of the temporaries."""

    def place(indices: tuple[lp.Subscript, ...], base: Size) -> tuple[lp.Subscript, ...]:
        first, *others = indices
        assert isinstance(first, Size)
        return (first - base, *others)

    def change(value: lp.Expr) -> lp.Expr:
        if isinstance(value, lp.Load) and value.buffer in local:
            name, base = local[value.buffer]
            return replace(value, buffer=name, indices=place(value.indices, base))
        return value

    def stored(stmt: lp.Stmt) -> lp.Stmt:
        if isinstance(stmt, lp.Store) and stmt.buffer in local:
            name, base = local[stmt.buffer]
            stmt = replace(stmt, buffer=name, indices=place(stmt.indices, base))
        return lp.with_blocks(stmt, tuple(tuple(stored(s) for s in block) for block in lp.blocks(stmt)))

    return stored(lp.map_stmt(loop, change))


def _product(sizes: tuple[Size, ...]) -> lp.Expr:
    result: lp.Expr = lp.Index(sizes[0])
    for size in sizes[1:]:
        result = _binary("multiply", result, lp.Index(size))
    return result


def _binary(name: str, one: lp.Expr, other: lp.Expr) -> lp.Expr:
    return lp.Scalar(table()[name], (one, other), INT)


def _at_least(value: lp.Expr, number: int) -> lp.Expr:
    return lp.Scalar(table()["greater_equal"], (value, lp.Lit(number, INT)), BOOL)
