"""Assignments to names that loops and branches carry: one variable, of one type, whichever way is taken."""

from __future__ import annotations

import numpy as np

from ..ir import array as arr
from ..ir.array import Const, Expr, Ref
from ..ir.facts import Facts
from ..ir.types import PY_BOOL, Size, Type
from . import ambiguous, build
from .context import TypeChanged
from .diagnostics import Unsupported
from .lift_memory import Handles
from .values import Ambiguous, Value, is_array, is_handle


def _differ_in_shape(a: Type, b: Type) -> bool:
    """Whether both are types of arrays that differ in their shapes at most."""
    return a.kind == b.kind == "array" and a.dtype == b.dtype and a.rank == b.rank


def _same(a: Type, b: Type, facts: Facts) -> bool:
    """Whether arrays of the one type are known to be of the other."""
    return _differ_in_shape(a, b) and all(facts.equal(x, y) for x, y in zip(a.shape, b.shape, strict=True))


def _reads(value: Expr, name: str) -> bool:
    return any(isinstance(node, Ref) and node.name == name for node in arr.walk(value))


class Carried(Handles):
    """What an assignment in a loop or a branch does to a name that outlives it."""

    assigned: dict[str, list[Facts]]  # what was known where the variable of a loop or a branch was assigned an array
    doubt = 0  # branches, loops and jumps because of which the statement may not be reached
    doubts: dict[str, int]  # how many there were where a name's wider type began, by the name's flag
    kinds: dict[str, str]  # the variable that tells whether a number is NumPy's, by the name of the number's
    surely: set[str]  # the names of wider types that are assigned without a doubt

    def assign_carried(self, name: str, value: Value) -> None:
        """An assignment to a name that an open loop or branch carries: into its one variable, of its one type."""
        ctx = self.ctx
        cell = ctx.carried[name]
        if cell is not None and cell.type.kind == ambiguous.KIND:
            self.assign_ambiguous(name, cell, value)
            return
        if isinstance(value, Ambiguous):
            raise TypeChanged(name, ambiguous.TYPES[value.python])
        if not isinstance(value, Expr):
            if cell is None and ctx.env.get(name) == value:
                return
            raise Unsupported("MDSL309", f"`{name}` changes what kind of thing it is")
        value = ctx.current(value)
        if cell is None:
            raise TypeChanged(name, value.type)
        if cell.type == ambiguous.NUMPY_FLOAT and value.type.weak and (number := ambiguous.of(value)) is not None:
            raise TypeChanged(name, ambiguous.TYPES[number.python])
        mine, new = self.normal(cell.type), self.normal(value.type)
        if mine != new and not _same(mine, new, ctx.facts):
            fits = self.fits_earlier(name, mine, new, self.assigned.get(cell.name, []))
            raise TypeChanged(name, value.type if fits else self.joined(name, cell.type, value.type))
        if is_array(value):
            self.assigned.setdefault(cell.name, []).append(ctx.facts.copy())
            base = value if is_handle(value) else self.bind_array(name, value)
            if not isinstance(base, Ref):
                raise Unsupported("MDSL309", f"`{name}` becomes a view of another array in a loop or a branch")
            ctx.emit(arr.Alias(cell.name, Ref(base.name, base.version, cell.type)))
            self.share(cell.name, base.name)
            ctx.stored(cell.name)
            ctx.env[name] = Ref(cell.name, ctx.versions[cell.name], cell.type)
            if base.name not in self.contiguous:
                self.contiguous.discard(cell.name)
            return
        ctx.env[name] = ctx.bind(cell.name, value)
        if name in ctx.flags:
            ctx.bind(ctx.flags[name], Const(True, PY_BOOL))
        if name in ctx.widened:
            ctx.bind(ctx.widened[name], Const(True, PY_BOOL))
            if self.doubt == self.doubts[ctx.widened[name]]:
                self.surely.add(name)

    def assign_ambiguous(self, name: str, cell: Ref, value: Value) -> None:
        """An assignment to a number of either kind: a variable that has its value, and one that tells its kind."""
        ctx = self.ctx
        number = ambiguous.fitting(ctx, name, value, cell.type.dtype)
        flag = self.kinds[cell.name]
        kind = ctx.bind_fresh(flag, number.is_numpy) if _reads(number.is_numpy, cell.name) else number.is_numpy
        held = ctx.bind(cell.name, number.value)
        ctx.env[name] = Ambiguous(held, ctx.bind(flag, kind), cell.type.dtype)

    def fits_earlier(self, name: str, mine: Type, new: Type, earlier: list[Facts]) -> bool:
        """Whether what was assigned to the variable so far has the new type as well, by what was known there.

        `if n == m: x = inv(a)` gives x the shape (n, n), which is (n, m) as well.
        """
        if not earlier or not _differ_in_shape(mine, new):
            return False

        def named_there(size: Size, wanted: Size) -> list[Size]:
            """What the size was equal to wherever the variable was assigned, and is not here."""
            others = (wanted, *earlier[0].equals(size))
            return [
                other
                for other in others
                if not self.ctx.facts.equal(size, other) and all(facts.equal(size, other) for facts in earlier)
            ]

        pairs = [
            (size, wanted)
            for size, wanted in zip(mine.shape, new.shape, strict=True)
            if not self.ctx.facts.equal(size, wanted)
        ]
        if not any(named_there(size, wanted) for size, wanted in pairs):
            return False
        return all(
            any(
                self.ctx.require_equal(other, wanted, f"`{name}` keeps its shape")
                for other in named_there(size, wanted) or [size]
            )
            for size, wanted in pairs
        )

    def normal(self, type: Type) -> Type:
        return (
            type if not type.shape else Type(type.dtype, tuple(self.ctx.normal(size) for size in type.shape), type.kind)
        )

    def joined(self, name: str, a: Type, b: Type) -> Type:
        """The type of a variable that holds values of two types. Raises Unsupported where more than weight differs."""
        if a == b:
            return a
        if a.rank or b.rank or a.kind == "array" or b.kind == "array":
            if (
                a.dtype == b.dtype
                and a.rank == b.rank
                and all(
                    self.ctx.require_equal(x, y, f"`{name}` keeps its shape")
                    for x, y in zip(a.shape, b.shape, strict=True)
                )
            ):
                return a
            raise Unsupported("MDSL309", f"the array `{name}` changes its type")
        if a.weak and not b.weak:
            if b.dtype == np.result_type(build._representative(Const(0, Type(a.dtype, (), "python"))), b.dtype):
                return b
        elif b.weak and not a.weak:
            return self.joined(name, b, a)
        elif a.weak and b.weak and {a.dtype.kind, b.dtype.kind} == {"i", "f"}:
            return a if a.dtype.kind == "f" else b
        raise Unsupported("MDSL309", f"`{name}` changes its type from {a} to {b}")
