"""Put what a variable holds where it is read, if then no array is needed and nothing is computed more often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Alias, Apply, Bind, Expr, Program, Ref, Return, Stmt, Store, View
from ..ir.facts import Facts, door_facts
from ..ir.ops import OpKind
from .algebra.views import of_concatenation
from .context import Context, Remark
from .eliminate import map_expressions, memory_groups

_ELEMENTS = 4  # reads of single elements for which an array is not worth computing


def forward(program: Program, ctx: Context) -> Program:
    """Replace a variable by its value where that is a function of the index, or where single elements are read alone.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> from mdsl.passes.eliminate import prune
    >>> print(show(prune(forward(lift_text('''
    ... def f(y, n):
    ...     x = np.arange(n)
    ...     table = np.multiply.outer(y, y + 1)
    ...     return x * 2, table[3, 4]
    ... ''', np.ones(5), 7), Context()), Context())))
    result = np.arange(n) * 2
    return result, (y[:, None] * (y + 1))[3, 4]
    """
    found = _Candidates(program).values
    if not found:
        return program
    values: dict[str, Expr] = {}
    for name, value in found.items():  # in the order in which they are bound: an earlier one is put into a later one
        values[name] = substituted(value, values)
    ctx.remark(Remark("forward", f"{', '.join(f'`{name}`' for name in values)} need no memory"))
    return replace(program, body=map_expressions(program.body, lambda e: substituted(e, values)))


def substituted(root: Expr, values: dict[str, Expr]) -> Expr:
    """`root` with the variables of `values` replaced by what they hold."""
    if not any(isinstance(node, Ref) and node.name in values for node in arr.walk(root)):
        return root
    done: dict[Expr, Expr] = {}
    for node in arr.walk(root):
        if isinstance(node, Ref) and node.name in values:
            done[node] = values[node.name]
        else:
            done[node] = arr.rebuild(node, tuple(done[arg] for arg in node.args))
    return done[root]


class _Candidates:
    """The variables that are bound once and never change, with the values that may stand for them."""

    def __init__(self, program: Program) -> None:
        memory = memory_groups(program)
        bound: dict[str, int] = {}
        changed: set[str] = set()
        kept: set[str] = set()  # variables that have to be arrays of their own
        read: set[str] = set()  # variables that have to be in memory, where it is no matter which
        elements: dict[str, int] = {}  # variable -> reads of a single element
        others: set[str] = set()  # variables that are read as arrays
        top = set(program.body)
        for stmt in arr.statements(program.body):
            match stmt:
                case Bind(name, _) | arr.For(var=name):
                    bound[name] = bound.get(name, 0) + 1
                case Alias(name, value):
                    bound[name] = bound.get(name, 0) + 1
                    kept |= {name, *(n.name for n in arr.walk(value) if isinstance(n, Ref))}
                case Store(target, _, _):
                    buffer = arr.buffer_of(target).name
                    changed.add(memory.get(buffer, buffer))
                    kept.add(buffer)
                case arr.Call(args=args):
                    changed |= {memory.get(buffer, buffer) for buffer in stmt.written}
                    kept |= {b for arg in args if (b := _buffer(arg)) is not None}
                case Return(value):
                    handles = [e for e in arr.result_expressions(value) if e.type.kind == "array"]
                    kept |= {arr.buffer_of(e).name for e in handles}
                case _:
                    pass
            for node in arr.walk(*arr.expressions(stmt)):
                if isinstance(node, Apply) and (node.op.kind is OpKind.CONTRACTION or node.op.name in _IN_MEMORY):
                    read |= {b for arg in node.args if (b := _buffer(arg)) is not None}
            single, whole = reads(arr.expressions(stmt))
            others |= whole
            for name, count in single.items():
                if stmt in top:
                    elements[name] = elements.get(name, 0) + count
                else:  # an element read within a loop is many
                    others.add(name)
        self.fixed = lambda name: bound.get(name, 0) <= 1 and memory.get(name, name) not in changed
        params = {param.name for param in program.params}
        changing = {name for name, times in bound.items() if times + (name in params) > 1}
        self.values: dict[str, Expr] = {}
        joined: dict[str, Apply] = {}
        for stmt in program.body:  # at the top: what is bound there is bound before whatever reads it
            match stmt:
                case Bind(name, Apply(op, (Ref(source, _, type) as value,), _, copied)) if (
                    op.name == "cast" and type == copied and {name, source}.isdisjoint(kept | changing)
                ):
                    if self.fixed(name) and self.fixed(source):
                        self.values[name] = value  # a copy of what never changes
                case Bind(name, Apply(op, parts) as value) if op.name == "concatenate":
                    if name not in kept | params and bound[name] == 1 and all(map(self.in_memory, parts)):
                        joined[name] = value
                case Bind(name, value) if value.type.kind == "array" and name not in kept | read | params:
                    alone = name not in others and 0 < elements.get(name, 0) <= _ELEMENTS
                    if bound[name] == 1 and self.steady(value) and (is_index_function(value) or alone):
                        self.values[name] = value
                case Bind(name, Ref(source, _, type) as value) if (
                    type.kind != "array" and {name, source}.isdisjoint(changing) and bound[name] == 1
                ):
                    self.values[name] = value  # another name of a scalar
                case _:
                    continue
        if joined:
            _leave_apart(program.body, door_facts(program), joined)
            self.values |= joined

    def in_memory(self, value: Expr) -> bool:
        """Whether `value` is an array that never changes, or a part of one."""
        while isinstance(value, View):
            value = value.base
        return isinstance(value, Ref) and self.fixed(value.name)

    def steady(self, value: Expr) -> bool:
        """Whether `value` is the same wherever it is computed, one element independently of the others."""
        for node in arr.walk(value):
            match node:
                case Ref(name, _, _) if not self.fixed(name):
                    return False
                case Apply(op, _, _, _) if op.kind not in (OpKind.ELEMENTWISE, OpKind.CREATION) or op.name == "empty":
                    return False
                case _:
                    continue
        return True


def _leave_apart(body: Sequence[Stmt], facts: Facts, joined: dict[str, Apply]) -> None:
    """Drop from `joined` the concatenations of which something else is read than what lies in one of the parts."""
    for stmt in body:
        whole: set[Expr] = set()
        stack = list(arr.expressions(stmt))
        while stack and joined:
            node = stack.pop()
            if node in whole:
                continue
            whole.add(node)
            if isinstance(node, Ref):
                joined.pop(node.name, None)
            elif isinstance(node, View) and isinstance(node.base, Ref) and node.base.name in joined:
                if of_concatenation(node, joined[node.base.name], facts) is None:
                    joined.pop(node.base.name)
            else:
                stack.extend(node.args)
        inner = facts.within(stmt) if isinstance(stmt, arr.For) else facts
        for block in arr.blocks(stmt):
            _leave_apart(block, inner, joined)


def reads(roots: Sequence[Expr]) -> tuple[dict[str, int], set[str]]:
    """The variables of which expressions read single elements, how many, and those that they read as arrays.

    An element of an elementwise computation reads an element of each operand.
    """
    single: dict[str, int] = {}
    whole: set[str] = set()
    seen: set[tuple[Expr, bool]] = set()
    stack = [(root, False) for root in roots]
    while stack:
        node, one = stack.pop()
        if isinstance(node, Ref):
            if one:
                single[node.name] = single.get(node.name, 0) + 1
            else:
                whole.add(node.name)
        if (node, one) in seen:
            continue
        seen.add((node, one))
        match node:
            case View():
                inner = one or node.type.kind != "array"
            case Apply(op, _, _, _):
                inner = one and op.kind is OpKind.ELEMENTWISE
            case _:
                inner = False
        stack.extend((arg, inner) for arg in node.args)
    return single, whole


#: Operations that read their operands from memory.
_IN_MEMORY = frozenset({"reshape", "gather", "concatenate"})


def _buffer(value: Expr) -> str | None:
    while isinstance(value, View):
        value = value.base
    return value.name if isinstance(value, Ref) else None


def is_index_function(value: Expr) -> bool:
    """Whether an element is known from its index alone, or is one scalar: it costs less than to read it."""
    while isinstance(value, (View, Apply)):
        match value:
            case View(base, _, _):
                value = base
            case Apply(op, (arg,), _, _) if op.name == "cast":
                value = arg
            case Apply(op, _, _, _):
                return op.name in ("arange", "full")
    return False
