"""Loops over all elements of contiguous arrays -> one loop: short rows vectorise, and no row has a remainder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..ir import loops as lp
from ..ir.free_names import free_name
from ..ir.ops import table
from ..ir.types import INT, Size
from .outline import Kernel

#: The extents of an array whose elements lie one after the other.
Shape = tuple[Size, ...]


@dataclass(frozen=True)
class Whole:
    """The contiguous arrays of a program that keep their names: dtypes and extents.

    `made` are those that the program allocates, which nothing else overlaps; `equal` has the sizes that the door makes
    sure are others.
    """

    arrays: Mapping[str, tuple[np.dtype, Shape]]
    made: frozenset[str]
    equal: Mapping[str, Size]


def whole_arrays(program: lp.Program) -> Whole:
    equal = _equalities(program)
    found = {p.name: (p.type.dtype, p.type.shape) for p in program.params if p.contiguous}
    moved: set[str] = set()
    for stmt in lp.statements(program.body):
        match stmt:
            case lp.Alloc(name, dtype, shape):
                if name in found:
                    moved.add(name)
                found[name] = (dtype, shape)
            case lp.Pointer(name, source):
                moved |= {name, source}
            case lp.Swap(first, second):
                moved |= {first, second}
            case lp.HostCall(results):
                moved |= {result.name for result in results}
            case _:
                continue
    arrays = {
        name: (dtype, tuple(size.substitute(equal) for size in shape))
        for name, (dtype, shape) in found.items()
        if name not in moved and len(shape) > 1
    }
    made = frozenset(s.name for s in lp.statements(program.body) if isinstance(s, lp.Alloc))
    return Whole(arrays, made, equal)


def _equalities(program: lp.Program) -> dict[str, Size]:
    """Names of sizes that the door makes sure are others."""
    equal: dict[str, Size] = {}
    for guard in program.guards:
        size = guard.size.substitute(equal)
        if guard.equal and len(size.terms) == 2 and {k for _, k in size.terms} == {1, -1} and not size.const:
            (name, _), (other, _) = sorted(size.terms, key=lambda term: -term[1])
            equal = {n: s.substitute({name: Size.named(other)}) for n, s in equal.items()}
            equal[name] = Size.named(other)
    return equal


def flatten(kernel: Kernel, whole: Whole) -> Kernel:
    """The kernel with one loop for each nest that walks whole arrays alone, all in the same order.

    It is as if for `a`, `b` and `out` of one shape

        for i in range(n):
            for j in range(m):
                out[i, j] = a[i, j] * b[i, j]

    were written

        for at in range(n * m):
            out_flat[at] = a_flat[at] * b_flat[at]

    Iterations keep their order, so whatever was right stays right.
    """
    flattener = _Flattener(kernel, whole)
    body = flattener.block(kernel.body)
    return replace(kernel, body=(*flattener.start, *body)) if flattener.start else kernel


def is_whole_nest(loop: lp.For, kernel: Kernel, whole: Whole) -> bool:
    """Whether `flatten` makes one loop of the nest."""
    return _Flattener(kernel, whole).nest(loop) is not None


class _Flattener:
    def __init__(self, kernel: Kernel, whole: Whole) -> None:
        self.kernel, self.equal = kernel, whole.equal
        self.arrays = {name: array for name, array in whole.arrays.items() if name in kernel.params}
        self.known = {*kernel.params} - {s.name for s in lp.statements(kernel.body) if isinstance(s, lp.Assign)}
        self.start: list[
            lp.Stmt
        ] = []  # what the kernel begins with: views of the arrays, and their numbers of elements
        self.views: dict[str, str] = {}
        self.counts: dict[Shape, str] = {}
        self.taken = {*kernel.params, *(v.name for v in kernel.returns), *lp.mentions(kernel.body)}
        for stmt in lp.statements(kernel.body):
            match stmt:
                case lp.Assign(name=name) | lp.For(var=name):
                    self.taken.add(name)

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        return tuple(self.statement(stmt) for stmt in body)

    def statement(self, stmt: lp.Stmt) -> lp.Stmt:
        if isinstance(stmt, lp.For):
            flat = self.nest(stmt)
            if flat is not None:
                return flat
        return lp.with_blocks(stmt, tuple(self.block(block) for block in lp.blocks(stmt)))

    def nest(self, outer: lp.For) -> lp.For | None:
        """One loop for the nest; None where it is no nest over whole arrays, or has one loop already."""
        loops = [outer]
        while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], lp.For):
            loops.append(loops[-1].body[0])
        body = loops[-1].body
        if any(loop.lo != 0 or loop.step != 1 for loop in loops) or len({loop.var for loop in loops}) < len(loops):
            return None
        if not body or not all(isinstance(stmt, lp.Assign | lp.Store) for stmt in body):
            return None
        variables = {loop.var for loop in loops}
        extents = tuple(loop.hi.substitute(self.equal) for loop in loops)
        if not all({*loop.hi.names} <= self.known for loop in loops):
            return None
        places = set()
        for buffer, indices in _places(body):
            if not any(variables & {*index.names} for index in indices if isinstance(index, Size)):
                continue
            if buffer not in self.arrays or not _in_order(indices, self.arrays[buffer][1], loops, extents):
                return None
            places.add((buffer, indices))
        if _uses(body, variables) or not places:
            return None
        if len(loops) == 1 and all(indices[-1] == Size.named(outer.var) for _, indices in places):
            return None  # it walks along a row as it is
        at = free_name("at", self.taken)
        count = self.count(loops, extents)
        flat = {buffer: self.view(buffer) for buffer, _ in sorted(places, key=lambda place: place[0])}

        def change(value: lp.Expr) -> lp.Expr:
            if isinstance(value, lp.Load) and (value.buffer, value.indices) in places:
                return lp.Load(flat[value.buffer], (Size.named(at),), value.dtype)
            return value

        new: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.Store) and (stmt.buffer, stmt.indices) in places:
                stmt = replace(stmt, buffer=flat[stmt.buffer], indices=(Size.named(at),))
            new.append(lp.map_stmt(stmt, change))
        return replace(outer, var=at, hi=Size.named(count), body=tuple(new))

    def count(self, loops: list[lp.For], extents: Shape) -> str:
        """The name of the number of elements."""
        if extents not in self.counts:
            product: lp.Expr = lp.Index(loops[0].hi)
            for loop in loops[1:]:
                product = lp.Scalar(table()["multiply"], (product, lp.Index(loop.hi)), INT)
            self.counts[extents] = free_name("count", self.taken)
            self.start.append(lp.Assign(self.counts[extents], product))
        return self.counts[extents]

    def view(self, buffer: str) -> str:
        """The name of an array's elements in a row."""
        if buffer not in self.views:
            self.views[buffer] = free_name(f"{buffer}_flat", self.taken)
            self.start.append(lp.Pointer(self.views[buffer], buffer, self.arrays[buffer][0], (Size(-1),), True))
        return self.views[buffer]


def _in_order(indices: tuple[lp.Subscript, ...], shape: Shape, loops: list[lp.For], extents: Shape) -> bool:
    """Whether the subscripts are the loops' variables in order, and the extents the loops'; axes of 1 aside."""
    if len(indices) != len(shape):
        return False
    pairs = [(i, s) for i, s in zip(indices, shape, strict=True) if not (i == Size(0) and s == Size(1))]
    return [i for i, _ in pairs] == [Size.named(loop.var) for loop in loops] and tuple(s for _, s in pairs) == extents


def _places(body: tuple[lp.Stmt, ...]) -> Iterator[tuple[str, tuple[lp.Subscript, ...]]]:
    """The array and the subscripts of everything that is loaded and stored."""
    for stmt in body:
        if isinstance(stmt, lp.Store):
            yield stmt.buffer, stmt.indices
    for node in _nodes(body):
        if isinstance(node, lp.Load):
            yield node.buffer, node.indices


def _nodes(body: tuple[lp.Stmt, ...]) -> Iterator[lp.Expr]:
    for stmt in lp.statements(body):
        for value in lp.expressions(stmt):
            yield from lp.subexpressions(value)


def _uses(body: tuple[lp.Stmt, ...], variables: set[str]) -> bool:
    """Whether the statements compute with the loops' variables themselves."""
    return any(
        (isinstance(node, lp.Index) and variables & {*node.size.names})
        or (isinstance(node, lp.Var) and node.name in variables)
        for node in _nodes(body)
    )
