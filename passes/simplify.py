"""Do the algebra before the arithmetic: rules that always gain, then the order that costs least."""

from __future__ import annotations

from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Apply, Bind, Check, Expr, Extent, For, If, Program, Ref, Return, Stmt, Store, View, While
from ..ir.facts import door_facts
from ..ir.free_names import free_name
from ..ir.ops import table
from ..ir.span import NOWHERE
from ..ir.types import PY_BOOL
from .algebra.choose import cheapest, equations, usual_form
from .algebra.local import Rewriter, is_copy
from .algebra.pattern import Level
from .algebra.saturate import Equations
from .algebra.views import parts_at
from .context import Context, Remark
from .names import taken

_PARTS = 8  # arrays joined, of which one is found by comparisons one after the other


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
    return result, np.sum(x[0]) * 0.5 + 0
    """
    from .rules import builtin, user_rules

    level: Level = "fast" if ctx.options.fastmath else "close"
    rules = (*builtin(), *user_rules())
    rewriter = Rewriter(rules, level, door_facts(program))
    body = _Simplifier(rewriter, equations(rules, level), taken(program), ctx).block(program.body)
    return program if body == program.body else replace(program, body=body)


class _Simplifier:
    def __init__(self, rewriter: Rewriter, equations: Equations, names: set[str], ctx: Context) -> None:
        self.rewriter = rewriter
        self.equations = equations
        self.original = frozenset(names)
        self.names = names
        self.ctx = ctx
        self.spans = NOWHERE  # of the statement that is rewritten
        self.ahead: list[Stmt] | None = None  # what has to be computed before the statement; None where nothing can be

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(new for stmt in body for new in self.statement(stmt))

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        before = dict(self.rewriter.applied)
        outer, self.ahead = self.ahead, None if isinstance(stmt, While) else []
        self.spans = stmt.spans
        new = self.rewrite(stmt)
        ahead, self.ahead = self.ahead or [], outer
        if isinstance(new, Bind) and isinstance(new.value, Apply) and is_copy(new.value) and len(ahead) == 1:
            (held,) = new.value.args
            if isinstance(held, Ref) and held.name not in self.original:  # each form is bound to the name itself
                return (_renamed(ahead[0], held.name, new.name),)
        used = [name for name, count in self.rewriter.applied.items() if count != before.get(name)]
        if used and stmt.spans:
            self.ctx.remark(Remark("simplify", ", ".join(used), stmt.spans))
        return (*ahead, new)

    def rewrite(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Bind(_, value):
                return _with(stmt, value=self.bound(value))
            case Store(_, value, mask):
                return _with(stmt, value=self.stored(value), mask=None if mask is None else self.expression(mask))
            case For(body=body):
                with self.rewriter.within(stmt):
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
        simple = self.parted(self.rewriter.simplify(value))
        if not self.equations.may_apply(simple):
            return simple
        return self.rewriter.simplify(self.ordered(simple))

    def parted(self, root: Expr) -> Expr:
        """`root` with each element of a concatenation read from the part that holds it: an `if` ahead finds it."""
        if self.ahead is None or not any(_is_element_of_parts(node) for node in arr.walk(root)):
            return root
        done: dict[Expr, Expr] = {}
        for node in arr.walk(root):
            done[node] = new = arr.rebuild(node, tuple(done[arg] for arg in node.args))
            if isinstance(new, View) and _is_element_of_parts(new):
                name = self.fresh("element")
                position = Extent(new.axes[new.base.attrs.axis].offset)  # type: ignore[attr-defined]
                ways = parts_at(new)
                body: tuple[Stmt, ...] = (self.way(name, ways[-1][1]),)
                for end, element in reversed(ways[:-1]):
                    inside = Apply(table()["less"], (position, Extent(end)), None, PY_BOOL)
                    body = (If(inside, (self.way(name, element),), body, spans=self.spans),)
                self.ahead.extend(body)
                self.rewriter.note("the part that holds an element")
                done[node] = Ref(name, 1, new.type)
        return done[root]

    def ordered(self, root: Expr) -> Expr:
        """`root` with each part that equations are about in its cheapest form, inner parts first."""
        done: dict[Expr, Expr] = {}
        inside: set[Expr] = set()  # operands within a part: the part is looked at as a whole
        nodes = list(arr.walk(root))
        for node in reversed(nodes):
            if self.equations.takes(node):
                inside.update(arg for arg in node.args if self.equations.takes(arg))
        for node in nodes:
            new = arr.rebuild(node, tuple(done[arg] for arg in node.args))
            if node not in inside and self.equations.takes(new):
                new = self.chosen(new)
            done[node] = new
        return done[root]

    def chosen(self, part: Expr) -> Expr:
        choice = cheapest(part, self.equations)
        if choice is None:
            return part
        self.rewriter.note("the order that costs least")
        if len(choice.forms) == 1:
            return choice.forms[0]
        if self.ahead is None:
            return usual_form(choice)
        name = self.fresh("product")
        body: tuple[Stmt, ...] = (self.way(name, choice.forms[-1]),)
        for condition, form in reversed(list(zip(choice.conditions(), choice.forms, strict=False))):
            body = (If(condition, (self.way(name, form),), body, spans=self.spans),)
        self.ahead.extend(body)
        return Ref(name, 1, part.type)

    def way(self, name: str, form: Expr) -> Stmt:
        return Bind(name, self.rewriter.simplify(form), spans=self.spans)

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.names)

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


def _is_element_of_parts(node: Expr) -> bool:
    """An element of a concatenation of a few arrays."""
    if not (isinstance(node, View) and node.type.kind != "array" and isinstance(node.base, Apply)):
        return False
    return node.base.op.name == "concatenate" and len(node.base.args) <= _PARTS


def _renamed(stmt: Stmt, name: str, new: str) -> Stmt:
    """The choice of a form with its result bound to another name."""
    match stmt:
        case Bind(bound, _) if bound == name:
            return replace(stmt, name=new)
        case If(_, then, orelse):
            return replace(
                stmt,
                then=tuple(_renamed(s, name, new) for s in then),
                orelse=tuple(_renamed(s, name, new) for s in orelse),
            )
        case _:
            return stmt


def _with(stmt: Stmt, **parts: object) -> Stmt:
    """`stmt` with other parts; the same object where they are the same."""
    if all(getattr(stmt, name) is part or getattr(stmt, name) == part for name, part in parts.items()):
        return stmt
    return replace(stmt, **parts)  # type: ignore[arg-type]
