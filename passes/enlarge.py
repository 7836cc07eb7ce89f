"""Allocate once, by the largest size that it has, what each round of a loop would allocate by another size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ..ir import loops as lp
from ..ir.facts import Facts, door_facts
from ..ir.types import Size
from .context import Context, Remark
from .contract import kept_buffers
from .dependence import assigned


def enlarge(program: lp.Program, ctx: Context) -> lp.Program:
    """Move an allocation out of the loop that repeats it where its size has a bound that does not change.

    `hoist` has moved those whose size is the same in each round. These stay until it is known which loops run in
    parallel: there each round needs memory of its own.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(u):
    ...     for k in range(len(u)):
    ...         u[:k] = u[k:0:-1] + u[:k]
    ... ''', np.ones(5))
    >>> print(show(enlarge(program, Context())))
    stored = np.empty(n)
    for k in range(n):
        for i in range(k):
            stored[i] = u[k - i] + u[i]
        for i in range(k):
            u[i] = stored[i]
    return None
    """
    allocated = Counter(s.name for s in lp.statements(program.body) if isinstance(s, lp.Alloc))
    fixed = kept_buffers(program.body) | {name for name, times in allocated.items() if times > 1}
    body = _block(program.body, fixed, door_facts(program), ctx)
    return program if body == program.body else replace(program, body=body)


def _block(body: tuple[lp.Stmt, ...], fixed: set[str], facts: Facts, ctx: Context) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    for stmt in body:
        inside = facts.within(stmt) if isinstance(stmt, lp.For) else facts
        stmt = lp.with_blocks(stmt, tuple(_block(block, fixed, inside, ctx) for block in lp.blocks(stmt)))
        if isinstance(stmt, lp.For) and stmt.kind is not lp.LoopKind.PAR:
            moved = dict(_enlarged(stmt, fixed, facts))
            if moved:
                ctx.remark(Remark("enlarge", f"{', '.join(moved)} allocated once", stmt.spans))
                kept = tuple(s for s in stmt.body if not (isinstance(s, lp.Alloc) and s.name in moved))
                out.extend(moved.values())
                stmt = replace(stmt, body=kept)
        out.append(stmt)
    return tuple(out)


def _enlarged(loop: lp.For, fixed: set[str], facts: Facts) -> Iterator[tuple[str, lp.Alloc]]:
    """The allocations of a loop's body that can be made ahead of it, with the shapes that they get."""
    times = Counter(name for s in loop.body for name in assigned((s,)))
    vary = {loop.var, *times}
    known = facts.within(loop)
    settled = {loop.var}  # what varies, and is what the facts say until the round ends
    for stmt in loop.body:
        match stmt:
            case lp.Assign(name, lp.Scalar(op, args, _)) if times[name] == 1 and op.name in ("minimum", "maximum"):
                sizes = [size for arg in args if (size := _size(arg)) is not None]
                sizes = [size for size in sizes if not (set(size.names) & vary) - settled]
                sign = 1 if op.name == "maximum" else -1
                known.add(*(sign * (Size.named(name) - size) for size in sizes))
                settled.add(name)
            case lp.Alloc(name, _, shape, "empty") if name not in fixed:
                bounds = [_largest(size, vary, known, facts) for size in shape]
                largest = tuple(bound for bound in bounds if bound is not None)
                if len(largest) == len(shape):
                    yield name, replace(stmt, shape=largest)


def _size(value: lp.Expr) -> Size | None:
    match value:
        case lp.Index(size):
            return size
        case lp.Lit(number, dtype) if dtype.kind in "iu":
            return Size(int(number))
        case lp.Var(name, dtype) if dtype.kind in "iu":
            return Size.named(name)
        case _:
            return None


def _largest(size: Size, vary: set[str], known: Facts, facts: Facts) -> Size | None:
    """A bound of the size that does not change from round to round, and is no negative number; None without one.

    Of a loop without a round the largest size is -1, so that one more is tried.
    """
    for least in known.lower_bounds(-size, lambda name: name in vary):
        for bound in (-least, 1 - least):
            if facts.nonnegative(bound):
                return bound
    return None
