"""A sum over what a mask picks is a sum over everything, with zeros where the mask is false."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..ir import array as arr
from ..ir.array import Apply, Bind, Expr, Program, Reduced, Ref, Return, Store
from ..ir.ops import OpKind, table
from ..ir.types import Shape, Type
from .algebra.make import constant
from .context import Context, Remark
from .eliminate import map_expressions, memory_groups, names_read

#: Reductions, and what may be combined with their operands without changing them.
_NEUTRAL: dict[str, Any] = {"sum": 0, "prod": 1, "any": False, "all": True}


def masked_reductions(program: Program, ctx: Context) -> Program:
    """Reduce a[mask] without making it: neither its elements nor, where nothing else asks, their number is needed.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> from mdsl.passes.eliminate import prune
    >>> program = lift_text('''
    ... def f(a, b):
    ...     near = a[b < 1]
    ...     return np.sum(near * near)
    ... ''', np.ones(5), np.ones(5))
    >>> print(show(prune(masked_reductions(program, Context()), Context())))
    mask = b < 1
    return np.sum(np.where(mask, a * a, 0))
    """
    if not any(_is_pick(node) for stmt in arr.statements(program.body) for node in arr.walk(*arr.expressions(stmt))):
        return program
    steady = _Steady(program)
    held = steady.picks()

    def change(root: Expr) -> Expr:
        return arr.transform(root, lambda node: _unmasked(node, held, steady) or node)

    body = map_expressions(program.body, change)
    if all(a is b for a, b in zip(body, program.body, strict=True)):
        return program
    ctx.remark(Remark("masked_reductions", "what a mask picks is reduced where it is"))
    return replace(program, body=body)


def _is_pick(node: Expr) -> bool:
    return isinstance(node, Apply) and node.op.name == "compress"


class _Steady:
    """Which variables stand for one value wherever they are read."""

    def __init__(self, program: Program) -> None:
        self.program = program
        memory = memory_groups(program)
        bound: dict[str, int] = {}
        stored: set[str] = set()
        for stmt in arr.statements(program.body):
            match stmt:
                case Bind(name, _) | arr.Alias(name, _) | arr.For(var=name):
                    bound[name] = bound.get(name, 0) + 1
                case Store(target, _, _):
                    buffer = arr.buffer_of(target).name
                    stored.add(memory.get(buffer, buffer))
                case arr.Call():
                    for name in stmt.names:
                        bound[name] = bound.get(name, 0) + 1
                    stored |= {memory.get(buffer, buffer) for buffer in stmt.written}
                case _:
                    continue
        params = {param.name for param in program.params}
        self.unsteady = {name for name, times in bound.items() if times + (name in params) > 1}
        self.memory, self.stored = memory, stored

    def __call__(self, value: Expr) -> bool:
        """Whether the value is the same at each place in the block where its variables are bound."""
        return not any(
            isinstance(node, Ref)
            and (node.name in self.unsteady or self.memory.get(node.name, node.name) in self.stored)
            for node in arr.walk(value)
        )

    def picks(self) -> dict[str, Apply]:
        """The variables that hold what a mask picks, and are only reduced, in the block that binds them."""
        found: dict[str, Apply] = {}

        def block(body: tuple[arr.Stmt, ...]) -> None:
            for at, stmt in enumerate(body):
                if isinstance(stmt, Bind) and _is_pick(stmt.value) and self(stmt.value):
                    if stmt.name not in self.unsteady and self.reduced_only(stmt, body[at + 1 :]):
                        assert isinstance(stmt.value, Apply)
                        found[stmt.name] = stmt.value
                for inner in arr.blocks(stmt):
                    block(inner)

        block(self.program.body)
        return found

    def reduced_only(self, bind: Bind, rest: tuple[arr.Stmt, ...]) -> bool:
        readers = [s for s in arr.statements(self.program.body) if bind.name in names_read(s)]
        if not readers or not all(any(s is r for r in rest) for s in readers):
            return False
        assert isinstance(bind.value, Apply)
        held = {bind.name: bind.value}
        return all(
            (isinstance(s, (Bind, Store)) and not (isinstance(s, Store) and arr.buffer_of(s.target).name == bind.name))
            or isinstance(s, Return)
            for s in readers
        ) and all(
            not any(isinstance(node, Ref) and node.name == bind.name for node in arr.walk(_without(e, held, self)))
            for s in readers
            for e in arr.expressions(s)
        )


def _without(root: Expr, held: dict[str, Apply], steady: _Steady) -> Expr:
    return arr.transform(root, lambda node: _unmasked(node, held, steady) or node)


def _unmasked(node: Expr, held: dict[str, Apply], steady: _Steady) -> Expr | None:
    """The reduction of everything that a reduction of what a mask picks is equal to; None where there is none."""
    match node:
        case Apply(op, (operand,), Reduced(axes, False), type) if (
            op.kind is OpKind.REDUCTION and op.name in _NEUTRAL and axes == tuple(range(operand.type.rank))
        ):
            pass
        case _:
            return None
    picks = {pick for leaf in arr.walk(operand) if (pick := _pick(leaf, held)) is not None}
    masks = {pick.args[1] for pick in picks}
    mask = next(iter(masks), None)
    if mask is None or any(not _same(mask, other) for other in masks):
        return None
    shape = mask.shape
    if any(pick.args[0].shape != shape for pick in picks) or not all(steady(pick) for pick in picks):
        return None
    spread = _spread(operand, held, shape)
    if spread is None:
        return None
    dtype = operand.type.dtype
    neutral = constant(_NEUTRAL[op.name], dtype)
    chosen = Apply(table()["where"], (mask, spread, neutral), None, Type(dtype, shape, "array"))
    return Apply(op, (chosen,), Reduced(tuple(range(len(shape))), False), type)


def _same(a: Expr, b: Expr) -> bool:
    return a is b or (isinstance(a, Ref) and isinstance(b, Ref) and a.name == b.name)


def _pick(node: Expr, held: dict[str, Apply]) -> Apply | None:
    if isinstance(node, Ref):
        return held.get(node.name)
    return node if isinstance(node, Apply) and node.op.name == "compress" else None


def _spread(root: Expr, held: dict[str, Apply], shape: Shape) -> Expr | None:
    """An elementwise computation of picked elements, computed for all elements; None where it is something else."""
    done: dict[Expr, Expr] = {}

    def visit(node: Expr) -> Expr | None:
        if node in done:
            return done[node]
        pick = _pick(node, held)
        new: Expr | None
        if pick is not None:
            new = pick.args[0]
        elif node.type.rank == 0 and node.type.kind != "array":
            new = node
        elif isinstance(node, Apply) and node.op.kind is OpKind.ELEMENTWISE and not node.op.may_raise:
            args = [visit(arg) for arg in node.args]
            if any(arg is None for arg in args):
                return None
            new = Apply(node.op, tuple(args), node.attrs, Type(node.type.dtype, shape, "array"))  # type: ignore[arg-type]
        else:
            return None
        done[node] = new
        return new

    return visit(root)
