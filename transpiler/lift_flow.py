"""libcst -> Array IR: branches and loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from ..ir import array as arr
from ..ir.array import Const, Expr, Extent, Ref
from ..ir.types import PY_INT, Size
from . import ambiguous, widening
from .blocks import assigned_names_of_target, leaves, own_jumps, settled_names, settled_on_both
from .diagnostics import Unsupported
from .lift_carrying import Carrying
from .lift_check import raised, refusal
from .lift_index import subscript
from .lift_lists import appended_names, filled
from .lift_rounds import over_indices, unrolled, with_else
from .names import assigned_names
from .sequences import Keywords, lazy
from .values import Ambiguous, Tup, Value

_COUNTABLE = 1 << 40  # what no size of an array exceeds


class Flow(Carrying):
    """`if`, `for` and `while`."""

    def branch(self, node: cst.If) -> bool:
        self.at(node.test)
        if (error := raised(node)) is not None:
            refusal(self, node, error)
            return False
        spans = self.ctx.spans
        truth = self.decide(node.test)
        otherwise: Any = node.orelse.body if isinstance(node.orelse, cst.Else) else node.orelse
        if isinstance(truth, Const):
            if truth.value:
                return self.block(node.body)
            if otherwise is None:
                return False
            return self.branch(otherwise) if isinstance(otherwise, cst.If) else self.block(otherwise)
        names = self.outlasting(node.body, otherwise)
        truth = self.ctx.current(truth)
        self.ctx.verify(truth)

        def lift_branches() -> tuple[tuple[arr.Stmt, ...], bool, dict, tuple[arr.Stmt, ...], bool, dict]:
            start = dict(self.ctx.env)
            before = self.ctx.facts
            self.ctx.facts = self.ctx.given(truth, True)
            left, then = self.apart(lambda: self.block(node.body))
            env_then = self.ctx.env
            self.ctx.env, self.ctx.facts = dict(start), before
            self.ctx.facts = self.ctx.given(truth, False)
            self.bump(then)  # what the other way reads is not what this one left
            skipped, orelse = False, ()
            if otherwise is not None:
                lift_other = (
                    (lambda: self.branch(otherwise))
                    if isinstance(otherwise, cst.If)
                    else (lambda: self.block(otherwise))
                )
                skipped, orelse = self.apart(lift_other)
            self.ctx.facts = before
            return then, left, env_then, orelse, skipped, self.ctx.env

        flagged = self.uncertain(node.body, otherwise)
        names |= flagged
        then, left, env_then, orelse, skipped, env_else = self.carrying(names, lift_branches, False, None, flagged)
        self.ctx.spans = spans
        self.ctx.emit(arr.If(truth, then, orelse))
        self.merge(names, left, env_then, skipped, env_else)
        self.bump(then + orelse)
        self.keep_types()
        return left and skipped

    def outlasting(self, body: cst.BaseSuite, otherwise: Any) -> set[str]:
        """The names that a branch assigns and that have a value after it: bound before it, or on every way through."""
        then, other = assigned_names(body), assigned_names(otherwise) if otherwise is not None else set()
        then = then | appended_names(self, body, otherwise)
        left, skipped = leaves(body), otherwise is not None and leaves(otherwise)
        both = then & other if not (left or skipped) else other if not skipped else then if not left else set()
        return {name for name in then | other if name in self.ctx.env or name in both}

    def uncertain(self, body: cst.BaseSuite, otherwise: Any) -> set[str]:
        """The names that a branch assigns and that are used after it although it may leave them without a value."""
        assigned = assigned_names(body) | (assigned_names(otherwise) if otherwise is not None else set())
        bound = set() if otherwise is None else settled_on_both(body, otherwise)
        return {name for name in assigned - bound if name not in self.ctx.env and name in self.outliving}

    def merge(self, names: set[str], left: bool, env_then: dict, skipped: bool, env_else: dict) -> None:
        """The names after a branch: those that each way through it leaves with a value."""
        if left and not skipped:
            self.ctx.env = env_else
        elif skipped and not left:
            self.ctx.env = env_then
        else:
            merged = {}
            for name, value in env_then.items():
                other = env_else.get(name)
                if other is None and name not in env_else:
                    continue
                same = value is other or value == other
                if not same and ambiguous.variables(value) and ambiguous.variables(value) == ambiguous.variables(other):
                    value, same = ambiguous.refreshed(self, value), True
                if not same and isinstance(value, Ref) and isinstance(other, Ref) and value.name == other.name:
                    value, same = Ref(value.name, self.ctx.versions[value.name], value.type), True
                if same:
                    merged[name] = value
            self.ctx.env = merged

    def loop(self, node: cst.For) -> None:
        self.at(node.iter)
        if node.orelse is not None:
            with_else(self, node, node.orelse, self.loop)
            return
        spans = self.ctx.spans
        if over_indices(self, node) or filled(self, node):
            return
        sequence = self.expr(node.iter)
        grows = not own_jumps(node.body) and any(
            isinstance(self.ctx.env.get(name), Tup) for name in appended_names(self, node.body)
        )
        if isinstance(sequence, (Tup, Keywords)) or (grows and self.items(sequence) is not None):
            unrolled(self, node, self.items(sequence) or ())
            return
        walked = lazy(self, sequence)
        if walked is None:
            raise Unsupported("MDSL304", "a loop over this is not compiled")
        if walked.bounds is not None:
            widening.counted(self, node, *walked.bounds, spans=spans)
        else:
            widening.counted(self, node, Size(0), walked.length, 1, spans=spans, item=walked.item)

    def _row(self, array: Expr, index: Size) -> Value:
        return subscript(self, self.ctx.current(array), [Extent(index)])

    def bounds(self, args: list[Expr]) -> tuple[Size, Size, int]:
        sizes = [self.ctx.normal(self.ctx.size(arg, "bound")) for arg in args]
        lo, hi, step = (Size(0), sizes[0], Size(1)) if len(sizes) == 1 else (*sizes, Size(1))[:3]
        if not step.is_const or step == 0:
            raise Unsupported("MDSL304", "a `range` whose step is not known at compile time")
        return lo, hi, step.const

    def counted(
        self, node: cst.For, lo: Size, hi: Size, step: int, *, spans: Any, item: Callable[[Size], Value] | None = None
    ) -> None:
        """A loop over the integers lo, lo + step … before hi; `item` gives what the target is bound to."""
        ctx = self.ctx
        target_names = assigned_names_of_target(node.target)
        hint = node.target.value if isinstance(node.target, cst.Name) and item is None else "i"
        rebinds_target = bool(target_names & assigned_names(node.body))
        lasting = {name for name in target_names if name in self.outliving}  # the last one is used after the loop
        names = self.entering(assigned_names(node.body) - target_names) | lasting | appended_names(self, node.body)
        cells: dict[str, Ref | None] = {}

        def lift_body() -> tuple[str, tuple[arr.Stmt, ...]]:
            var = ctx.fresh(hint) if hint in ctx.types or hint in ctx.door or hint in ctx.frozen else self._claim(hint)
            ctx.frozen.add(var)
            ctx.types[var] = PY_INT
            if (most := max(ctx.magnitude(Extent(lo)) or 0, ctx.magnitude(Extent(hi)) or 0)) > _COUNTABLE:
                ctx.wide[var] = most
            known = ctx.facts.copy()
            index = Size.named(var)
            if step > 0:
                ctx.facts.add(index - lo, hi - 1 - index)
            else:
                ctx.facts.add(lo - index, index - hi - 1)

            def body() -> None:
                for name in target_names - lasting:
                    ctx.carried.pop(name, None)
                self.bump_stores(node.body)  # a row is read as the round before left it
                value = Extent(index) if item is None else item(index)
                if rebinds_target and isinstance(value, Extent):
                    value = ctx.bind_fresh(f"{hint}_now", value)
                self.bind_target(node.target, value)
                if isinstance(node.target, cst.Name) and isinstance(value, Extent):
                    ctx.env[node.target.value] = value  # also where a variable keeps the last one
                cells.update({name: ctx.carried.get(name) for name in lasting})
                self.block(node.body)

            self.loops += 1
            try:
                _, stmts = self.apart(body)
            finally:
                self.loops -= 1
            ctx.facts = known
            return var, stmts

        before = dict(ctx.env)
        trips = hi - lo if step == 1 else lo - hi if step == -1 else None
        first, jumps = names - set(before), own_jumps(node.body)
        certain = not jumps and trips is not None and (not first or ctx.require(trips - 1, "there is a round"))
        flagged = first - settled_names(node.body) - target_names if certain else first
        var, body = self.carrying(names, lift_body, True, trips, flagged)
        # a target has no variable that outlives the rounds unless it is known to be used after them
        opened = {n: v for n, v in self._after_open(before).items() if n not in target_names - lasting}
        for name in first - flagged:
            # bound by every round: after the loop it has a value
            last = ctx.env.get(name)
            if isinstance(last, (Expr, Ambiguous)):
                opened[name] = last
        for name, cell in cells.items():
            if cell is not None and cell.type.kind == ambiguous.KIND:
                raise Unsupported("MDSL309", f"`{name}` may be Python's or NumPy's after the loop")
            if cell is not None and (name in before or certain):
                opened[name] = Ref(cell.name, ctx.versions[cell.name], cell.type)
        ctx.spans = spans
        ctx.emit(arr.For(var, lo, hi, step, body))
        self.bump(body)
        self.keep_types()
        self.after_loop(before, opened, names | target_names)

    def _after_open(self, before: dict[str, Value]) -> dict[str, Value]:
        return {name: value for name, value in self.ctx.env.items() if name in before}

    def after_loop(self, before: dict[str, Value], opened: dict[str, Value], names: set[str]) -> None:
        """After a loop a name that only its body bound may have no value; the others hold what the last round left."""
        env = {}
        for name, value in opened.items():
            if isinstance(value, Ref) and value.type.kind != "array":
                value = Ref(value.name, self.ctx.versions.get(value.name, 0), value.type)
            elif isinstance(value, Ambiguous):
                value = ambiguous.refreshed(self, value)
            elif name in names and name in before and not isinstance(value, Ref) and value is not before.get(name):
                continue
            env[name] = value
        self.ctx.env = env

    def repeat(self, node: cst.While) -> None:
        """A loop with a test at its head, which is asked once more ahead of it where types depend on a first round."""
        if node.orelse is not None:
            with_else(self, node, node.orelse, self.repeat)
            return
        ctx = self.ctx
        self.at(node.test)
        spans = ctx.spans
        back, env, types = self.mark(), dict(ctx.env), set(ctx.types)
        at_first, effects = self.apart(lambda: self.decide(node.test))
        again = ctx.env == env and all(isinstance(s, arr.Bind) and s.name not in types for s in effects)
        back()
        certain = isinstance(at_first, Const) and bool(at_first.value)
        try:
            self.repeated(node, certain, spans)
        except Unsupported as reason:
            told = isinstance(at_first, Expr) and not isinstance(at_first, Const) and again
            if reason.diagnostics[0].code != widening.CODE or not told or not ctx.checking:
                raise
            back()
            ctx.spans, ctx.checked = spans, True
            ctx.emit(arr.Check(self.decide(node.test), arr.BAIL, "the loop has a round"))
            self.repeated(node, True, spans)

    def repeated(self, node: cst.While, certain: bool, spans: Any) -> None:
        """A loop with a test at its head; `certain` says that it holds at the start, so that there is a round."""
        ctx = self.ctx
        names = self.entering(assigned_names(node.body) | assigned_names(node.test)) | appended_names(self, node.body)

        def lift_body() -> tuple[tuple[arr.Stmt, ...], Expr, tuple[arr.Stmt, ...]]:
            known = ctx.facts.copy()
            self.bump_stores(node.body)
            condition, head = self.apart(lambda: self.decide(node.test))
            self.loops += 1
            try:
                _, stmts = self.apart(lambda: self.block(node.body))
            finally:
                self.loops -= 1
            ctx.facts = known
            return head, condition, stmts

        before = dict(ctx.env)
        trips = Size(1) if certain else None
        first = names - set(before)
        head, condition, body = self.carrying(names, lift_body, True, trips, first)
        opened = self._after_open(before)
        ctx.spans = spans
        ctx.emit(arr.While(head, condition, body))
        self.bump(head + body)
        self.keep_types()
        self.after_loop(before, opened, names)
