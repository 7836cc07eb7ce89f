"""Allocate once, ahead of a loop, what each of its rounds would allocate again."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from ..ir.array import Guard
from ..ir.facts import Facts, door_facts
from ..ir.types import Size
from .context import Context, Remark
from .contract import kept_buffers
from .dependence import assigned, effects


def hoist(program: lp.Program, ctx: Context) -> lp.Program:
    """Move an allocation whose size does not change out of the loop that repeats it.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(u, steps):
    ...     for _ in range(steps):
    ...         u[1:-1] = u[:-2] + u[2:]
    ... ''', np.ones(5), 3)
    >>> print(show(hoist(program, Context())))
    stored = np.empty(n - 2)
    for _ in range(steps):
        for i in range(n - 2):
            stored[i] = u[i] + u[i + 2]
        for i in range(n - 2):
            u[i + 1] = stored[i]
    return None
    """
    guards: list[Guard] = []
    body = _alternate(program.body, program, guards, ctx)
    kept = kept_buffers(body) - _library_only(body)
    body = _block(body, kept, door_facts(program), ctx)
    return program if body == program.body else replace(program, body=body, guards=(*program.guards, *guards))


def _alternate(
    body: tuple[lp.Stmt, ...], program: lp.Program, guards: list[Guard], ctx: Context
) -> tuple[lp.Stmt, ...]:
    """A variable that each round of a loop binds to a new array uses two arrays in turn.

    Before:  u_1 = u
             for t in range(T): u_2 = np.empty(n); …u_2[i] = …u_1[i]…; u_1 = u_2
    After:   u_1 = np.empty(n); u_1[:] = u; u_2 = np.empty(n)
             for t in range(T): …u_2[i] = …u_1[i]…; u_1, u_2 = u_2, u_1
    """
    out: list[lp.Stmt] = []
    for stmt in body:
        if isinstance(stmt, (lp.For, lp.While)):
            for name, fresh, alloc in _rebound(stmt):
                bound = [k for k, s in enumerate(out) if isinstance(s, lp.Pointer) and s.name == name]
                at = bound[-1] if bound else None
                if (
                    at is None
                    or not _only_here(program, name, fresh, stmt, out[at])
                    or any(_uses(s, name) for s in out[at + 1 :])
                ):
                    continue
                start = out[at]
                assert isinstance(start, lp.Pointer)
                if any(
                    name in effects(s).writes
                    for s in lp.statements((stmt,))
                    if isinstance(s, (lp.Store, lp.Accumulate, lp.Library))
                ):
                    continue
                # without a round the variable would go on naming the array that it named before
                trips = stmt.hi - stmt.lo - 1 if isinstance(stmt, lp.For) and stmt.step == 1 else None
                if trips is None or not all(n in _door(program) for n in trips.names):
                    continue
                if not trips.is_const:
                    guards.append(Guard(trips, False, "the loop runs"))
                elif trips.const < 0:
                    continue
                out[at : at + 1] = [
                    lp.Alloc(name, alloc.dtype, alloc.shape, spans=start.spans),
                    *_copy(name, start, alloc),
                ]
                out.append(alloc)
                new = tuple(
                    lp.Swap(name, fresh, spans=s.spans) if isinstance(s, lp.Pointer) and s.name == name else s
                    for s in lp.blocks(stmt)[-1]
                    if s is not alloc
                )
                stmt = replace(stmt, body=new)
                ctx.remark(Remark("hoist", f"`{name}` uses two arrays in turn", stmt.spans))
        out.append(lp.with_blocks(stmt, tuple(_alternate(b, program, guards, ctx) for b in lp.blocks(stmt))))
    return tuple(out)


def _door(program: lp.Program) -> set[str]:
    """The integers that are known before the body runs."""
    names = {p.name for p in program.params if p.type.kind == "python"} | {d.name for d in program.derived}
    return names | {n for p in program.params for size in p.type.shape for n in size.names}


def _rebound(loop: lp.For | lp.While) -> list[tuple[str, str, lp.Alloc]]:
    """(variable, new array, its allocation) where the loop's body ends by binding the variable to the new array."""
    body = lp.blocks(loop)[-1]
    vary = assigned(body) | ({loop.var} if isinstance(loop, lp.For) else set())
    found = []
    for at, stmt in enumerate(body):
        if isinstance(stmt, lp.Pointer) and not stmt.reshaped:
            alloc = next((s for s in body[:at] if isinstance(s, lp.Alloc) and s.name == stmt.source), None)
            if alloc is None or alloc.fill != "empty" or any(n in vary for size in alloc.shape for n in size.names):
                continue
            if not any(_uses(s, stmt.source) or _uses(s, stmt.name) for s in body[at + 1 :]):
                found.append((stmt.name, stmt.source, alloc))
    return found


def _only_here(program: lp.Program, name: str, fresh: str, loop: lp.Stmt, start: lp.Stmt) -> bool:
    """Whether nothing else names the arrays: one binding before the loop, one in it, no alias, no jump past it."""
    pointers = [
        s for s in lp.statements(program.body) if isinstance(s, lp.Pointer) and {s.name, s.source} & {name, fresh}
    ]
    inside = [s for s in lp.statements((loop,)) if isinstance(s, lp.Pointer) and {s.name, s.source} & {name, fresh}]
    jumps = any(isinstance(s, (lp.Break, lp.Continue, lp.Return)) for s in lp.statements((loop,)))
    others = [s for s in pointers if s is not start and s not in inside and s.source != name]
    after_only = all(s.name not in {name, fresh} for s in pointers if s is not start and s not in inside)
    return len(inside) == 1 and not jumps and not others and after_only and not _uses_outside(program, fresh, loop)


def _uses_outside(program: lp.Program, name: str, loop: lp.Stmt) -> bool:
    return any(_uses(s, name) for s in program.body if s is not loop and not _holds(s, loop)) and not any(
        _holds(s, loop) for s in program.body
    )


def _holds(stmt: lp.Stmt, wanted: lp.Stmt) -> bool:
    return any(s is wanted for s in lp.statements((stmt,))) and stmt is not wanted


def _uses(stmt: lp.Stmt, name: str) -> bool:
    if any(name in lp.returned_buffers(s.value) for s in lp.statements((stmt,)) if isinstance(s, lp.Return)):
        return True
    return any(a.name == name for a in effects(stmt).accesses)


def _copy(name: str, start: lp.Pointer, alloc: lp.Alloc) -> tuple[lp.Stmt, ...]:
    variables = [f"{name}_{axis}" for axis in ("row", "column", "layer", "item", "part")[: len(alloc.shape)]]
    index = tuple(Size.named(v) for v in variables)
    body: tuple[lp.Stmt, ...] = (lp.Store(name, index, lp.Load(start.source, index, alloc.dtype), spans=start.spans),)
    for v, size in reversed(list(zip(variables, alloc.shape, strict=True))):
        body = (lp.For(v, Size(0), size, 1, body, spans=start.spans),)
    return body


def _library_only(body: tuple[lp.Stmt, ...]) -> set[str]:
    """Buffers that are kept for a library call or an accumulation only: their contents are made anew in each round."""
    names: set[str] = set()
    for stmt in lp.statements(body):
        if isinstance(stmt, lp.Library):
            names |= {stmt.out.buffer, *(a.buffer for a in stmt.args)}
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Load):
            names.add(stmt.target.buffer)
    for stmt in lp.statements(body):
        if isinstance(stmt, lp.Pointer):
            names -= {stmt.name, stmt.source}
    returned = kept_buffers(tuple(s for s in lp.statements(body) if isinstance(s, lp.Return)))
    return names - returned


def _block(body: tuple[lp.Stmt, ...], kept: set[str], facts: Facts, ctx: Context) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    for stmt in body:
        inside = facts.within(stmt) if isinstance(stmt, lp.For) else facts
        stmt = lp.with_blocks(stmt, tuple(_block(b, kept, inside, ctx) for b in lp.blocks(stmt)))
        if isinstance(stmt, (lp.For, lp.While)):
            vary = assigned(lp.blocks(stmt)[-1]) | ({stmt.var} if isinstance(stmt, lp.For) else set())
            if isinstance(stmt, lp.While):
                vary |= assigned(stmt.head)
            moved = [
                s
                for s in stmt.body
                if isinstance(s, lp.Alloc)
                and s.fill == "empty"
                and s.name not in kept
                and not any(n in vary for size in s.shape for n in size.names)
                and all(not size.terms or size.names for size in s.shape)
                and all(facts.nonnegative(size) for size in s.shape)  # also where the loop has no round
            ]
            if moved:
                ctx.remark(Remark("hoist", f"{', '.join(s.name for s in moved)} allocated once", stmt.spans))
                out.extend(moved)
                stmt = replace(stmt, body=tuple(s for s in stmt.body if not any(s is m for m in moved)))
        out.append(stmt)
    return tuple(out)
