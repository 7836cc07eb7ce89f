"""Simplification from the operands to the root: rules that are always a gain, tried until none applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Const, Expr, Extent, For, Reduced, View
from ...ir.facts import Facts
from ...ir.ops import OpKind
from ...ir.types import Type
from . import make
from .pattern import Level, Rule
from .views import gathered, pushed

_STEPS = 20_000  # rewrites of one program before it is left as it is: no real program comes near


class Rewriter:
    """Simplifies expressions; equal expressions are simplified once. `applied` counts the rules that were used."""

    def __init__(self, rules: Iterable[Rule], level: Level, facts: Facts) -> None:
        self.level: Level = level
        self.facts = facts
        self.by_root: dict[str, list[Rule]] = {}
        for rule in rules:
            if not rule.saturate and rule.used_at(level):
                self.by_root.setdefault(rule.root, []).append(rule)
        self.done: dict[Expr, Expr] = {}
        self.applied: dict[str, int] = {}
        self.steps = 0

    @contextmanager
    def within(self, loop: For) -> Iterator[None]:
        """In a loop's body more is known, and what follows from it does not hold after the loop."""
        facts, done = self.facts, self.done
        self.facts, self.done = facts.within(loop), dict(done)
        try:
            yield
        finally:
            self.facts, self.done = facts, done

    def simplify(self, root: Expr) -> Expr:
        """The simplest form of `root` that the rules give: of the same type, the same object where none applies."""
        done = self.done
        becomes: dict[Expr, Expr] = {}
        active: set[Expr] = set()
        stack = [root]
        while stack:
            node = stack[-1]
            if node in done:
                stack.pop()
                continue
            if node in becomes:
                target = becomes[node]
                if target in done or target in active:  # a circle of rules ends where it began
                    done[node] = done.get(target, target)
                    stack.pop()
                else:
                    stack.append(target)
                continue
            missing = [arg for arg in node.args if arg not in done]
            if missing:
                stack.extend(missing)
                continue
            active.add(node)
            rebuilt = arr.rebuild(node, tuple(done[arg] for arg in node.args))
            if rebuilt is not node:
                becomes[node] = rebuilt
                continue
            simpler = self.step(node)
            if simpler is None or simpler is node:
                done[node] = node
                stack.pop()
            else:
                becomes[node] = simpler
        return done[root]

    def step(self, node: Expr) -> Expr | None:
        """One rewrite of a node whose operands are as simple as they get; None where no rule applies."""
        if self.steps >= _STEPS:
            return None
        name, simpler = self.rewritten(node)
        if simpler is None or simpler is node:
            return None
        assert simpler.type == node.type, f"{name} changed {node.type} to {simpler.type}"
        self.steps += 1
        if name != "constants":
            self.note(name)
        return simpler

    def note(self, name: str) -> None:
        self.applied[name] = self.applied.get(name, 0) + 1

    def rewritten(self, node: Expr) -> tuple[str, Expr | None]:
        if isinstance(node, View):
            simpler = composed(node) or pushed(node, self.facts, self.level == "strict")
            if simpler is not None:
                return "index pushed inwards", simpler
            return self.by_rule(node, "transpose")
        if not isinstance(node, Apply) or node.type.kind == "python":
            return "", None
        for name, step in _STRUCTURAL.get(node.op.kind, ()):
            if (simpler := step(node, self.level)) is not None:
                return name, simpler
        return self.by_rule(node, node.op.name)

    def by_rule(self, node: Expr, root: str) -> tuple[str, Expr | None]:
        heads = {arg.op.name for arg in node.args if isinstance(arg, Apply)}
        for rule in self.by_root.get(root, ()):
            if rule.heads <= heads and (simpler := rule.apply(node, self.level)) is not None:
                return rule.name, simpler
        return "", None


def composed(node: View) -> Expr | None:
    """A view of a view as one view; a view of the whole, as an operand, as what it views."""
    if node.type == node.base.type and node.axes == arr.identity_axes(node.type.rank):
        return node.base
    if not isinstance(node.base, View):
        return None
    whole = arr.view(node.base, node.axes, node.shape)
    if node.type.kind != "array" and isinstance(whole, View):
        return arr.element(whole)
    return whole if whole.type == node.type else None


def folded(node: Apply, _level: Level) -> Expr | None:
    """An operation on constants, computed by NumPy."""
    if node.type.rank or node.type.kind != "numpy" or not node.args:
        return None
    if not all(isinstance(arg, Const) or (isinstance(arg, Extent) and arg.size.is_const) for arg in node.args):
        return None
    values = [make.constant(make.number(arg), arg.type.dtype).value for arg in node.args]
    with np.errstate(all="ignore"):
        if node.op.name == "cast":
            return make.constant(values[0], node.type.dtype) if _exactly_cast(values[0], node.type.dtype) else None
        if node.op.name == "where":
            return make.fitted(node.args[1] if values[0] else node.args[2], node.type)
        if node.op.ufunc is None:
            return None
        result = node.op.ufunc(*values)
    return Const(result, node.type) if result.dtype == node.type.dtype else None


def _exactly_cast(value: np.generic, dtype: np.dtype) -> bool:
    """Whether the conversion is defined: of a float to an integer that holds it."""
    if value.dtype.kind == "c" and dtype.kind != "c":
        return False
    if value.dtype.kind == "f" and dtype.kind in "iu":
        info = np.iinfo(dtype)
        return bool(np.isfinite(value)) and info.min <= int(value) <= info.max
    return True


def unrepeated(node: Apply, _level: Level) -> Expr | None:
    """An operand that repeats a scalar is that scalar; an operation on repeated scalars alone is done once."""
    if not node.type.rank:
        return None
    scalars = [_scalar(arg) for arg in node.args]
    if all(scalar is None for scalar in scalars) or is_copy(node):
        return None
    args = tuple(arg if scalar is None else scalar for arg, scalar in zip(node.args, scalars, strict=True))
    if any(arg.type.rank for arg in args):
        return arr.rebuild(node, args)
    once = Apply(node.op, args, node.attrs, Type(node.type.dtype, (), "numpy"))
    return make.filled(once, node.shape)


def plainly(node: Apply, _level: Level) -> Expr | None:
    """Constants as they would be written beside something that decides the dtype."""
    if all(arg.type.weak or isinstance(arg, Const) for arg in node.args) or node.op.name == "cast":
        return None
    args = tuple(make.plain(arg) for arg in node.args)
    return None if args == node.args else arr.rebuild(node, args)


def _scalar(arg: Expr) -> Expr | None:
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "full" and arg.type.rank else None


def uncopied(node: Apply, _level: Level) -> Expr | None:
    """A copy that only this operation reads, and conversions that add nothing."""
    if node.op.name == "cast":
        return _reconverted(node)
    if not any(is_copy(arg) for arg in node.args):
        return None
    return arr.rebuild(node, tuple(arg.args[0] if is_copy(arg) else arg for arg in node.args))


def is_copy(value: Expr) -> bool:
    return (
        isinstance(value, Apply) and value.op.name == "cast" and value.type.kind == "array"
        and value.args[0].type == value.type
    )  # fmt: skip


def _reconverted(node: Apply) -> Expr | None:
    """A conversion of a conversion that lost nothing: int32 -> int64 -> float64 is int32 -> float64."""
    (inner,) = node.args
    if node.type.kind == "numpy" and inner.type == node.type:
        return inner
    if not (isinstance(inner, Apply) and inner.op.name == "cast" and inner.type.kind != "python"):
        return None
    (source,) = inner.args
    small, middle = source.type.dtype, inner.type.dtype
    same_kind = small.kind == middle.kind and small.itemsize <= middle.itemsize
    if source.type.kind == "python" or not (
        same_kind or (small.kind == "u" and middle.kind == "i" and small.itemsize < middle.itemsize)
    ):
        return None
    # to the first dtype again it is a copy, and stays one
    return Apply(node.op, (source,), node.attrs, node.type)


def reductions_merged(node: Apply, level: Level) -> Expr | None:
    """`np.sum(np.sum(x, axis=1), axis=0)` is `np.sum(x, axis=(0, 1))`; for floats only up to rounding."""
    (outer,) = node.args
    if not (isinstance(outer, Apply) and outer.op is node.op and outer.op.kind is OpKind.REDUCTION):
        return None
    name = node.op.name
    if name.startswith("arg") or outer.type.dtype != outer.args[0].type.dtype:
        return None
    if name in ("sum", "prod") and node.type.dtype.kind not in "iu" and level == "strict":
        return None
    first, second = outer.attrs, node.attrs
    if first.keepdims or second.keepdims:
        return None
    kept = [k for k in range(outer.args[0].type.rank) if k not in first.axes]
    axes = tuple(sorted((*first.axes, *(kept[k] for k in second.axes))))
    return Apply(node.op, outer.args, Reduced(axes), node.type)


def through_gather(node: Apply, _level: Level) -> Expr | None:
    return gathered(node) if node.op.name == "gather" else None


def alone(node: Apply, _level: Level) -> Expr | None:
    """A concatenation of one array; parts without elements."""
    if node.op.name != "concatenate":
        return None
    axis = node.attrs.axis
    parts = tuple(arg for arg in node.args if arg.shape[axis] != 0)
    if len(parts) == len(node.args) or not parts:
        return None
    return Apply(node.op, parts, node.attrs, node.type)


_STRUCTURAL = {
    OpKind.ELEMENTWISE: (
        ("constants folded", folded), ("copies left out", uncopied), ("repeated scalars", unrepeated),
        ("constants", plainly),
    ),
    OpKind.REDUCTION: (("copies left out", uncopied), ("reductions merged", reductions_merged)),
    OpKind.CONTRACTION: (("copies left out", uncopied),),
    OpKind.SHAPE: (("copies left out", uncopied), ("elements selected first", through_gather), ("empty parts", alone)),
}  # fmt: skip
