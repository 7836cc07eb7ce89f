"""Do the algebra before the arithmetic: rules that always gain, then the order that costs least."""

from __future__ import annotations

from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Apply, Bind, Check, Expr, For, If, Program, Ref, Return, Stmt, Store, View, While
from ..ir.facts import Facts
from ..ir.ops import table
from ..ir.types import Size
from .algebra.local import Rewriter, is_copy
from .algebra.pattern import Level
from .context import Context, Remark


def simplify(program: Program, ctx: Context) -> Program:
    """Replace expressions by equal ones that cost less, as exactly as the options ask.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> print(show(simplify(lift_text('''
    ... def f(x, y):
    ...     return (x * 1 + y)[5], np.sum(x / 2, axis=1)[0] - np.zeros(4)[1]
    ... ''', np.ones((9, 4)), np.ones((9, 4))), Context())))
    result = x[5] + y[5]
    return result, np.sum(x[0]) * 0.5
    """
    from .rules import builtin, user_rules

    level: Level = "fast" if ctx.options.fastmath else "close"
    simplifier = _Simplifier(Rewriter((*builtin(), *user_rules()), level, known_facts(program)), ctx)
    body = simplifier.block(program.body)
    return program if body == program.body else replace(program, body=body)


def known_facts(program: Program) -> Facts:
    """What the door makes sure of: extents are not negative, guards hold, loop variables stay within their range."""
    facts = Facts([Size.named(n) for p in program.params for size in p.type.shape for n in size.names])
    for guard in program.guards:
        facts.add(guard.size)
        if guard.equal:
            facts.add(-guard.size)
    for stmt in arr.statements(program.body):
        if isinstance(stmt, For):
            index = Size.named(stmt.var)
            if stmt.step > 0:
                facts.add(index - stmt.lo, stmt.hi - 1 - index)
            else:
                facts.add(stmt.lo - index, index - stmt.hi - 1)
    return facts


class _Simplifier:
    def __init__(self, rewriter: Rewriter, ctx: Context) -> None:
        self.rewriter = rewriter
        self.ctx = ctx

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(self.statement(stmt) for stmt in body)

    def statement(self, stmt: Stmt) -> Stmt:
        before = dict(self.rewriter.applied)
        new = self.rewrite(stmt)
        if new is not stmt and stmt.spans:
            used = [name for name, count in self.rewriter.applied.items() if count != before.get(name)]
            if used:
                self.ctx.remark(Remark("simplify", ", ".join(used), stmt.spans))
        return new

    def rewrite(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Bind(_, value):
                return _with(stmt, value=self.bound(value))
            case Store(_, value, mask):
                return _with(stmt, value=self.stored(value), mask=None if mask is None else self.expression(mask))
            case For(body=body):
                return _with(stmt, body=self.block(body))
            case While(head, condition, body):
                return _with(stmt, head=self.block(head), condition=self.expression(condition), body=self.block(body))
            case If(condition, then, orelse):
                return _with(
                    stmt, condition=self.expression(condition), then=self.block(then), orelse=self.block(orelse)
                )
            case Check(condition, _, _):
                return _with(stmt, condition=self.expression(condition))
            case Return(value):
                return _with(
                    stmt, value=arr.map_result(value, lambda e: e if e.type.kind == "array" else self.expression(e))
                )
            case _:
                return stmt

    def expression(self, value: Expr) -> Expr:
        return self.rewriter.simplify(value)

    def bound(self, value: Expr) -> Expr:
        """The value of a new array: what became a variable or a view of one is copied."""
        new = self.expression(value)
        base = new
        while isinstance(base, View):
            base = base.base
        if new is not value and new.type.kind == "array" and isinstance(base, Ref):
            return Apply(table()["cast"], (new,), new.type.dtype, new.type)
        return new

    def stored(self, value: Expr) -> Expr:
        """The right side of a store, which is read whole before anything is written: it needs no copy."""
        new = self.expression(value)
        if is_copy(new):
            return new.args[0]
        if isinstance(new, Apply) and new.op.name == "full":
            return new.args[0]
        return new


def _with(stmt: Stmt, **parts: object) -> Stmt:
    """`stmt` with other parts; the same object where they are the same."""
    if all(getattr(stmt, name) is part or getattr(stmt, name) == part for name, part in parts.items()):
        return stmt
    return replace(stmt, **parts)  # type: ignore[arg-type]
