"""Variables that loops and branches carry: one for each name, of one type, which is found by trial."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import libcst as cst

from ..ir import array as arr
from ..ir.array import Const, Expr, Ref
from ..ir.types import PY_BOOL, PY_FLOAT, PY_INT, Size, Type
from . import ambiguous, build, widening
from .context import TypeChanged
from .diagnostics import Unsupported
from .lift_store import Stores
from .values import Ambiguous, Value, is_array, zero_of

_ROUNDS = 8  # trials until the types of what a loop carries stand


class Carrying(Stores):
    """Lifts a loop or a branch with its names in variables, again and again until their types stand."""

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
                wanted[change.name] = self.either(change, trips) if loop else change.type
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

    def mark(self) -> Callable[[], None]:
        """What brings the lifter back to where it is now, as often as it is called."""
        ctx, shares, state = self.ctx.snapshot(), {k: set(v) for k, v in self.shares.items()}, (self.doubt, self.loops)

        def back() -> None:
            self.ctx.restore(ctx)
            self.shares = {k: set(v) for k, v in shares.items()}
            self.doubt, self.loops = state

        return back

    def either(self, change: TypeChanged, trips: Size | None) -> Type:
        """The type that a loop's variable gets: both kinds, where a round that is not sure makes a number NumPy's.

        Else the original runs where there is no round; but it cannot take over where something of its arguments may
        have been stored to.
        """
        value = self.ctx.env.get(change.name)
        if (
            self.ctx.checking
            or change.type != ambiguous.NUMPY_FLOAT
            or not (isinstance(value, Expr) and value.type in (PY_FLOAT, PY_INT))
            or self.runs(trips, ())
        ):
            return change.type
        return ambiguous.TYPES[value.type.dtype]

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
                self.open_ambiguous(name, value, wanted.get(name), loop)
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
                widens, runs = value.type.dtype != type.dtype, True
                if widens and not (trips is not None and self.ctx.require(trips - 1, f"`{name}` is assigned")):
                    # without a single round the variable would keep the type that it has before
                    raise Unsupported("MDSL309", f"`{name}` may change its type from {value.type} to {type}")
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

    def open_ambiguous(self, name: str, value: Value | None, wanted: Type | None, loop: bool) -> None:
        """A number that is, or becomes, Python's or NumPy's: its variable, and the one that tells which it is.

        Raises Unsupported where it is another kind of thing on some way.
        """
        ctx = self.ctx
        if value is None and loop:
            raise Unsupported("MDSL309", f"`{name}` may be Python's or NumPy's, and begins in a loop")
        if wanted is None:
            assert isinstance(value, Ambiguous)
            wanted = ambiguous.TYPES[value.python]
        number = None if value is None else ambiguous.fitting(ctx, name, value, wanted.dtype)
        ir_name, flag = ctx.fresh(name), ctx.fresh(f"{name}_is_numpy")
        self.kinds[ir_name] = flag
        ctx.mutable.update((ir_name, flag))
        ctx.types[ir_name], ctx.types[flag] = ambiguous.NUMPY_FLOAT, PY_BOOL
        ctx.carried[name] = Ref(ir_name, 0, wanted)
        if number is None:
            ctx.versions.setdefault(ir_name, 0)
            ctx.versions.setdefault(flag, 0)
            return
        held = Ambiguous(ctx.bind(ir_name, number.value), ctx.bind(flag, number.is_numpy), wanted.dtype)
        for part in (ir_name, flag):
            ctx.stored(part)
        ctx.env[name] = ambiguous.refreshed(self, held)

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

    def entering(self, names: set[str]) -> set[str]:
        """Those of the names that a loop assigns which outlive a round: bound before it, or used after it."""
        return {name for name in names if name in self.ctx.env or name in self.outliving}

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
