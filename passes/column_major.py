"""New arrays lie as what they are made of: a sum of arrays in Fortran's order is one too, as in NumPy (order K)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.types import Size
from .context import Context, Remark
from .contract import kept_buffers
from .dependence import Memory, exposed, parallel
from .strips import accesses
from .tile import nest

Body = tuple[lp.Stmt, ...]


def column_major(program: lp.Program, ctx: Context) -> lp.Program:
    """Where nests read arrays along columns alone, what they make is its transpose, and they walk along columns.

    The new array has its axes the other way round, and its transpose is returned.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     return a * 2 + b.T
    ... ''', np.ones((5, 4), order="F"), np.ones((4, 5)))
    >>> print(show(column_major(program, Context())))
    result = np.empty((m, n))
    for j in range(m):
        for i in range(n):
            result[j, i] = a[i, j] * 2.0 + b[j, i]
    return result.T
    """
    if ctx.target == "cuda":
        return program
    turned = _Turned(program)
    if not turned.nests:
        return program
    for alloc in lp.statements(program.body):
        if isinstance(alloc, lp.Alloc) and alloc.name in turned.made:
            ctx.remark(Remark("column_major", f"`{alloc.name}` lies in Fortran's order", alloc.spans))
    return replace(program, body=turned.body())


class _Turned:
    """The arrays that are made the other way round, and the nests that make and use them."""

    def __init__(self, program: lp.Program) -> None:
        self.program = program
        self.memory = Memory.of_program(program)
        self.fortran = {p.name for p in program.params if p.fortran}
        self.c_order = {p.name for p in program.params if p.contiguous}
        self.made = self.candidates()
        self.nests: dict[int, list[lp.For]] = {
            at: loops
            for at, stmt in enumerate(program.body)
            if isinstance(stmt, lp.For) and (loops := self.nest(stmt, program.body[at + 1 :]))
        }
        while True:
            outside = tuple(s for at, s in enumerate(program.body) if at not in self.nests)
            mentioned = {name for stmt in lp.statements(outside) for name in _mentions(stmt)}
            kept = {at: loops for at, loops in self.nests.items() if self.walks_columns(loops)}
            if kept == self.nests and not mentioned & self.made:
                break
            self.nests, self.made = kept, self.made - mentioned
        self.made &= {
            s.buffer for loops in self.nests.values() for s in lp.statements(loops[-1].body) if isinstance(s, lp.Store)
        }

    def candidates(self) -> set[str]:
        """Arrays of two axes or more that the program makes once, and only loads, stores and returns as they are."""
        body = self.program.body
        names = [s.name for s in lp.statements(body) if isinstance(s, lp.Alloc)]
        top = {s.name for s in body if isinstance(s, lp.Alloc) and len(s.shape) > 1 and names.count(s.name) == 1}
        inner = tuple(s for s in lp.statements(body) if not lp.blocks(s) and not isinstance(s, lp.Return))
        views = {
            result.buffer
            for stmt in lp.statements(body)
            if isinstance(stmt, lp.Return)
            for result in _arrays(stmt.value)
            if result.text != result.buffer
        }
        return top - kept_buffers(inner) - views

    def nest(self, outer: lp.For, after: Body) -> list[lp.For] | None:
        """The loops of a nest that may be exchanged at will; None elsewhere."""
        live = frozenset(exposed(after))
        loops = nest(outer, self.memory, live) or []
        variables = {loop.var for loop in loops}
        if len(loops) < 2 or len(variables) < len(loops) or any(loop.few or loop.step != 1 for loop in loops):
            return None
        if any(variables & {*loop.lo.names, *loop.hi.names} for loop in loops):
            return None
        return loops if all(parallel(loop, self.memory, live) for loop in loops) else None

    def walks_columns(self, loops: list[lp.For]) -> bool:
        """Whether the innermost loop should be the first one: for every array, and for one that is there already."""
        order = [loop.var for loop in loops]
        reads = False
        for buffer, indices in accesses(loops[-1].body):
            variables = _variables(indices, order)
            if variables is None:
                return False
            if len(variables) < 2:
                if buffer in self.made:
                    return False
                continue
            if buffer in self.fortran or buffer in self.made:
                along = variables == order
                reads = reads or buffer in self.fortran
            else:
                along = buffer in self.c_order and variables == order[::-1]
                reads = True
            if not along:
                return False
        return reads

    def body(self) -> Body:
        return tuple(self.statement(at, stmt) for at, stmt in enumerate(self.program.body))

    def statement(self, at: int, stmt: lp.Stmt) -> lp.Stmt:
        match stmt:
            case lp.Alloc(name, _, shape) if name in self.made:
                return replace(stmt, shape=shape[::-1])
            case lp.For() if at in self.nests:
                inner = tuple(self.turned(s) for s in self.nests[at][-1].body)
                loops = self.nests[at]
                for loop, place in zip(loops, reversed(loops), strict=True):
                    inner = (replace(loop, body=inner, spans=place.spans),)
                return inner[0]
            case _:
                return self.returned(stmt)

    def returned(self, stmt: lp.Stmt) -> lp.Stmt:
        if isinstance(stmt, lp.Return):
            return replace(stmt, value=self.result(stmt.value))
        return lp.with_blocks(stmt, tuple(tuple(map(self.returned, block)) for block in lp.blocks(stmt)))

    def result(self, value: lp.Result) -> lp.Result:
        match value:
            case arr.Results(items):
                return replace(value, items=tuple(map(self.result, items)))  # type: ignore[arg-type]
            case lp.ArrayResult(buffer, text) if buffer in self.made:
                return lp.ArrayResult(buffer, f"{text}.T")
            case _:
                return value

    def turned(self, stmt: lp.Stmt) -> lp.Stmt:
        def load(value: lp.Expr) -> lp.Expr:
            if isinstance(value, lp.Load) and value.buffer in self.made:
                return replace(value, indices=value.indices[::-1])
            return value

        stmt = lp.map_stmt(stmt, load)
        if isinstance(stmt, lp.Store) and stmt.buffer in self.made:
            return replace(stmt, indices=stmt.indices[::-1])
        return stmt


def _mentions(stmt: lp.Stmt) -> Iterator[str]:
    """The arrays that a statement itself uses otherwise than to return them whole."""
    if isinstance(stmt, lp.Return):
        for value in lp.expressions(stmt):
            yield from (node.buffer for node in lp.subexpressions(value) if isinstance(node, lp.Load))
    elif not isinstance(stmt, lp.Alloc):
        yield from lp.mentions((lp.with_blocks(stmt, tuple(() for _ in lp.blocks(stmt))),))


def _arrays(value: lp.Result) -> Iterator[lp.ArrayResult]:
    if isinstance(value, arr.Results):
        for item in value.items:
            yield from _arrays(item)  # type: ignore[arg-type]
    elif isinstance(value, lp.ArrayResult):
        yield value


def _variables(indices: tuple[lp.Subscript, ...], order: list[str]) -> list[str] | None:
    """The loops' variables that the indices walk by, one for each axis; None where that is not how they walk."""
    found = []
    for index in indices:
        if not isinstance(index, Size):
            return None
        used = [name for name in index.names if name in order]
        if len(used) > 1 or (used and abs(index.coefficient(used[0])) != 1):
            return None
        found += used
    return found if len(set(found)) == len(found) else None
