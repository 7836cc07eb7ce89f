"""A loop whose iterations are rows of work: what each thread of the block that a row gets has to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from ..ir import loops as lp
from ..passes.dependence import assigned, effects
from ..passes.split_reductions import identity
from .cuda_nodes import Combine, Mapped, Names, Wait, trips_text
from .cuda_split import buffers, read_scalars, rename


class Planner(Protocol):
    """What a row asks of the plan that it belongs to."""

    names: Names

    def independent(self, loop: lp.For, live: frozenset[str]) -> dict[str, lp.Accumulate] | None: ...

    def inner(self, loops: list[lp.For]) -> lp.For | None: ...


class Row:
    """The body of a loop whose iterations are shared by the threads of a block."""

    def __init__(self, planner: Planner, loop: lp.For, outer: frozenset[str]) -> None:
        self.planner = planner
        self.loop = loop
        self.outer = outer  # accumulators of the launch
        self.size: str | None = None
        self.out: list[lp.Stmt] = []
        self.writes: set[str] = set()  # since the threads last waited for each other
        self.reads: set[str] = set()
        self.uniform: frozenset[str] = frozenset()  # accumulators of the launch that all threads of a block have alike

    def build(self) -> tuple[lp.Stmt, ...] | None:
        loaded = buffers(self.loop.body, written=False)
        alike = {
            s.target.name for s in self.loop.body if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var)
        } & self.outer
        self.uniform = frozenset(alike)
        for at, stmt in enumerate(self.loop.body):
            live = read_scalars(self.loop.body[at + 1 :])
            self.order(stmt)
            match stmt:
                case lp.Assign() | lp.Accumulate(target=lp.Var()):
                    self.out.append(stmt)
                case lp.Store(buffer, _, _) if buffer not in loaded:
                    self.out.append(stmt)  # all threads store the same value
                case lp.For():
                    if not self.shared(stmt, live):
                        return None
                case _:
                    return None
        return tuple(self.out)

    def order(self, stmt: lp.Stmt) -> None:
        """Wait where a statement touches what other threads of the block may still read or write."""
        reads, writes = buffers((stmt,), written=False), buffers((stmt,), written=True)
        if reads & self.writes or writes & (self.writes | self.reads):
            self.out.append(Wait(spans=stmt.spans))
            self.writes, self.reads = set(), set()
        self.reads |= reads
        self.writes |= writes

    def shared(self, loop: lp.For, live: frozenset[str]) -> bool:
        """Deal out the iterations of an inner nest, those of its innermost independent loop."""
        planner = self.planner
        sums = planner.independent(loop, live)
        if sums is None or sums.keys() & self.uniform:
            return False
        trips = loop.hi - loop.lo
        if trips.is_const and trips.const <= 16:
            return False
        loops = [loop]
        while (inner := planner.inner(loops)) is not None and len(loops[-1].body) == 1:
            loops.append(inner)
        last = loops[-1]
        here = assigned(self.loop.body) | {self.loop.var}
        if self.size is None and not any(n in here for n in (*last.lo.names, *last.hi.names)):
            self.size = trips_text(last)
        local = {name: stmt for name, stmt in sums.items() if name not in self.outer}
        parts: dict[str, str] = {}
        for name, stmt in local.items():
            if not self.starts(name, stmt):
                parts[name] = planner.names.fresh(f"{name}_part")
                self.out.append(lp.Assign(parts[name], identity(stmt.op.name, stmt.target.dtype), spans=loop.spans))
        body: tuple[lp.Stmt, ...] = (
            Mapped(
                last.var,
                last.lo,
                last.hi,
                last.step,
                last.body,
                spans=last.spans,
                first="cuda.threadIdx.x",
                stride="cuda.blockDim.x",
            ),
        )
        for each in reversed(loops[:-1]):
            body = (replace(each, body=body),)
        self.out.extend(rename(body, parts))
        for name, stmt in local.items():
            dtype = stmt.target.dtype
            self.out.append(Combine(parts.get(name, name), stmt.op.name, dtype, spans=loop.spans))
            if name in parts:
                self.out.append(
                    lp.Accumulate(lp.Var(name, dtype), stmt.op, lp.Var(parts[name], dtype), spans=loop.spans)
                )
        if local:
            self.writes, self.reads = set(), set()  # combining waits for all
        return True

    def starts(self, name: str, stmt: lp.Accumulate) -> bool:
        """Whether the latest that happened to the scalar is that every thread set it to the identity."""
        for earlier in reversed(self.out):
            if isinstance(earlier, lp.Assign) and earlier.name == name:
                return _same_number(earlier.value, identity(stmt.op.name, stmt.target.dtype))
            if name in {a.name for a in effects(earlier).accesses} or (
                isinstance(earlier, Combine) and earlier.name == name
            ):
                return False
        return False


def _same_number(a: lp.Expr, b: lp.Expr) -> bool:
    """Whether two literals have the same value and dtype; -0.0 is not 0.0."""
    if not (isinstance(a, lp.Lit) and isinstance(b, lp.Lit)) or a.dtype != b.dtype:
        return False
    return np.array(a.value, a.dtype).tobytes() == np.array(b.value, b.dtype).tobytes()
