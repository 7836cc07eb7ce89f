"""What need not be computed: what an earlier statement holds already (`share`), and what nobody reads (`prune`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Alias, Apply, Bind, Check, Expr, Extent, For, If, Program, Ref, Shaped, Stmt, Store, View, While
from ..ir.free_names import free_name
from ..ir.ops import OpKind, table
from ..ir.ops.gather import WHOLE
from ..ir.types import Size
from .context import Context, Remark
from .names import taken

#: Additions an element that a temporary array costs: it is written once and read once for each use.
_TEMPORARY = 8.0
#: Additions that a scalar has to cost before it gets a name of its own.
_SCALAR = 2.0
#: Additions that a gathered element costs: an index, and a read that follows no other.
_GATHERED = 6.0
#: How often expressions may become equal because those that they are made of are.
_ROUNDS = 8


def share(program: Program, ctx: Context) -> Program:
    """Compute once what several statements compute, where that costs more than to hold it.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> print(show(share(lift_text('''
    ... def f(x):
    ...     y = np.exp(x) / np.sum(np.exp(x))
    ...     return y, np.sum(x * np.exp(x))
    ... ''', np.ones(5)), Context())))
    exp_x = np.exp(x)
    y = exp_x / np.sum(exp_x)
    return y, np.sum(x * exp_x)
    """
    from .forward import forward

    for _ in range(_ROUNDS):
        body = _Sharing(program, ctx).block(program.body, {})
        if body == program.body:
            break
        # a name of what another name holds may make more expressions equal
        program = forward(replace(program, body=body), ctx)
    return program


def prune(program: Program, ctx: Context) -> Program:
    """Leave out what no result, no argument and no check depends on.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> print(show(prune(lift_text('''
    ... def f(x):
    ...     t = np.zeros(3)
    ...     t[0] = x[0]
    ...     return x * 2
    ... ''', np.ones(5)), Context())))
    result = x * 2
    return result
    """
    live = _Liveness(program)
    body = live.keep(program.body)
    named = live.names | {n for guard in program.guards for n in guard.size.names}
    derived: list[arr.Derived] = []
    for item in reversed(program.derived):
        if item.name in named:
            derived.insert(0, item)
            named |= {*item.first.names, *item.second.names}
    if body == program.body and len(derived) == len(program.derived):
        return program
    gone = len(list(arr.statements(program.body))) - len(list(arr.statements(body)))
    ctx.remark(Remark("prune", f"{gone} statements whose results nobody reads"))
    return replace(program, body=body, derived=tuple(derived))


# -- what a statement touches ------------------------------------------------------------------------------------------


def memory_groups(program: Program) -> dict[str, str]:
    """Variable -> the representative of those that may share memory with it; itself where nobody does."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.get(name, name) != name:
            name = parent[name]
        return name

    for stmt in arr.statements(program.body):
        match stmt:
            case Alias(name, value):
                for node in arr.walk(value):
                    if isinstance(node, Ref):
                        parent[root(name)] = root(node.name)
            case _:
                continue
    return {name: root(name) for name in parent}


def changed(body: tuple[Stmt, ...]) -> Iterator[str]:
    """The variables that statements of `body`, at any depth, bind or store to."""
    for stmt in arr.statements(body):
        match stmt:
            case Bind(name, _) | Alias(name, _) | For(var=name):
                yield name
            case Store(target, _, _):
                yield arr.buffer_of(target).name
            case arr.Call():
                yield from (*stmt.names, *stmt.written)
            case _:
                continue


def sizes_in(node: Expr) -> Iterator[Size]:
    """The sizes that a node itself mentions."""
    yield from node.type.shape
    match node:
        case Extent(size):
            yield size
        case View(_, axes, _):
            yield from (axis.offset for axis in axes)
        case Apply(_, _, Shaped(shape, _), _):
            yield from shape
        case _:
            return


def names_read(stmt: Stmt) -> set[str]:
    """The variables and sizes that a statement itself reads, blocks in it aside; a store does not read its target."""
    names: set[str] = set()
    for node in arr.walk(*arr.expressions(stmt)):
        if isinstance(node, Ref):
            names.add(node.name)
        for size in sizes_in(node):
            names.update(size.names)
    match stmt:
        case For(_, lo, hi, _, _):
            names |= {*lo.names, *hi.names}
        case Check(_, _, message):
            names |= {n for part in re.findall(r"\{([^{}]*)\}", message) for n in re.findall(r"[A-Za-z_]\w*", part)}
        case Store(target, value, mask):
            buffer = arr.buffer_of(target).name
            others = arr.walk(value) if mask is None else arr.walk(value, mask)
            if not any(isinstance(node, Ref) and node.name == buffer for node in others):
                names.discard(buffer)
        case _:
            pass
    return names


def map_expressions(body: tuple[Stmt, ...], change: Callable[[Expr], Expr]) -> tuple[Stmt, ...]:
    """Statements with `change` applied to what they read; what they store to stays."""

    def block(stmts: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(one(stmt) for stmt in stmts)

    def one(stmt: Stmt) -> Stmt:
        match stmt:
            case Bind(_, value):
                return _with(stmt, value=change(value))
            case Store(_, value, mask):
                return _with(stmt, value=change(value), mask=None if mask is None else change(mask))
            case For(body=inner):
                return _with(stmt, body=block(inner))
            case While(head, condition, inner):
                return _with(stmt, head=block(head), condition=change(condition), body=block(inner))
            case If(condition, then, orelse):
                return _with(stmt, condition=change(condition), then=block(then), orelse=block(orelse))
            case Check(condition, _, _):
                return _with(stmt, condition=change(condition))
            case arr.Return(value):
                return _with(stmt, value=arr.map_result(value, lambda e: e if e.type.kind == "array" else change(e)))
            case _:
                return stmt

    return block(body)


# -- sharing -----------------------------------------------------------------------------------------------------------


#: What has been computed, and the variable that holds it if one does.
Held = MutableMapping[Expr, Ref] | MutableMapping[Expr, Ref | None]


class _Sharing:
    """Walks the blocks in order; `held` maps an expression to the variable that holds its value at this place.

    A Ref names the version that it reads, so equal expressions have equal values while the block lasts; what a loop
    or a branch may change is forgotten before it, since versions within it are its own.
    """

    def __init__(self, program: Program, ctx: Context) -> None:
        self.ctx = ctx
        self.memory = memory_groups(program)
        self.names = taken(program)
        self.depth = 0
        self.bound: dict[str, int] = {}
        self.versions: dict[str, set[int]] = {}
        self.in_memory: set[str] = set()  # variables from which elements are gathered
        for stmt in arr.statements(program.body):
            match stmt:
                case Bind(name, _) | Alias(name, _):
                    self.bound[name] = self.bound.get(name, 0) + 1
                case _:
                    pass
            for node in arr.walk(*arr.expressions(stmt)):
                match node:
                    case Ref(name, version, _):
                        self.versions.setdefault(name, set()).add(version)
                    case Apply(op, (Ref(name, _, _), *_), _, _) if op.name == "gather":
                        self.in_memory.add(name)

    def block(self, body: tuple[Stmt, ...], outer: dict[Expr, Ref]) -> tuple[Stmt, ...]:
        held = dict(outer)
        passed: dict[Expr, Ref | None] = {}  # conditions that checks of the block have found true
        repeated = _repeated(body)
        out: list[Stmt] = []
        for stmt in body:
            inner = tuple(changed((stmt,))) if arr.blocks(stmt) else ()
            if not isinstance(stmt, If):  # a round reads what the round before has changed
                self.forget(held, inner)
            if repeated and not isinstance(stmt, While):
                self.name_repeated(stmt, repeated, held, out)
            stmt = self.statement(stmt, held)
            if isinstance(stmt, Check):
                if stmt.condition in passed:
                    continue  # it has been found true
                passed[stmt.condition] = None
            out.append(stmt)
            for known in (held, passed):
                self.forget(known, inner or tuple(changed((stmt,))))
            if isinstance(stmt, Bind) and self.holds(stmt) and (ref := self.bound_here(stmt)) is not None:
                held.setdefault(stmt.value, ref)
        return tuple(out)

    def holds(self, stmt: Bind) -> bool:
        """Whether what `stmt` binds is worth to be read again: it costs something, or is in memory in any case."""
        value = stmt.value
        if stmt.name in self.in_memory and isinstance(value, Apply) and value.op.kind is OpKind.ELEMENTWISE:
            return True
        return _worth_holding(value)

    def bound_here(self, stmt: Bind) -> Ref | None:
        """How what follows reads the variable that `stmt` binds; None where its version is not known."""
        versions = self.versions.get(stmt.name, {1})
        if self.bound[stmt.name] > 1 or (self.depth and len(versions) > 1):
            return None
        return Ref(stmt.name, 1 if not self.depth else min(versions), stmt.value.type)

    def statement(self, stmt: Stmt, held: dict[Expr, Ref]) -> Stmt:
        if held:
            stmt = self.replaced(stmt, held)
        self.depth += 1
        try:
            match stmt:
                case For(body=body):
                    return _with(stmt, body=self.block(body, held))
                case While(head, _, body):
                    return _with(stmt, head=self.block(head, held), body=self.block(body, held))
                case If(_, then, orelse):
                    return _with(stmt, then=self.block(then, held), orelse=self.block(orelse, held))
                case _:
                    return stmt
        finally:
            self.depth -= 1

    def replaced(self, stmt: Stmt, held: dict[Expr, Ref]) -> Stmt:
        match stmt:
            case Bind(_, value):
                new = _using(value, held)
                if new is not value and new.type.kind == "array" and _is_handle(new):  # a new array, not another name
                    new = Apply(table()["cast"], (new,), new.type.dtype, new.type)
                return _with(stmt, value=new)
            case Store(_, value, mask):
                return _with(stmt, value=_using(value, held), mask=None if mask is None else _using(mask, held))
            case If(condition=condition) | Check(condition=condition):
                return _with(stmt, condition=_using(condition, held))
            case arr.Call(args=args):
                return _with(stmt, args=tuple(a if _is_handle(a) else _using(a, held) for a in args))
            case arr.Return(value):
                return _with(
                    stmt, value=arr.map_result(value, lambda e: _using(e, held) if e.type.kind != "array" else e)
                )
            case _:
                return stmt

    def name_repeated(self, stmt: Stmt, repeated: set[Expr], held: dict[Expr, Ref], out: list[Stmt]) -> None:
        """Bind, ahead of `stmt`, what it is the first to compute of what the block computes again."""
        for node in arr.walk(*arr.expressions(stmt)):
            if node in repeated and node not in held and not (isinstance(stmt, Bind) and stmt.value is node):
                name = self.fresh(_hint(node))
                value = _using(node, held)
                out.append(Bind(name, value, spans=stmt.spans))
                self.bound[name] = 1
                held[node] = Ref(name, 1, node.type)
                self.ctx.remark(Remark("share", f"`{name}` is computed once", stmt.spans))

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.names)

    def forget(self, held: Held, names: tuple[str, ...]) -> None:
        """Drop what is held in, or computed from, memory or variables that change."""
        if not names or not held:
            return
        touched = {self.memory.get(name, name) for name in names}
        for value, ref in list(held.items()):
            reads = {n.name for n in arr.walk(value) if isinstance(n, Ref)} | ({ref.name} if ref else set())
            reads |= {name for node in arr.walk(value) for size in sizes_in(node) for name in size.names}
            if any(self.memory.get(name, name) in touched for name in reads):
                del held[value]


def _with(stmt: Stmt, **parts: object) -> Stmt:
    """`stmt` with other parts; the same object where they are the same."""
    if all(getattr(stmt, name) is part or getattr(stmt, name) == part for name, part in parts.items()):
        return stmt
    return replace(stmt, **parts)  # type: ignore[arg-type]


def _is_handle(value: Expr) -> bool:
    while isinstance(value, View):
        value = value.base
    return isinstance(value, Ref)


def _using(value: Expr, held: dict[Expr, Ref]) -> Expr:
    """`value` reading what variables hold instead of computing it."""
    if not any(node in held for node in arr.walk(value)):
        return value
    done: dict[Expr, Expr] = {}
    for node in arr.walk(value):
        done[node] = held[node] if node in held else arr.rebuild(node, tuple(done[arg] for arg in node.args))
    return done[value]


def _repeated(body: tuple[Stmt, ...]) -> set[Expr]:
    """The expressions worth a variable that several statements of a block compute; of nested ones the outermost."""
    uses: dict[Expr, int] = {}
    for stmt in body:
        if isinstance(stmt, While):
            continue  # its condition is computed again for each round
        for node in arr.walk(*arr.expressions(stmt)):
            if isinstance(node, Apply):
                uses[node] = uses.get(node, 0) + 1
    often = {node for node, count in uses.items() if count > 1}
    if not often:
        return often
    # a part of something repeated is computed within that alone, unless others use it too
    for node in sorted(often, key=lambda n: -_size(n)):
        for inner in arr.walk(*node.args):
            if inner in often and uses[inner] == uses[node]:
                often.discard(inner)
    return {node for node in often if _worth_holding(node)}


def _size(node: Expr) -> int:
    return sum(1 for _ in arr.walk(node))


def _worth_holding(value: Expr) -> bool:
    """Whether to hold `value` in a variable costs less than to compute it again."""
    if not isinstance(value, Apply) or value.op.name in ("empty", "full", "arange"):
        return False
    if value.op.kind in (OpKind.REDUCTION, OpKind.CONTRACTION, OpKind.LIBRARY):
        return True
    if value.op.name == "concatenate" or value.op.name in WHOLE:
        return True
    weight = 0.0
    for node in arr.walk(value):
        if isinstance(node, Apply):
            if node.op.kind in (OpKind.REDUCTION, OpKind.CONTRACTION, OpKind.LIBRARY):
                weight += _TEMPORARY if node.type.rank == value.type.rank else 0.0
            else:
                cost = _GATHERED if node.op.name == "gather" else node.op.cost
                weight += cost if node.type.rank == value.type.rank else 0.0
    return weight >= (_TEMPORARY if value.type.rank else _SCALAR)


def _hint(node: Expr) -> str:
    match node:
        case Apply(op, (Ref(name, _, _), *_), _, _):
            return f"{op.name}_{name}"
        case Apply(op, _, _, _):
            return {"sum": "total", "matmul": "product"}.get(op.name, "shared")
        case _:
            return "shared"


# -- liveness ----------------------------------------------------------------------------------------------------------


class _Liveness:
    """The variables that matter, at any place of the program: whatever a result, an argument or a check depends on."""

    def __init__(self, program: Program) -> None:
        self.memory = memory_groups(program)
        self.names: set[str] = {p.name for p in program.params if p.type.kind == "array"}
        self.groups = {self.group(name) for name in self.names}
        stmts = list(arr.statements(program.body))
        pending = stmts
        while True:
            rest = [stmt for stmt in pending if not self.needed(stmt)]
            for stmt in pending:
                if self.needed(stmt):
                    self.read(names_read(stmt))
            if len(rest) == len(pending):
                break
            pending = rest

    def group(self, name: str) -> str:
        return self.memory.get(name, name)

    def read(self, names: set[str]) -> None:
        self.names |= names
        self.groups |= {self.group(name) for name in names}

    def needed(self, stmt: Stmt) -> bool:
        match stmt:
            case Bind(name, _):
                return name in self.names or self.group(name) in self.groups
            case Alias(name, _):
                return self.group(name) in self.groups  # a store through it changes the others
            case Store(target, _, _):
                return self.group(arr.buffer_of(target).name) in self.groups
            case _:
                return True

    def keep(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        out: list[Stmt] = []
        for stmt in body:
            if not self.needed(stmt):
                continue
            match stmt:
                case For(var, _, _, _, inner):
                    stmt = _with(stmt, body=self.keep(inner))
                    if not stmt.body and var not in self.names:  # type: ignore[attr-defined]
                        continue
                case While(head, _, inner):
                    stmt = _with(stmt, head=self.keep(head), body=self.keep(inner))
                case If(_, then, orelse):
                    stmt = _with(stmt, then=self.keep(then), orelse=self.keep(orelse))
                    if not stmt.then and not stmt.orelse:  # type: ignore[attr-defined]
                        continue
                case _:
                    pass
            out.append(stmt)
        return tuple(out)
