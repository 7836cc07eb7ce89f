"""libcst -> Array IR: calls of the program's own functions, whose bodies are lifted in the caller's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from ..ir import array as arr
from ..ir.array import Const, Expr
from .blocks import flat
from .diagnostics import MdslError, Unsupported
from .lift_flow import Flow
from .names import assigned_names
from .sequences import Keywords
from .simpler import left_by_breaks, returns_in_loops, simplified
from .source import FunctionSource, function_source
from .values import NONE, Closure, Static, Tup, Value, constant

RETURNED = "returned_"  # the variable that holds what a helper with several returns gives
_INLINING = 12  # depth of helpers in helpers; recursion ends here


class Inlining(Flow):
    """Calls: arguments bound as Python binds them, the body lifted, its returns followed."""

    returned: list[Value] | None  # where the returns of an inlined helper go
    return_depth: int
    inlined: int
    scopes: dict[int, dict[str, Value]]  # the names of calls that wait or are over
    calls: int

    def sequence(self, lines: Sequence[cst.CSTNode]) -> bool:
        """Lift statements one after the other; whether they always leave. Given by the subclass."""
        raise NotImplementedError

    def branch_returning(self, node: cst.If, rest: Sequence[cst.CSTNode]) -> bool:
        """A branch of a helper that returns in it: what follows belongs to the ways that do not."""
        self.at(node.test)
        spans = self.ctx.spans
        truth = self.decide(node.test)
        orelse = node.orelse
        other: Sequence[cst.CSTNode] = (
            () if orelse is None else flat(orelse.body) if isinstance(orelse, cst.Else) else (orelse,)
        )
        ways = ((*flat(node.body), *rest), (*other, *rest))
        if isinstance(truth, Const):
            return self.sequence(ways[0] if truth.value else ways[1])
        truth = self.ctx.current(truth)
        self.ctx.verify(truth)
        names = set().union(*(assigned_names(line) for way in ways for line in way)) | {RETURNED}
        outer, self.returned = self.returned, []

        def lift_way(way: Sequence[cst.CSTNode]) -> None:
            self.returned = []
            if not self.sequence(way):
                self.returned = [NONE]
            assert self.returned
            self.assign(RETURNED, self.returned[0])

        def lift_ways() -> tuple[tuple[arr.Stmt, ...], tuple[arr.Stmt, ...]]:
            start, before = dict(self.ctx.env), self.ctx.facts.copy()
            depth, self.return_depth = self.return_depth, self.return_depth + 1
            try:
                _, then = self.apart(lambda: lift_way(ways[0]))
                self.ctx.env, self.ctx.facts = dict(start), before.copy()
                self.bump(then)
                _, orelse = self.apart(lambda: lift_way(ways[1]))
            finally:
                self.return_depth = depth
            self.ctx.facts = before
            return then, orelse

        then, orelse = self.carrying(names, lift_ways, loop=False)
        self.returned = outer
        self.ctx.spans = spans
        self.ctx.emit(arr.If(truth, then, orelse))
        self.bump(then + orelse)
        value = self.ctx.env.get(RETURNED)
        if not isinstance(value, Expr):
            raise Unsupported("MDSL310", "a helper whose returns differ in kind")
        assert self.returned is not None
        self.returned.append(self.ctx.current(value))
        return True

    def inline(
        self, function: Closure | Static, args: list[Value], kwargs: dict[str, Value], pure: bool = False
    ) -> Value:
        """The call of a function of the program, its body lifted here; `pure` says that it stores to nothing."""
        if self.inlined >= _INLINING:
            raise Unsupported("MDSL310", "helpers are called too deep, or call themselves")
        if isinstance(function, Closure):
            source, outer = function.source, dict(self.names_of(function.frame))
            node: Any = function.node
        else:
            try:
                source, outer = function_source(function.value), {}
                node = source.node
            except MdslError as error:
                raise Unsupported("MDSL310", error.diagnostics[0].message) from error
        node = simplified(node, self.branching)
        if isinstance(node, cst.FunctionDef) and returns_in_loops(node.body):
            node = node.with_changes(body=left_by_breaks(node.body))
        bound = self.arguments(node, args, kwargs, source, function)
        if not pure:
            # what the body stores to must not change the arguments that were computed before
            bound = {name: self.held(value, name) for name, value in bound.items()}
        saved = (self.source, self.ctx.env, self.ctx.carried, self.returned, self.local_names, self.return_depth)
        flagged = (self.ctx.flags, self.ctx.maybe, self.ctx.widened, self.ctx.weighed)
        way = self.way
        if isinstance(function, Static):
            self.way += f"{function.origin or source.name}/"
        caller, self.calls = self.frame, self.calls + 1
        self.scopes[caller], self.frame = self.ctx.env, self.calls
        self.source, self.ctx.env, self.ctx.carried = source, {**outer, **bound}, {}
        # the helper may have names of the caller's: what is known of those is nothing to it
        self.ctx.flags, self.ctx.maybe, self.ctx.widened, self.ctx.weighed = {}, {}, {}, set()
        self.returned, self.return_depth = [], self.ctx.depth
        self.local_names = frozenset(assigned_names(node.body)) - set(outer)
        self.inlined += 1
        versions, begun = dict(self.ctx.versions), len(self.ctx.out)
        try:
            if isinstance(node, cst.Lambda):
                result = self.expr(node.body)
            else:
                self.block(node.body)
                result = self.returned[0] if self.returned else NONE
            return _outside(result, function.origin or source.name) if isinstance(function, Static) else result
        finally:
            self.inlined -= 1
            self.way = way
            self.scopes[self.frame], self.frame = self.ctx.env, caller
            self.source, self.ctx.env, self.ctx.carried, self.returned, self.local_names, self.return_depth = saved
            self.ctx.flags, self.ctx.maybe, self.ctx.widened, self.ctx.weighed = flagged
            if pure:
                # a loop in it made new versions of every array; those that it did not store to are what they were
                changed = self.stored_names(self.ctx.out[begun:])
                for name, version in self.ctx.versions.items():
                    self.ctx.latest[name] = max(version, self.ctx.latest.get(name, 0))
                self.ctx.versions.update({n: v for n, v in versions.items() if n not in changed})
            self.refresh()
            if isinstance(function, Static) and not pure:
                path = function.origin or source.name
                relied = {f"{path}/{name}": value for name, value in source.namespace.used.items()}
                saved[0].namespace.used.update(relied | {f"{path}()": function.value})

    def names_of(self, frame: int) -> dict[str, Value]:
        """The names of a call as they are now: of the one that is lifted, of one that waits for it or is over."""
        return self.ctx.env if frame == self.frame else self.scopes[frame]

    def arguments(
        self, node: Any, args: list[Value], kwargs: dict[str, Value], source: FunctionSource, function: Closure | Static
    ) -> dict[str, Value]:
        """The parameters' names and what each is bound to. Raises Unsupported where Python raises TypeError."""
        params = node.params
        only = [p.name.value for p in params.posonly_params]
        names = [*only, *(p.name.value for p in params.params)]
        by_name = [p.name.value for p in params.kwonly_params]
        rest = params.star_arg.name.value if isinstance(params.star_arg, cst.Param) else None
        others = params.star_kwarg.name.value if params.star_kwarg is not None else None
        bound = dict(zip(names, args, strict=False))
        surplus = {k: v for k, v in kwargs.items() if k not in names[len(only) :] and k not in by_name}
        if (len(args) > len(names) and rest is None) or (surplus and others is None):
            raise Unsupported("MDSL303", f"`{source.name}` does not take these arguments: Python raises TypeError")
        if bound.keys() & (kwargs.keys() - surplus.keys()):
            raise Unsupported("MDSL303", "an argument is given twice: Python raises TypeError")
        bound.update({k: v for k, v in kwargs.items() if k not in surplus})
        defaults = function.defaults if isinstance(function, Closure) else _defaults(function.value, names)
        for name in (*names, *by_name):
            if name not in bound:
                if name not in defaults:
                    raise Unsupported("MDSL303", f"the argument `{name}` is missing: Python raises TypeError")
                bound[name] = defaults[name]
        if rest is not None:
            bound[rest] = Tup(tuple(args[len(names) :]))
        if others is not None:
            bound[others] = Keywords(surplus)  # type: ignore[assignment]
        return bound


def _outside(result: Value, path: str) -> Value:
    """What a helper returns, as its caller finds it: objects are found by way of the helper."""
    match result:
        case Static(value, origin) if origin is not None:
            return Static(value, f"{path}/{origin}")
        case Tup(items) if type(result) is Tup and any(isinstance(item, (Static, Tup)) for item in items):
            return Tup(tuple(_outside(item, path) for item in items), result.mutable)
        case _:
            return result


def _defaults(function: Any, names: Sequence[str]) -> dict[str, Value]:
    """The values that a function's parameters have where they are not given."""
    given = function.__defaults__ or ()
    values = dict(zip(reversed(names), reversed(given), strict=False)) | (function.__kwdefaults__ or {})
    return {name: constant(value) for name, value in values.items()}
