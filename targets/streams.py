"""Parallel loops over arrays that no cache holds -> loops over tiles, which go to memory past the caches.

Each is written beside the plain loop, behind the constant STREAMS of runtime/stream.py: a third machine code of the
kernel has it, which runs where an argument is as large as that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.free_names import free_name
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from ..passes.dependence import Memory, assigned
from .outline import Kernel

#: Elements of a tile, as in runtime/stream.py, and of a row that is worth tiles: its first and last are not aligned.
TILE, ROW = 128, 1024

#: Cost of an element, in additions, from which on memory is not what the loop waits for.
COSTLY = 40


@dataclass(frozen=True, eq=False)
class TileOf(lp.Stmt):
    """name = a tile for elements of the array `out`."""

    name: str
    out: str


@dataclass(frozen=True, eq=False)
class StreamOut(lp.Stmt):
    """The tile becomes elements of `out`, from its element number `first` on."""

    out: str
    first: lp.Expr
    tile: str


@dataclass(frozen=True, eq=False)
class ShiftOf(lp.Stmt):
    """name = the elements of `out` between the last border of a line of the cache and its element number `first`."""

    name: str
    out: str
    first: lp.Expr


class Streams:
    """The loops of a program's kernels that fill large arrays and read none of them."""

    def __init__(self, program: lp.Program, equal: Mapping[str, Size]) -> None:
        self.memory = Memory.of_program(program)
        self.shapes = {p.name: (p.type.dtype, p.type.shape) for p in program.params if p.contiguous}
        for stmt in lp.statements(program.body):
            if isinstance(stmt, lp.Alloc):
                self.shapes[stmt.name] = (stmt.dtype, stmt.shape)
        for stmt in lp.statements(program.body):
            if isinstance(stmt, (lp.Pointer, lp.Swap)):
                for name in (stmt.name,) if isinstance(stmt, lp.Pointer) else (stmt.first, stmt.second):
                    self.shapes.pop(name, None)
        self.shapes = {
            name: (dtype, tuple(size.substitute(equal) for size in shape))
            for name, (dtype, shape) in self.shapes.items()
        }

    def of(self, kernel: Kernel) -> Kernel:
        """The kernel with tiles in the loops where they pay."""
        return _Kernel(self, kernel).done()


class _Kernel:
    def __init__(self, streams: Streams, kernel: Kernel) -> None:
        self.kernel, self.memory = kernel, streams.memory
        self.taken = {*kernel.params, *(v.name for v in kernel.returns), *lp.mentions(kernel.body)}
        self.known = set(kernel.params)
        self.shapes = dict(streams.shapes)
        self.whole: dict[str, str] = {}  # an array as one row -> the array
        for stmt in lp.statements(kernel.body):
            match stmt:
                case lp.Assign(name=name):
                    self.taken.add(name)
                    self.known.discard(name)
                case lp.For(var=name):
                    self.taken.add(name)
                case lp.Pointer(name, source, dtype, (Size(const=-1, terms=()),), True):
                    self.shapes[name] = (dtype, (Size(-1),))
                    self.whole[name] = source

    def done(self) -> Kernel:
        body = tuple(self.statement(stmt) for stmt in self.kernel.body)
        return self.kernel if body == self.kernel.body else replace(self.kernel, body=body)

    def statement(self, stmt: lp.Stmt) -> lp.Stmt:
        if isinstance(stmt, lp.For) and stmt.kind is lp.LoopKind.PAR:
            return self.forms(stmt)
        return lp.with_blocks(stmt, tuple(tuple(map(self.statement, block)) for block in lp.blocks(stmt)))

    def forms(self, nest: lp.For) -> lp.Stmt:
        """The nest, or a choice between it and its tiles."""
        loops = [nest]
        while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], lp.For):
            loops.append(loops[-1].body[0])
        tiled = self.tiled(loops)
        if tiled is None:
            return nest
        for outer in reversed(loops[:-1]):
            tiled = (replace(outer, body=tiled),)
        inner = loops[-1]
        store = next(s for s in inner.body if isinstance(s, lp.Store))
        size: lp.Expr = lp.Lit(self.shapes[store.buffer][0].itemsize, INT)
        for loop in loops:
            size = lp.Scalar(table()["multiply"], (size, lp.Index(loop.hi - loop.lo)), INT)
        large = lp.Scalar(table()["greater_equal"], (size, lp.Var("PAST_CACHES", INT)), BOOL)
        row = lp.Scalar(table()["greater_equal"], (lp.Index(inner.hi - inner.lo), lp.Lit(ROW, INT)), BOOL)
        fits = large if len(loops) == 1 else lp.Scalar(table()["logical_and"], (large, row), BOOL)
        wanted = lp.Scalar(table()["logical_and"], (lp.Var("STREAMS", BOOL), fits), BOOL)
        usual = lp.Scalar(table()["logical_not"], (wanted,), BOOL)
        return lp.If(usual, (nest,), tiled, spans=nest.spans)

    def tiled(self, loops: list[lp.For]) -> tuple[lp.Stmt, ...] | None:
        """The innermost loop by tiles; None where that is not legal, or memory is not what it waits for."""
        inner = loops[-1]
        if any(loop.step != 1 for loop in loops) or not all(isinstance(s, lp.Assign | lp.Store) for s in inner.body):
            return None
        if inner.hi.is_const and inner.lo.is_const and inner.hi.const - inner.lo.const < ROW:
            return None
        stores = [stmt for stmt in inner.body if isinstance(stmt, lp.Store)]
        outs = [stmt.buffer for stmt in stores]
        if not stores or len({self.group(name) for name in outs}) < len(outs):
            return None
        loads = {node.buffer for node in _nodes(inner.body) if isinstance(node, lp.Load)}
        if {self.group(name) for name in loads} & {self.group(name) for name in outs}:
            return None  # what is read is in the cache anyway; and the rounds of the last tile are run twice
        if sum(node.op.cost for node in _nodes(inner.body) if isinstance(node, lp.Scalar)) >= COSTLY:
            return None
        firsts = [self.first(stmt, inner.var) for stmt in stores]
        if any(first is None for first in firsts) or assigned(inner.body) & {v.name for v in self.kernel.returns}:
            return None
        return self.strips(inner, dict(zip(outs, firsts, strict=True)))  # type: ignore[arg-type]

    def group(self, name: str) -> object:
        return self.memory.of(self.whole.get(name, name))

    def first(self, store: lp.Store, var: str) -> tuple[lp.Expr, Size] | None:
        """The number of the element that a store fills, as that of a row's first and the place in the row."""
        dtype, shape = self.shapes.get(store.buffer, (None, ()))
        if dtype is None or dtype.kind not in "biuf" or not store.indices or len(shape) != len(store.indices):
            return None
        if not all(isinstance(index, Size) for index in store.indices):
            return None
        *rows, last = store.indices
        if last.coefficient(var) != 1 or any(var in index.names for index in rows):  # type: ignore[union-attr]
            return None
        number: lp.Expr | None = None
        for index, extent in zip(rows, shape[1:], strict=True):
            if not set(extent.names) <= self.known:
                return None
            number = lp.Index(index) if number is None else _sum(number, lp.Index(index))  # type: ignore[arg-type]
            number = lp.Scalar(table()["multiply"], (number, lp.Index(extent)), INT)
        return number, last  # type: ignore[return-value]

    def strips(self, inner: lp.For, firsts: dict[str, tuple[lp.Expr | None, Size]]) -> tuple[lp.Stmt, ...]:
        """Tiles that begin at the borders of lines, but for the first and the last, which lie within the bounds."""
        shift, strip, start, at = (self.fresh(hint) for hint in ("shift", "strip", "start", "at"))
        tiles = {out: self.fresh("tile") for out in firsts}
        begin, place = Size.named(start), Size.named(start) + Size.named(at)

        def number(out: str, var: Size) -> lp.Expr:
            row, last = firsts[out]
            inside = last.substitute({inner.var: var})
            return lp.Index(inside) if row is None else row if inside == 0 else _sum(row, lp.Index(inside))

        def moved(stmt: lp.Stmt) -> lp.Stmt:
            stmt = lp.map_stmt(stmt, lambda value: value, lambda size: size.substitute({inner.var: place}))
            if isinstance(stmt, lp.Store):
                return replace(stmt, buffer=tiles[stmt.buffer], indices=(Size.named(at),))
            return stmt

        lead = next(iter(firsts))
        border = lp.Index(inner.lo + TILE * Size.named(strip) - Size.named(shift))
        inside = lp.Scalar(table()["maximum"], (lp.Index(inner.lo), border), INT)
        rounds = (
            lp.Assign(start, lp.Scalar(table()["minimum"], (inside, lp.Index(inner.hi - TILE)), INT)),
            *(TileOf(tile, out) for out, tile in tiles.items()),
            lp.For(at, Size(0), Size(TILE), 1, tuple(map(moved, inner.body))),
            *(StreamOut(out, number(out, begin), tile) for out, tile in tiles.items()),
        )
        count = lp.Scalar(
            table()["floor_divide"],
            (lp.Index(inner.hi - inner.lo + Size.named(shift) + (TILE - 1)), lp.Lit(TILE, INT)),
            INT,
        )
        strips = self.fresh("strips")
        return (
            ShiftOf(shift, lead, number(lead, inner.lo)),
            lp.Assign(strips, count),
            replace(inner, var=strip, lo=Size(0), hi=Size.named(strips), body=rounds),
        )

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.taken)


def _sum(a: lp.Expr, b: lp.Expr) -> lp.Expr:
    return lp.Scalar(table()["add"], (a, b), INT)


def _nodes(body: tuple[lp.Stmt, ...]) -> Iterator[lp.Expr]:
    for stmt in lp.statements(body):
        for value in lp.expressions(stmt):
            yield from lp.subexpressions(value)
