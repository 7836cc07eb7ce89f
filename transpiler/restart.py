"""Where may the original function take over after compiled code has begun? Where it finds what it would have found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..ir import array as arr
from .diagnostics import Unsupported
from .lift_advanced import ANY_INDEX

if TYPE_CHECKING:
    from .lift import Lifter


def restartable(lifter: Lifter, body: tuple[arr.Stmt, ...], stored: bool = False) -> None:
    """The original may run after the compiled code has begun: nothing of the caller's is stored to.

    Raises Unsupported where that does not hold.
    """
    for stmt in body:
        if stored and isinstance(stmt, arr.Check) and stmt.exception == arr.BAIL:
            raise Unsupported("MDSL202", f"{stmt.message} after something was stored into its arguments")
        again = isinstance(stmt, (arr.For, arr.While)) and _stores(lifter, (stmt,))
        for block in arr.blocks(stmt):
            restartable(lifter, block, stored or again)
        stored = stored or _stores(lifter, (stmt,))


def handed_over(lifter: Lifter, body: tuple[arr.Stmt, ...]) -> tuple[arr.Stmt, ...]:
    """The statements where the original, if it can take over, raises what a check could only say less of than NumPy."""
    out: list[arr.Stmt] = []
    for k, stmt in enumerate(body):
        if _stores(lifter, (stmt,)) and isinstance(stmt, (arr.For, arr.While)):
            return (*out, *body[k:])
        match stmt:
            case arr.Check(_, "IndexError", message) if message.startswith(ANY_INDEX):
                out.append(replace(stmt, exception=arr.BAIL))
            case arr.For(body=inner):
                out.append(replace(stmt, body=handed_over(lifter, inner)))
            case arr.While(head, _, inner):
                out.append(replace(stmt, head=handed_over(lifter, head), body=handed_over(lifter, inner)))
            case arr.If(_, then, orelse):
                out.append(replace(stmt, then=handed_over(lifter, then), orelse=handed_over(lifter, orelse)))
            case _:
                out.append(stmt)
        if _stores(lifter, (stmt,)):
            return (*out, *body[k + 1 :])
    return tuple(out)


def _stores(lifter: Lifter, body: tuple[arr.Stmt, ...]) -> bool:
    """Whether something of the caller's is stored to."""
    outside = {name for name in lifter.signature if name in lifter.ctx.types}
    for stmt in arr.statements(body):
        if isinstance(stmt, arr.Call) and stmt.called.stateful:
            return True  # what it drew is drawn
        buffers = (arr.buffer_of(stmt.target).name,) if isinstance(stmt, arr.Store) else ()
        buffers = stmt.written if isinstance(stmt, arr.Call) else buffers
        if any(lifter.unpacked or outside & lifter.shares.get(buffer, {buffer}) for buffer in buffers):
            return True
    return False
