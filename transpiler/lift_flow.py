"""libcst -> Array IR: branches and loops, and the variables that they carry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import libcst as cst

from ..ir import array as arr
from ..ir.array import Const, Expr, Extent, Ref
from ..ir.types import PY_BOOL, PY_INT, Size, Type
from . import ambiguous, build, widening
from .blocks import assigned_names_of_target, leaves, own_jumps, settled_names, settled_on_both
from .context import TypeChanged
from .diagnostics import Unsupported
from .lift_check import raised, refusal
from .lift_index import subscript
from .lift_lists import appended_names, filled
from .lift_rounds import over_indices, unrolled, with_else
from .lift_store import Stores
from .names import assigned_names
from .sequences import Keywords, lazy
from .values import (
    Ambiguous,
    Tup,
    Value,
    is_array,
    zero_of,
)

_COUNTABLE = 1 << 40  # what no size of an array exceeds
_ROUNDS = 8  # trials until the types of what a loop carries stand


class Flow(Stores):
    """`if`, `for`, `while`: each variable that one carries has one type, found by trial."""

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

    def bump(self, body: Sequence[arr.Stmt]) -> None:
        """What `body` may have changed has a new version."""
        touched = self.stored_names(body)
        for name in touched:
            self.ctx.stored(name)
        for key, value in list(self.ctx.env.items()):
            if isinstance(value, Ref) and value.type.kind != "array" and value.name in touched:
                self.ctx.env[key] = Ref(value.name, self.ctx.versions[value.name], value.type)
            elif touched.intersection(ambiguous.variables(value)):
                self.ctx.env[key] = ambiguous.refreshed(self, value)

    def stored_names(self, body: Sequence[arr.Stmt]) -> set[str]:
        """The variables that `body` may change."""
        touched: set[str] = set()
        for stmt in arr.statements(tuple(body)):
            match stmt:
                case arr.Store(target, _, _):
                    touched |= self.shares.get(arr.buffer_of(target).name, {arr.buffer_of(target).name})
                case arr.Bind(name, _) | arr.Alias(name, _):
                    touched.add(name)
                case arr.Call():
                    touched.update(stmt.names)
                    touched.update(n for buffer in stmt.written for n in self.shares.get(buffer, {buffer}))
        return touched

    def entering(self, names: set[str]) -> set[str]:
        """Those of the names that a loop assigns which outlive a round: bound before it, or used after it."""
        return {name for name in names if name in self.ctx.env or name in self.outliving}

    def carrying(
        self,
        names: set[str],
        lift: Callable[[], Any],
        loop: bool,
        trips: Size | None = None,
        flagged: Collection[str] = (),
    ) -> Any:
        """Run `lift` with each of `names` in one variable of one type, found by trial.

        `trips` is the number of rounds of a counted loop, `flagged` the names that may be left without a value.
        """
        if loop:  # each round but the first reads what the one before it left
            flagged = {*flagged, *(name for name in names if name in self.ctx.maybe and name not in self.ctx.env)}
        wanted: dict[str, Type] = {}
        settled: set[str] = set()  # names that get their wider type in every round
        before = self.doubt
        if not loop or not self.runs(trips, names & (self.ctx.widened.keys() | self.ctx.weighed)):
            self.doubt += 1
        within = self.doubt
        outer = self.ctx.snapshot()
        shares = {k: set(v) for k, v in self.shares.items()}
        for _ in range(_ROUNDS):
            self.doubt = before if trips is not None and wanted.keys() & names else within
            wider = self.open(names, wanted, loop, trips, settled)
            for name in sorted(flagged):
                self.open_flag(name)
            try:
                result = lift()
            except TypeChanged as change:
                around = outer.carried.get(change.name, change)
                if change.name not in names or around is None:
                    raise  # the loop or branch around this one carries it as well, so it opens it first
                self.ctx.restore(outer)
                self.shares = {k: set(v) for k, v in shares.items()}
                wanted[change.name] = change.type
                continue
            widened = {n: flag for n, flag in self.ctx.widened.items() if n not in outer.widened}
            if sure := self.surely & widened.keys():
                settled |= sure
                self.surely -= sure
                self.ctx.restore(outer)
                self.shares = {k: set(v) for k, v in shares.items()}
                continue
            widening.settle(wider, result, loop)
            self.unsettled, self.doubt = widened, before
            self.ctx.carried, self.ctx.flags = dict(outer.carried), dict(outer.flags)
            self.ctx.widened, self.ctx.weighed = dict(outer.widened), set(outer.weighed)
            return result
        raise Unsupported("MDSL309", "the types of the variables in this loop do not settle")

    def runs(self, trips: Size | None, wanting: Collection[str]) -> bool:
        """Whether a loop has a round; made sure at the door where the types of `wanting` depend on it."""
        if trips is None:
            return False
        return self.ctx.require(trips - 1, "there is a round") if wanting else self.ctx.facts.nonnegative(trips - 1)

    def keep_types(self) -> None:
        """Behind a loop: names that only some rounds gave a wider type have it, or the original runs.

        Raises Unsupported where the original cannot take over.
        """
        for name, flag in self.unsettled.items():
            if not self.ctx.checking:
                raise Unsupported("MDSL309", f"`{name}` may keep the type that it has before the loop")
            self.ctx.checked = True
            wide = Ref(flag, self.ctx.versions[flag], PY_BOOL)
            self.ctx.emit(arr.Check(wide, arr.BAIL, f"`{name}` keeps the type that it has before the loop"))
        self.unsettled = {}

    def open(
        self, names: set[str], wanted: dict[str, Type], loop: bool, trips: Size | None, settled: Collection[str]
    ) -> dict[str, Expr]:
        """Gives each of the names its variable; returns those of a wider type than before, with their values."""
        ctx = self.ctx
        wider: dict[str, Expr] = {}
        # scalars first, in the order in which they were bound: it does not depend on what they are called
        place = {name: (is_array(value), k) for k, (name, value) in enumerate(ctx.env.items())}
        for name in sorted(names, key=lambda name: (place.get(name, (True, len(place))), name)):
            inherited = ctx.carried.get(name)
            value = ctx.env.get(name)
            if inherited is not None and inherited.type.kind == ambiguous.KIND:
                if name in wanted and wanted[name] != inherited.type:
                    raise Unsupported("MDSL309", f"`{name}` may be Python's int, Python's float or NumPy's")
                for part in ambiguous.variables(value) if loop else ():
                    ctx.stored(part)
                if isinstance(value, Ambiguous) and loop:
                    ctx.env[name] = ambiguous.refreshed(self, value)
                continue
            if isinstance(value, Ambiguous) or (name in wanted and wanted[name].kind == ambiguous.KIND):
                self.open_ambiguous(name, value, wanted.get(name), trips, loop)
                continue
            if inherited is not None and name not in wanted:
                if isinstance(value, Expr) and value.type.kind != "array" and inherited.name in ctx.versions and loop:
                    ctx.stored(inherited.name)
                    ctx.env[name] = Ref(inherited.name, ctx.versions[inherited.name], inherited.type)
                elif loop and isinstance(value, Ref):
                    ctx.stored(inherited.name)
                    ctx.env[name] = Ref(inherited.name, ctx.versions[inherited.name], inherited.type)
                continue
            if inherited is not None and wanted[name] != inherited.type:
                raise TypeChanged(name, wanted[name])
            if value is None:
                # first assigned inside: its variable is declared when its type is known
                type = wanted.get(name)
                if type is not None:
                    ir_name = ctx.fresh(name) if name in ctx.types or name in ctx.door else self._claim(name)
                    ctx.types[ir_name] = type
                    ctx.versions.setdefault(ir_name, 0)
                    ctx.mutable.add(ir_name)
                    ctx.carried[name] = Ref(ir_name, 0, type)
                    self.contiguous.add(ir_name)
                    self.assigned.pop(ir_name, None)
                    if loop and type.kind != "array":
                        ctx.bind(ir_name, zero_of(type))  # so that it has a value on every way through the kernel
                else:
                    ctx.carried[name] = None
                continue
            if not isinstance(value, Expr):
                ctx.carried[name] = None
                continue
            value = ctx.current(value)
            type = self.joined(name, value.type, wanted[name]) if name in wanted else value.type
            if type.kind == "array":
                self.open_array(name, value, type, name in wanted)
            else:
                if value.type.dtype != type.dtype and not (
                    trips is not None and self.ctx.require(trips - 1, f"`{name}` is assigned")
                ):
                    # without a single round the variable would keep the type that it has before
                    raise Unsupported("MDSL309", f"`{name}` may change its type from {value.type} to {type}")
                widens, runs = value.type.dtype != type.dtype, True
                if value.type.weak and not type.weak:
                    runs = self.runs(trips, {name})
                    ctx.weighed.add(name)
                    widens = True  # a Python number that becomes NumPy's, in the same dtype or another
                if widens and name not in settled:
                    flag = ctx.widened[name] = ctx.fresh(f"{name}_is_{type.dtype.name}")
                    self.doubts[flag] = self.doubt if runs else -1
                    ctx.mutable.add(flag)
                    ctx.bind(flag, Const(False, PY_BOOL))
                self.open_scalar(name, value, type)
                if widens and (cell := ctx.carried[name]) is not None:
                    wider[cell.name] = value
        return wider

    def open_ambiguous(self, name: str, value: Value | None, type: Type | None, trips: Size | None, loop: bool) -> None:
        """A number that is, or becomes, Python's or NumPy's: its variable, and the one that tells which it is.

        Raises Unsupported where it is another kind of thing on some way.
        """
        ctx = self.ctx
        if value is None:
            assert type is not None
            if loop:
                raise Unsupported("MDSL309", f"`{name}` may be Python's or NumPy's, and begins in a loop")
            number = None
        else:
            number = ambiguous.number_of(ctx, value)
            if number is None:
                raise Unsupported("MDSL309", f"`{name}` may be Python's int, Python's float or NumPy's")
        if number is not None and type is not None and not ambiguous.is_true(number.is_numpy):
            if number.python != type.dtype:
                raise Unsupported("MDSL309", f"`{name}` may be Python's int, Python's float or NumPy's")
        python = type.dtype if type is not None else number.python  # type: ignore[union-attr]
        ir_name, flag = ctx.fresh(name), ctx.fresh(f"{name}_is_numpy")
        self.kinds[ir_name] = flag
        ctx.mutable.update((ir_name, flag))
        ctx.types[ir_name], ctx.types[flag] = ambiguous.NUMPY_FLOAT, PY_BOOL
        ctx.carried[name] = Ref(ir_name, 0, ambiguous.TYPES[python])
        if number is None:
            ctx.versions.setdefault(ir_name, 0)
            ctx.versions.setdefault(flag, 0)
            return
        ctx.bind(ir_name, number.value)
        ctx.bind(flag, number.is_numpy)
        for part in (ir_name, flag):
            ctx.stored(part)
        held = Ref(ir_name, ctx.versions[ir_name], ambiguous.NUMPY_FLOAT)
        ctx.env[name] = Ambiguous(held, Ref(flag, ctx.versions[flag], PY_BOOL), python)

    def open_flag(self, name: str) -> None:
        """A name that may be left without a value: its variable has one, and a flag tells whether it counts.

        Raises Unsupported for an array, which has no value to begin with.
        """
        ctx = self.ctx
        cell = ctx.carried[name]
        if name in ctx.flags or cell is None:
            return  # what is around it has the flag; or nothing is assigned yet that has a type
        if cell.type.kind in ("array", ambiguous.KIND):
            raise Unsupported("MDSL305", f"`{name}` may have no value here")
        earlier, flag = ctx.maybe.get(name, (None, None))
        before: Expr = Const(False, PY_BOOL)
        if earlier is None or flag is None:
            if not ctx.versions[cell.name]:
                ctx.bind(cell.name, zero_of(cell.type))
        else:
            if earlier.type != cell.type:
                raise Unsupported("MDSL309", f"`{name}` changes its type from {earlier.type} to {cell.type}")
            ctx.bind(cell.name, Ref(earlier.name, ctx.versions[earlier.name], earlier.type))
            before = Ref(flag, ctx.versions[flag], PY_BOOL)
        ctx.flags[name] = ctx.fresh(f"{name}_is_bound")
        ctx.mutable.add(ctx.flags[name])
        ctx.bind(ctx.flags[name], before)
        ctx.maybe[name] = (cell, ctx.flags[name])

    def open_scalar(self, name: str, value: Expr, type: Type) -> None:
        ctx = self.ctx
        if value.type != type:
            if value.type.weak and not type.weak and type.dtype.kind in "iu" and value.type.dtype.kind == "i":
                build._fits(ctx, value, type.dtype)  # the first round raises where it does not
            value = build.cast(value, type.dtype, type.kind)
        taken = name in ctx.types or name in ctx.door
        owned = isinstance(value, Ref) and self._own(name, value) and value.name not in ctx.frozen
        ref = value if owned else ctx.bind(ctx.fresh(name) if taken else self._claim(name), value)
        ctx.mutable.add(ref.name)
        ctx.stored(ref.name)
        ctx.env[name] = ctx.carried[name] = Ref(ref.name, ctx.versions[ref.name], type)

    def open_array(self, name: str, value: Expr, type: Type, rebound: bool) -> None:
        """An array that a loop or a branch assigns: rebound only where a trial saw it, stored into otherwise."""
        ctx = self.ctx
        if not rebound:
            ctx.carried[name] = None
            return
        type = self.joined(name, value.type, type)
        if not isinstance(value, Ref):
            raise Unsupported("MDSL309", f"the view `{name}` is bound to another array in a loop or a branch")
        if self.readonly & self.shares.get(value.name, {value.name}):
            # one variable of a kernel is one type: what it is bound to next would be read-only too
            raise Unsupported("MDSL309", f"the read-only array `{name}` is bound to another one in a loop or a branch")
        ir_name = ctx.fresh(name)
        ctx.types[ir_name] = type
        ctx.versions[ir_name] = 1
        ctx.mutable.add(ir_name)
        ctx.emit(arr.Alias(ir_name, value))
        self.assigned[ir_name] = [ctx.facts.copy()]
        self.share(ir_name, value.name)
        if value.name in self.contiguous:
            self.contiguous.add(ir_name)
        ctx.env[name] = ctx.carried[name] = Ref(ir_name, 1, type)

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

    def bump_stores(self, body: cst.BaseSuite) -> None:
        """At the start of a loop's body every array that exists may have been stored to by the round before."""
        for name, type in self.ctx.types.items():
            if type.kind == "array" or name in self.ctx.mutable:
                if name in self.ctx.versions:
                    self.ctx.stored(name)
        self.refresh()

    def refresh(self) -> None:
        """Each name means its variable as it is now: a loop, also one of a helper, makes new versions of them all."""
        for key, value in list(self.ctx.env.items()):
            if isinstance(value, Ref) and value.type.kind != "array" and value.name in self.ctx.mutable:
                self.ctx.env[key] = Ref(value.name, self.ctx.versions[value.name], value.type)
            elif isinstance(value, Ambiguous):
                self.ctx.env[key] = ambiguous.refreshed(self, value)

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
        if node.orelse is not None:
            with_else(self, node, node.orelse, self.repeat)
            return
        ctx = self.ctx
        self.at(node.test)
        spans = ctx.spans
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
        trial = ctx.snapshot()
        certain, _ = self.apart(lambda: self.decide(node.test))
        ctx.restore(trial)
        # a loop whose test holds at the start runs at least once
        trips = Size(1) if isinstance(certain, Const) and certain.value else None
        first = names - set(before)
        head, condition, body = self.carrying(names, lift_body, True, trips, first)
        opened = self._after_open(before)
        ctx.spans = spans
        ctx.emit(arr.While(head, condition, body))
        self.bump(head + body)
        self.keep_types()
        self.after_loop(before, opened, names)
