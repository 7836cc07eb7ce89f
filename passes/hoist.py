"""Allocate once, ahead of a loop, what each of its rounds would allocate again."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from .contract import _kept
from .context import Context, Remark
from .dependence import assigned


def hoist(program: lp.Program, ctx: Context) -> lp.Program:
    """Move an allocation whose size does not change out of the loop that repeats it.

    Before:  for t in range(T): w = np.empty(n); …
    After:   w = np.empty(n)
             for t in range(T): …
    """
    kept = _kept(program.body) - _library_only(program.body)
    body = _block(program.body, kept, ctx)
    return program if body == program.body else replace(program, body=body)


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
    returned = _kept(tuple(s for s in lp.statements(body) if isinstance(s, lp.Return)))
    return names - returned


def _block(body: tuple[lp.Stmt, ...], kept: set[str], ctx: Context) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    for stmt in body:
        stmt = lp.with_blocks(stmt, tuple(_block(b, kept, ctx) for b in lp.blocks(stmt)))
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
            ]
            if moved:
                ctx.remark(Remark("hoist", f"{', '.join(s.name for s in moved)} allocated once", stmt.spans))
                out.extend(moved)
                stmt = replace(stmt, body=tuple(s for s in stmt.body if not any(s is m for m in moved)))
        out.append(stmt)
    return tuple(out)
