"""Sequences that are not known item by item: what a loop, a comprehension or a builtin walks through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..ir.array import Expr, Extent
from ..ir.types import Size
from .diagnostics import Unsupported
from .values import Static, Tup, Value, constant, is_array

if TYPE_CHECKING:
    from .lift_flow import Flow


@dataclass(frozen=True, eq=False)
class Lazy:
    """`length` items, each made where a loop comes to it: a range, or rows of arrays side by side.

    `bounds` are those of a range, which may be walked more than once.
    """

    length: Size
    item: Callable[[Size], Value]
    bounds: tuple[Size, Size, int] | None = None


@dataclass(frozen=True)
class Keywords:
    """What `**options` holds: values by name."""

    items: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A dataclass: what its fields hold, by name."""

    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Listed:
    """A list that was filled by a loop: its items are the rows of an array that nothing else reaches."""

    array: Expr
    kind: str | None = None  # of all its items: numbers of "python" or of "numpy", or an "array"; None: otherwise


def lazy(lifter: Flow, value: Value) -> Lazy | None:
    """`value` as a sequence that a loop walks through; None where it is none."""
    if isinstance(value, Lazy):
        return value
    if isinstance(value, Static) and isinstance(value.value, range):
        known = value.value
        return ranged(lifter, Size(known.start), Size(known.stop), known.step)
    if is_array(value) and value.type.rank:  # type: ignore[union-attr]
        array = lifter.pinned(lifter.materialised(value))  # type: ignore[arg-type]
        return Lazy(lifter.ctx.normal(array.shape[0]), lambda k: lifter._row(array, k))
    return None


def ranged(lifter: Flow, lo: Size, hi: Size, step: int) -> Lazy:
    """range(lo, hi, step)."""
    ctx = lifter.ctx
    rounds = hi - lo if step > 0 else lo - hi
    if abs(step) > 1:
        rounds = ctx.derive("//", rounds + (abs(step) - 1), Size(abs(step)), "rounds")
    return Lazy(ctx.derive("max", rounds, Size(0), "rounds"), lambda k: Extent(lo + k * step), (lo, hi, step))


def enumerated(lifter: Flow, sequence: Lazy, start: Value) -> Lazy:
    """enumerate(sequence, start)."""
    first = lifter.ctx.size(start, "start") if isinstance(start, Expr) else None
    if first is None:
        raise Unsupported("MDSL303", "`enumerate` from something that is no integer")
    return Lazy(sequence.length, lambda k: Tup((Extent(first + k), sequence.item(k))))


def zipped(lifter: Flow, sequences: list[Lazy], strict: bool) -> Lazy:
    """zip(*sequences, strict=strict)."""
    ctx = lifter.ctx
    length = ctx.normal(sequences[0].length)
    for other in sequences[1:]:
        if strict and not ctx.require_equal(length, other.length, "what is zipped is of one length"):
            raise Unsupported("MDSL302", "a strict `zip` of lengths that are not known to agree")
        length = length if strict else ctx.derive("min", length, ctx.normal(other.length), "rows")
    return Lazy(length, lambda k: Tup(tuple(s.item(k) for s in sequences)))


def backwards(lifter: Flow, sequence: Lazy) -> Lazy:
    """reversed(sequence)."""
    if sequence.bounds is not None and abs(sequence.bounds[2]) == 1:
        lo, hi, step = sequence.bounds
        return ranged(lifter, hi - step, lo - step, -step)
    last = sequence.length - 1
    return Lazy(sequence.length, lambda k: sequence.item(last - k))


def known_items(value: Value) -> tuple[Value, ...] | None:
    """The items of a range whose bounds are known; None for anything else."""
    if isinstance(value, Static) and isinstance(value.value, range):
        return tuple(constant(k) for k in value.value)
    return None
