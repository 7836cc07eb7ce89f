"""Elementary functions in loops of a few rounds -> a loop of their own over the whole array, where they vectorise."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import Size
from ..passes.dependence import assigned
from .flatten import Whole, is_whole_nest
from .outline import Kernel

#: Rounds of an inner loop below which its vectors stay empty.
SHORT = 8


def short_rows(kernel: Kernel, whole: Whole, functions: Collection[str]) -> Kernel:
    """The kernel with a second way through nests whose inner loop may be short and calls one of the functions.

    With an array `image` of shape (n, m, k) and another, `scale`, of shape (n, m)

        for i in range(n):
            for j in range(m):
                for l in range(k):
                    out[i, j, l] = np.exp(image[i, j, l] * scale[i, j])

    becomes, where k is small, that nest without the call, and one whose loops `flatten` makes one:

        for i in range(n):
            for j in range(m):
                for l in range(k):
                    out[i, j, l] = np.exp(out[i, j, l])
    """
    made = {name for name in whole.arrays if name in whole.made}
    body: list[lp.Stmt] = []
    for stmt in kernel.body:
        body.extend(_ways(stmt, kernel, whole, made, functions) if isinstance(stmt, lp.For) else [stmt])
    return replace(kernel, body=tuple(body)) if len(body) != len(kernel.body) or tuple(body) != kernel.body else kernel


def _ways(outer: lp.For, kernel: Kernel, whole: Whole, made: set[str], functions: Collection[str]) -> Iterator[lp.Stmt]:
    """The nest; or both ways, and the test which of them is taken."""
    parts = None if is_whole_nest(outer, kernel, whole) else _parts(outer, kernel, whole, made, functions)
    if parts is None:
        yield outer
        return
    inner, first, second = parts
    if inner.hi.is_const:
        yield from (first, second) if inner.hi.const < SHORT else (outer,)
        return
    test = lp.Scalar(table()["less"], (lp.Index(inner.hi), lp.Index(Size(SHORT))), np.dtype(bool))
    yield lp.If(test, (first, second), (outer,), spans=outer.spans)


def _parts(
    outer: lp.For, kernel: Kernel, whole: Whole, made: set[str], functions: Collection[str]
) -> tuple[lp.For, lp.For, lp.For] | None:
    """The inner loop, and the nest in two; None where it cannot be parted so that all calls are in whole nests."""
    loops = [outer]
    while (inner := [s for s in loops[-1].body if isinstance(s, lp.For)]) and len(inner) == 1:
        loops.append(inner[0])
    last = loops[-1]
    if len(loops) < 2 or not last.body or not all(isinstance(s, lp.Assign | lp.Store) for s in last.body):
        return None
    store = last.body[-1]
    if not isinstance(store, lp.Store) or store.buffer not in made:
        return None
    if sum(name == store.buffer for name in lp.mentions((outer,))) != 1:
        return None  # what it holds meanwhile is read, or it is written elsewhere
    others = (s for loop in loops for s in loop.body if s is not store and not isinstance(s, lp.For))
    if any(True for stmt in others for _ in _calls(stmt, functions)):
        return None
    call = next(_calls(store, functions), None)  # the innermost comes first
    if call is None or not isinstance(call, lp.Scalar) or call.dtype != store.value.dtype:
        return None
    held = lp.Load(store.buffer, store.indices, store.value.dtype)

    def nest(value: lp.Expr) -> lp.For:
        """The loops around one statement alone."""
        stmt: lp.Stmt = replace(store, value=value)
        for loop in reversed(loops):
            stmt = replace(loop, body=(stmt,))
        assert isinstance(stmt, lp.For)
        return stmt

    scalars = assigned((outer,))
    inside = [s for s in lp.statements((outer,)) if s is not store]
    stored = {s.buffer for s in inside if isinstance(s, lp.Store)}
    stored |= {s.target.buffer for s in inside if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Load)}

    def alone(value: lp.Expr) -> bool:
        """Whether a nest of this statement alone is whole, and needs nothing that the loops set."""
        names = {node.name for node in lp.subexpressions(value) if isinstance(node, lp.Var)}
        loads = {node.buffer for node in lp.subexpressions(value) if isinstance(node, lp.Load)}
        return not names & scalars and not loads & stored and is_whole_nest(nest(value), kernel, whole)

    # the argument first, then the call and all that is made of it
    argument = call.args[0]
    if argument.dtype == held.dtype and not isinstance(argument, lp.Load | lp.Lit | lp.Var):
        rest = _replaced(store.value, call, replace(call, args=(held, *call.args[1:])))
        if alone(rest):
            return last, _with_value(outer, store, argument), nest(rest)
    # the call first, then what is made of it
    rest = _replaced(store.value, call, held)
    if rest != held and not any(_has(rest, name) for name in functions) and alone(call):
        return last, nest(call), _with_value(outer, store, rest)
    return None


def _calls(stmt: lp.Stmt, functions: Collection[str]) -> Iterator[lp.Expr]:
    """The calls in a statement that have no other call among their arguments, but for the same one once more."""
    for value in lp.expressions(stmt):
        found = [n for n in lp.subexpressions(value) if isinstance(n, lp.Scalar) and n.op.name in functions]
        yield from (n for n in found if not any(m is not n and m != n and m in lp.subexpressions(n) for m in found))


def _has(value: lp.Expr, name: str) -> bool:
    return any(isinstance(node, lp.Scalar) and node.op.name == name for node in lp.subexpressions(value))


def _replaced(value: lp.Expr, old: lp.Expr, new: lp.Expr) -> lp.Expr:
    return new if value == old else lp.map_expr(value, lambda node: new if node == old else node)


def _with_value(outer: lp.For, store: lp.Store, value: lp.Expr) -> lp.For:
    """The nest with another value in that store."""

    def change(stmt: lp.Stmt) -> lp.Stmt:
        if stmt is store:
            return replace(store, value=value)
        return lp.with_blocks(stmt, tuple(tuple(change(s) for s in block) for block in lp.blocks(stmt)))

    changed = change(outer)
    assert isinstance(changed, lp.For)
    return changed
