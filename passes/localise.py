"""Give a round of a loop its own array, where a variable is bound to it that no other round reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ..ir import loops as lp
from .context import Context, Remark


def localise(program: lp.Program, ctx: Context) -> lp.Program:
    """A variable that each round binds before it reads it, and that nothing reads later, is another name for an array.

    Without the variable the array does not outlive its round: it may be allocated once, or be a scalar.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(u, steps):
    ...     old = np.empty_like(u)
    ...     for _ in range(steps):
    ...         old = u.copy()
    ...         u[1:] = old[1:] - old[:-1]
    ... ''', np.ones(5), 3)
    >>> print(show(program))
    old = np.empty(n)
    old_1 = old
    for _ in range(steps):
        old_2 = np.empty(n)
        for i in range(n):
            old_2[i] = u[i]
        old_1 = old_2
        for i in range(n - 1):
            u[i + 1] = old_1[i + 1] - old_1[i]
    return None
    >>> print(show(localise(program, Context())))
    for _ in range(steps):
        old_2 = np.empty(n)
        for i in range(n):
            old_2[i] = u[i]
        for i in range(n - 1):
            u[i + 1] = old_2[i + 1] - old_2[i]
    return None
    """
    mentions = Counter(lp.mentions(program.body))
    pointers = [s for s in lp.statements(program.body) if isinstance(s, lp.Pointer)]
    gone: set[int] = set()

    def block(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out = tuple(lp.with_blocks(stmt, tuple(block(b) for b in lp.blocks(stmt))) for stmt in body)
        for at, stmt in enumerate(out):
            if isinstance(stmt, lp.Pointer) and _is_local(stmt, out[:at], out[at + 1 :], pointers, mentions):
                ctx.remark(Remark("localise", f"`{stmt.name}` is `{stmt.source}` within its round", stmt.spans))
                gone.update(id(p) for p in pointers if p.name == stmt.name and p is not stmt)
                rest = lp.with_buffers(out[at + 1 :], {stmt.name: stmt.source})
                return block((*out[:at], *rest))
        return out

    def without(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        kept = (stmt for stmt in body if id(stmt) not in gone)
        return tuple(lp.with_blocks(stmt, tuple(without(b) for b in lp.blocks(stmt))) for stmt in kept)

    body = tuple(
        lp.with_blocks(stmt, tuple(block(b) for b in lp.blocks(stmt))) if isinstance(stmt, (lp.For, lp.While)) else stmt
        for stmt in program.body
    )
    if not gone and body == program.body:
        return program
    body = without(body)
    left = Counter(lp.mentions(body))
    gone.update(id(s) for s in lp.statements(body) if isinstance(s, lp.Alloc) and left[s.name] == 1)
    return replace(program, body=without(body))


def _is_local(
    pointer: lp.Pointer,
    before: tuple[lp.Stmt, ...],
    after: tuple[lp.Stmt, ...],
    pointers: list[lp.Pointer],
    mentions: Counter[str],
) -> bool:
    """Whether every read of the variable follows in this block, where both it and the array stay what they are."""
    name, source = pointer.name, pointer.source
    others = [p for p in pointers if p.name == name and p != pointer]
    uses = Counter(lp.mentions(after))[name]
    made = [s for s in before if isinstance(s, lp.Alloc) and s.name == source]
    if pointer.reshaped or len(made) != 1 or mentions[name] != 1 + len(others) + uses:
        return False
    for stmt in lp.statements(after):
        match stmt:
            case lp.Pointer(target, origin) if name in (target, origin) or target == source:
                return False
            case lp.Swap(first, second) if {first, second} & {name, source}:
                return False
            case lp.Alloc(name=target) if target in (name, source):
                return False
            case lp.HostCall() | lp.Return():
                return False
            case _:
                continue
    return True
