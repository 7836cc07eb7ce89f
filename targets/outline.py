"""Loop IR -> a driver and the kernels that it calls: which statements stay in Python, which are compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.array import Results
from ..ir.facts import door_facts
from ..ir.free_names import free_name
from ..ir.span import NOWHERE, Spans
from ..ir.types import Size
from ..passes.dependence import assigned, effects, exposed, surely_set
from ..passes.parallelise import work
from .driver_work import plain, python_does


@dataclass(frozen=True)
class Kernel:
    """A function to compile: its parameters are what it reads and does not make; `returns` what is used after it.

    `cost` is the work of one launch of its largest parallel nest, as Python text over names known at the call; None
    where nothing runs in parallel.
    """

    name: str
    params: tuple[str, ...]
    body: tuple[lp.Stmt, ...]
    returns: tuple[lp.Var, ...]
    arrays: tuple[str, ...]  # returned arrays, made or rebound in the kernel
    cost: str | None
    exits: bool  # leaves by a return within: the first value returned says by which
    types: tuple[
        str, ...
    ] = ()  # of the parameters: "float64", "float64 2" (an array of rank 2), "float64 2 @u" (u itself), "float64 2 ~u"
    # (likely u), "float64 2 new"


@dataclass(frozen=True)
class Call(lp.Stmt):
    """Runs a kernel, in place of its statements."""

    kernel: Kernel
    exits: tuple[lp.Return, ...] = ()


@dataclass(frozen=True)
class Outlined:
    body: tuple[lp.Stmt, ...]
    kernels: tuple[Kernel, ...]


def outline(program: lp.Program) -> Outlined:
    """Part the program: library calls, allocations and the final return are driven from Python, all else is in kernels.

    Allocations come first where their shapes are known at the door, so that one kernel can hold everything.
    """
    outliner = _Outliner(program)
    body = outliner.block(_allocations_first(program), after=frozenset())
    return Outlined(body, tuple(outliner.kernels))


def _allocations_first(program: lp.Program) -> tuple[lp.Stmt, ...]:
    door = {p.name for p in program.params} | {d.name for d in program.derived}
    door |= {n for p in program.params for size in p.type.shape for n in size.names}
    facts, leaves = door_facts(program), False
    first = []
    for stmt in program.body:
        if isinstance(stmt, lp.Alloc) and all(n in door for size in stmt.shape for n in size.names):
            # a program that has left before may have done so because the size is negative
            if not leaves or all(facts.nonnegative(size) for size in stmt.shape):
                first.append(stmt)
        leaves = leaves or any(isinstance(s, (lp.Check, lp.Return)) for s in lp.statements((stmt,)))
    return (*first, *(s for s in program.body if not any(s is f for f in first)))


def _driven(stmt: lp.Stmt) -> bool:
    """Whether Python has to run this statement: it calls a library, or it leaves a round of a loop that Python runs."""
    match stmt:
        case lp.Library() | lp.HostCall():
            return True
        case lp.For() | lp.While() | lp.If():
            calls = any(isinstance(s, (lp.Library, lp.HostCall)) for s in lp.statements((stmt,)))
            return calls or (isinstance(stmt, lp.If) and lp.leaves_round((stmt,)))
        case _:
            return False


class _Outliner:
    def __init__(self, program: lp.Program) -> None:
        self.program = program
        self.kernels: list[Kernel] = []
        self.mentions = Counter(lp.mentions(program.body))
        self.driven_arrays: set[str] = set()  # made or named by the driver so far
        self.rounds = 0  # loops of the driver around the statement
        self.given: set[str] = set()  # scalars that the driver has set before the block
        self.names = {p.name for p in program.params}
        arguments = {parameter: argument for argument, parameter in program.renamed}
        self.types = {
            p.name: f"{p.type.dtype} {p.type.rank} @{arguments.get(p.name, p.name)}"
            if p.type.kind == "array"
            else str(p.type.dtype)
            for p in program.params
        }
        several = _several(program)  # names of arrays that may have another layout at another time
        self.types |= {n: t.partition(" @")[0] for n, t in self.types.items() if n in several}
        for stmt in lp.statements(program.body):
            match stmt:
                case lp.Alloc(name, dtype, shape):
                    self.types[name] = f"{dtype} {len(shape)}" + " new" * (name not in several)
                case lp.Pointer(name, source, dtype, shape, reshaped):
                    plain = f"{dtype} {len(shape)}"
                    likely = plain if reshaped else self.types.get(source, plain)
                    # another name may come to stand for another array, of another layout
                    self.types[name] = likely.removesuffix(" new").replace(" @", " ~")
                case lp.Assign(name, value):
                    self.types[name] = str(value.dtype)
                case lp.HostCall(results):
                    self.types |= {name: str(dtype) for name, dtype in stmt.scalars.items()}
                    self.types |= {p.name: f"{p.type.dtype} {p.type.rank}" for p in results if p.type.kind == "array"}
                    self.names.update(stmt.names)
                    continue
                case _:
                    continue
            self.names.add(name)

    def block(self, body: Sequence[lp.Stmt], after: frozenset[str]) -> tuple[lp.Stmt, ...]:
        """A block of the driver. `after` are the names that are read once it is over."""
        out: list[lp.Stmt] = []
        run: list[lp.Stmt] = []
        rest = list(body)
        for at, stmt in enumerate(rest):
            last = at == len(rest) - 1 and not any(isinstance(s, lp.Return) for s in lp.statements(tuple(run)))
            stays = (
                _driven(stmt)
                or isinstance(stmt, (lp.Alloc, lp.Pointer, lp.Swap))
                or (isinstance(stmt, lp.Return) and last)
            )
            if isinstance(stmt, (lp.Break, lp.Continue, lp.Check, lp.Return)) and not run and not stays:
                stays = not isinstance(stmt, lp.Return) and all(plain(v) for v in lp.expressions(stmt))
            if isinstance(stmt, (lp.Break, lp.Continue)):
                stays = True
            if not stays:
                run.append(stmt)
                continue
            self.flush(out, run, reads(rest[at:]) | after)
            if isinstance(stmt, (lp.For, lp.While, lp.If)):
                stmt = self.driven(out, stmt, reads(rest[at + 1 :]) | after)
            elif isinstance(stmt, lp.Return):
                stmt = self.computed(out, stmt)
            elif isinstance(stmt, (lp.Alloc, lp.Pointer)):
                self.driven_arrays.add(stmt.name)
            elif isinstance(stmt, lp.HostCall):
                self.driven_arrays.update(stmt.arrays)
            out.append(stmt)
        self.flush(out, run, after)
        return tuple(out)

    def computed(self, out: list[lp.Stmt], stmt: lp.Return) -> lp.Return:
        """A return whose scalars are computed in a kernel, not by Python's arithmetic."""
        extra: list[lp.Stmt] = []

        def hold(value: lp.Result) -> lp.Result:
            match value:
                case Results(items, form):
                    return Results(tuple(hold(item) for item in items), form)  # type: ignore[arg-type, misc]
                case lp.ScalarResult(scalar, type) if not plain(scalar):
                    name = self.fresh("result")
                    self.types[name] = str(scalar.dtype)
                    extra.append(lp.Assign(name, scalar))
                    return lp.ScalarResult(lp.Var(name, scalar.dtype), type)
                case _:
                    return value

        value = hold(stmt.value)
        if extra:
            last = out[-1] if out else None
            if isinstance(last, Call) and not last.exits:
                # one kernel computes the arrays and what is returned of them
                out.pop()
                self.kernels.remove(last.kernel)
                extra = [*last.kernel.body, *extra]
            self.flush(out, extra, reads((lp.Return(value),)))
        return replace(stmt, value=value)

    def driven(self, out: list[lp.Stmt], stmt: lp.Stmt, after: frozenset[str]) -> lp.Stmt:
        """A loop or a branch around a library call: Python runs it, its parts are outlined."""
        before, given = set(self.driven_arrays), self.given
        self.rounds += isinstance(stmt, (lp.For, lp.While))
        self.given = given | self.known_before(out)
        try:
            return self.with_parts(out, stmt, after)
        finally:
            self.driven_arrays, self.given = before, given  # it may not have run
            self.rounds -= isinstance(stmt, (lp.For, lp.While))

    def with_parts(self, out: list[lp.Stmt], stmt: lp.Stmt, after: frozenset[str]) -> lp.Stmt:
        inside = after | reads((stmt,))
        match stmt:
            case lp.For(body=body):
                return replace(stmt, body=self.block(body, inside))
            case lp.While(head, condition, body):
                test = self.fresh("test")
                head = (*head, lp.Assign(test, condition))
                return replace(
                    stmt,
                    head=self.block(head, inside | {test}),
                    condition=lp.Var(test, condition.dtype),
                    body=self.block(body, inside),
                )
            case lp.If(condition, then, orelse):
                if not plain(condition):
                    test = self.fresh("test")
                    run: list[lp.Stmt] = [lp.Assign(test, condition)]
                    self.flush(out, run, frozenset({test}))
                    condition = lp.Var(test, condition.dtype)
                before = set(self.driven_arrays)
                then, self.driven_arrays = self.block(then, after), before
                return replace(stmt, condition=condition, then=then, orelse=self.block(orelse, after))
            case _:
                raise TypeError(type(stmt).__name__)

    def flush(self, out: list[lp.Stmt], run: list[lp.Stmt], after: frozenset[str]) -> None:
        if not run:
            return
        body, run[:] = self.held_exits(tuple(run)), []
        if all(python_does(s, self.rounds > 0) for s in body):
            out.extend(body)
            return
        made = {s.name for s in lp.statements(body) if isinstance(s, (lp.Alloc, lp.Pointer))}
        made |= {n for s in lp.statements(body) if isinstance(s, lp.Swap) for n in (s.first, s.second)}
        exits = tuple(s for s in lp.statements(body) if isinstance(s, lp.Return))
        dtypes = {s.name: s.value.dtype for s in lp.statements(body) if isinstance(s, lp.Assign)}
        dtypes |= {
            s.target.name: s.target.dtype
            for s in lp.statements(body)
            if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var)
        }
        returned = reads(exits)
        used = after | returned
        scalars = tuple(lp.Var(n, dtypes[n]) for n in sorted(assigned(body)) if n in used)
        private = self.private(body) - returned
        arrays = tuple(sorted(n for n in made - private if n in used))
        # an array that the driver has made and the kernel rebinds comes in under its name
        before = self.driven_arrays
        # a scalar that only a loop in here sets has no value to come in with
        own = self.set_here(body)
        params = tuple(n for n in _free(body, (made - before) | set(dtypes)) if n not in own)
        # a scalar that a branch, or a loop without a round, may leave as it was comes in as well
        kept = {v.name for v in scalars} - surely_set(body) - set(params)
        params += tuple(v.name for v in scalars if v.name in kept & (self.given | self.known_before(out)))
        suffix = f"_{len(self.kernels) + 1}" if self.kernels else ""
        kernel = Kernel(f"_{self.program.name}{suffix}", params, body, scalars, arrays, self.cost(body), bool(exits))
        kernel = replace(kernel, types=tuple(self.types.get(name, "int64") for name in params))
        self.kernels.append(kernel)
        spans: Spans = frozenset().union(*(s.spans for s in body)) if body else NOWHERE
        out.append(Call(kernel, exits, spans=spans))

    def private(self, body: tuple[lp.Stmt, ...]) -> set[str]:
        """Arrays that these statements make before they use them, and nothing else uses."""
        inside = Counter(lp.mentions(body))
        first: dict[str, lp.Stmt] = {}
        for stmt in lp.statements(body):
            for name in lp.mentions((lp.with_blocks(stmt, tuple(() for _ in lp.blocks(stmt))),)):
                first.setdefault(name, stmt)
        return {
            name for name, stmt in first.items() if isinstance(stmt, lp.Alloc) and inside[name] == self.mentions[name]
        }

    def held_exits(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        """The statements with every scalar that a return in them computes held in a variable of its own."""

        def held(value: lp.Result, out: list[lp.Stmt]) -> lp.Result:
            match value:
                case Results(items, form):
                    return Results(tuple(held(item, out) for item in items), form)  # type: ignore[arg-type, misc]
                case lp.ScalarResult(scalar, type) if not isinstance(scalar, lp.Lit):
                    name = self.fresh("result")
                    out.append(lp.Assign(name, scalar))
                    return lp.ScalarResult(lp.Var(name, scalar.dtype), type)
                case _:
                    return value

        new: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.Return):
                value = held(stmt.value, new)
                new.append(replace(stmt, value=value))
            else:
                new.append(lp.with_blocks(stmt, tuple(self.held_exits(b) for b in lp.blocks(stmt))))
        return tuple(new)

    def set_here(self, body: tuple[lp.Stmt, ...]) -> set[str]:
        """The scalars that these statements set, and nothing else in the program."""
        inside = Counter(s.name for s in lp.statements(body) if isinstance(s, lp.Assign))
        everywhere = Counter(s.name for s in lp.statements(self.program.body) if isinstance(s, lp.Assign))
        known = {p.name for p in self.program.params} | {d.name for d in self.program.derived}
        for stmt in lp.statements(self.program.body):
            if isinstance(stmt, lp.HostCall):
                known.update(stmt.scalars)
        return {name for name, count in inside.items() if name not in known and everywhere[name] <= count}

    def known_before(self, out: list[lp.Stmt]) -> set[str]:
        names = {p.name for p in self.program.params}
        for stmt in lp.statements(tuple(out)):
            if isinstance(stmt, lp.Assign):
                names.add(stmt.name)
            elif isinstance(stmt, lp.HostCall):
                names.update(stmt.scalars)
            elif isinstance(stmt, Call):
                names |= {v.name for v in stmt.kernel.returns}
        return names

    def cost(self, body: tuple[lp.Stmt, ...]) -> str | None:
        """The work of the largest parallel nest, over names of the door."""
        door = {p.name for p in self.program.params} | {d.name for d in self.program.derived}
        door |= {n for p in self.program.params for size in p.type.shape for n in size.names}

        def visit(stmts: tuple[lp.Stmt, ...], bounds: Bounds) -> dict[str, float]:
            found: dict[str, float] = {}
            shares: dict[str, tuple[str, int]] = {}
            for stmt in stmts:
                shares |= _share(stmt, door)
                inside: dict[str, float] = {}
                if isinstance(stmt, lp.For):
                    if stmt.kind is lp.LoopKind.PAR:
                        inside = dict(_volumes((stmt,), bounds, door, shares))
                    else:
                        inside = visit(stmt.body, _within(stmt, bounds))
                else:
                    for block in lp.blocks(stmt):  # one of them runs
                        for text, weight in visit(block, bounds).items():
                            inside[text] = max(weight, inside.get(text, 0.0))
                for text, weight in inside.items():
                    found[text] = found.get(text, 0.0) + weight
            return found

        best = visit(body, {})
        if not best:
            return None
        text, weight = max(best.items(), key=lambda item: (len(item[0].split(" * ")) if item[0] else 0, item[1]))
        cost = max(1, round(weight))
        return f"{text} * {cost}" if text and cost > 1 else text or str(cost)

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.names)


#: How much longer an operation takes in a loop that branches, which the compiler does not vectorise.
_SCALAR = 6.0


#: The least and the largest value of each loop variable.
Bounds = dict[str, tuple[Size, Size]]


def _within(loop: lp.For, bounds: Bounds) -> Bounds:
    return {**bounds, loop.var: (-_largest(-loop.lo, bounds), _largest(loop.hi, bounds))}


def _largest(size: Size, bounds: Bounds) -> Size:
    """`size` where the loop variables in it make it largest."""
    for name in reversed(bounds):  # inner ones are bounded by outer ones
        if k := size.coefficient(name):
            size = size.substitute({name: bounds[name][k > 0]})
    return size


def _share(stmt: lp.Stmt, door: set[str]) -> dict[str, tuple[str, int]]:
    """A scalar that stands for a part of an extent: the extent, and how many such parts there are."""
    match stmt:
        case lp.Assign(name, lp.Scalar(op, (value, lp.Lit(parts, _)), _)) if op.name == "floor_divide":
            extents = sorted(_names(value) & door)
            return {name: (extents[0], parts)} if extents else {}
        case lp.Assign(name, lp.Scalar(op, (value, lp.Var()), _)) if op.name == "floor_divide":
            extents = sorted(_names(value) & door)
            return {name: (extents[0], 1)} if extents else {}  # all parts together
        case _:
            return {}


def _bounded(stmt: lp.Stmt, bounds: Bounds) -> Bounds:
    """The bounds with what a scalar is at most: `end = min(start + 256, n)`."""
    match stmt:
        case lp.Assign(name, lp.Scalar(op, (lp.Index(low), lp.Index()), _)) if op.name == "minimum":
            return {**bounds, name: (low, low)}
        case _:
            return bounds


def _volumes(
    body: tuple[lp.Stmt, ...],
    bounds: Bounds,
    door: set[str],
    shares: dict[str, tuple[str, int]] | None = None,
) -> list[tuple[str, float]]:
    """(number of iterations as text, cost of one) for each innermost piece of straight-line code.

    `shares` are the bounds that a chunk of an extent has: the extent, and how many chunks share it.
    """
    found: list[tuple[str, float]] = []
    shares = dict(shares or {})
    for stmt in body:
        shares |= _share(stmt, door)
        bounds = _bounded(stmt, bounds)
        if isinstance(stmt, lp.For):
            trips = _largest(stmt.hi - stmt.lo, bounds)
            text, factor, left = "", 1.0, shares
            if trips.is_const:
                factor = max(trips.const, 1)
            elif all(n in door for n in trips.names):
                text = str(trips) if len(trips.terms) + bool(trips.const) == 1 else f"({trips})"
            elif (share := next((shares[n] for n in trips.names if n in shares), None)) is not None:
                text, factor, left = share[0], 1 / share[1], {}  # the loops inside walk parts of the same extent
            inside = _within(stmt, bounds)
            factor /= abs(stmt.step)
            for inner, weight in _volumes(stmt.body, inside, door, left):
                found.append((" * ".join(t for t in (text, inner) if t), weight * factor))
        else:
            branches = any(isinstance(s, (lp.If, lp.While)) for s in lp.statements((stmt,)))
            found.append(("", max(work((stmt,)), 0.5) * (_SCALAR if branches else 1.0)))
    merged: dict[str, float] = {}
    for text, weight in found:
        merged[text] = merged.get(text, 0.0) + weight
    return list(merged.items())


def _names(value: lp.Expr) -> set[str]:
    names: set[str] = set()
    for node in lp.subexpressions(value):
        match node:
            case lp.Index(size):
                names |= set(size.names)
            case lp.Var(name, _):
                names.add(name)
            case _:
                continue
    return names


def _several(program: lp.Program) -> set[str]:
    """Names that stand for more than one array, or for what is no argument and not made by one allocation."""
    bound = Counter(p.name for p in program.params)
    for stmt in lp.statements(program.body):
        match stmt:
            case lp.Alloc(name):
                bound[name] += 1
            case lp.Pointer(name):
                bound[name] += 2
            case lp.Swap(first, second):
                bound[first] += 2
                bound[second] += 2
            case lp.HostCall():
                bound.update(dict.fromkeys(stmt.arrays, 2))
            case _:
                continue
    return {name for name, count in bound.items() if count > 1}


def reads(body: Sequence[lp.Stmt]) -> frozenset[str]:
    """Scalars that the statements read before they set them, arrays that they read, results included."""
    names: set[str] = set(exposed(tuple(body)))
    for stmt in body:
        names |= {a.name for a in effects(stmt).accesses if not a.write and not a.is_scalar}
        for inner in lp.statements((stmt,)):
            if isinstance(inner, lp.Return):
                names |= set(_result_names(inner.value))
            if isinstance(inner, (lp.Alloc, lp.Pointer)):
                names |= {n for size in inner.shape for n in size.names}
            if isinstance(inner, lp.Pointer):
                names.add(inner.source)
            if isinstance(inner, (lp.Store, lp.Library)):
                names.add(inner.buffer if isinstance(inner, lp.Store) else inner.out.buffer)
    return frozenset(names)


def _result_names(value: lp.Result) -> list[str]:
    import re

    match value:
        case Results(items):
            return [n for item in items for n in _result_names(item)]  # type: ignore[arg-type]
        case lp.ArrayResult(buffer, text):
            return [buffer, *re.findall(r"[A-Za-z_]\w*", text)]
        case lp.ScalarResult(scalar, _):
            return [a.name for a in effects(lp.Assign("_", scalar)).accesses if not a.write]
        case _:
            return []


def _free(body: tuple[lp.Stmt, ...], made: set[str]) -> tuple[str, ...]:
    """Names that the statements use and do not make: arrays first, in order of their first use, then scalars."""
    arrays: dict[str, None] = {}
    scalars: dict[str, None] = {}
    early = exposed(body)
    for stmt in body:
        for access in _all_accesses(stmt):
            if access.is_scalar:
                if access.name not in made or access.name in early:
                    scalars[access.name] = None
            elif access.name not in made:
                arrays[access.name] = None
    return (*arrays, *scalars)


def _all_accesses(stmt: lp.Stmt) -> list:
    inner = {s.var for s in lp.statements((stmt,)) if isinstance(s, lp.For)}
    found = []
    for each in lp.statements((stmt,)):
        flat = lp.with_blocks(each, tuple(() for _ in lp.blocks(each))) if lp.blocks(each) else each
        found += [a for a in effects(flat).accesses if not (a.is_scalar and a.name in inner)]
    return found
