"""Between which bounds do the elements of an integer expression lie? What is in range needs no check when it runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.array import Apply, AxisOf, Const, Expr, Extent, Ref, View
from ..ir.types import BOOL, INT, Size
from .context import Context

_DEPTH = 16  # operations between an index and what bounds it


@dataclass(frozen=True)
class Range:
    """Sizes that no element is below, and sizes that none is above: each of them holds. Empty where none is known."""

    lows: tuple[Size, ...] = ()
    highs: tuple[Size, ...] = ()


def within(ctx: Context, value: Expr, low: Size, high: Size) -> bool:
    """Whether every element is known to be from `low` to `high`, both included."""
    known = range_of(ctx, value)
    above = any(ctx.facts.nonnegative(bound - low) for bound in known.lows)
    return above and any(ctx.facts.nonnegative(high - bound) for bound in known.highs)


def range_of(ctx: Context, value: Expr, depth: int = _DEPTH) -> Range:
    """The bounds of an expression of int64 or bool elements that cannot have left int64 on the way."""
    if depth == 0:
        return Range()
    if value.type.dtype == BOOL:
        return Range((Size(0),), (Size(1),))
    if value.type.dtype.kind not in "iu":
        return Range()
    match value:
        case Extent(size):
            return Range((size,), (size,))
        case Const(number, _):
            return Range((Size(int(number)),), (Size(int(number)),))
        case Ref(name, version, _):
            held = ctx.contents.get(name) if value.type.rank else ctx.definitions.get(name)
            if held is None or name in ctx.mutable or (value.type.rank and version != 1):
                return Range()
            return range_of(ctx, held, depth - 1)
        case View(base, _, _):
            return range_of(ctx, base, depth - 1)
        case Apply(op, (mask, _), AxisOf(axis), _) if op.name == "nonzero":
            return Range((Size(0),), (ctx.normal(mask.shape[axis]) - 1,))
        case Apply(op, args, _, type):
            parts = [range_of(ctx, arg, depth - 1) for arg in args]
            if op.name == "cast" and args[0].type.dtype.kind in "biu":
                return parts[0] if type.dtype == INT else Range()
            if op.name in _RULES and type.dtype == INT:
                return _RULES[op.name](ctx, *parts)
            return Range()
        case _:
            return Range()


def _both(ctx: Context, a: tuple[Size, ...], b: tuple[Size, ...], sign: int) -> tuple[Size, ...]:
    """The bounds of one that bound the other too: lower ones with sign 1, upper ones with -1."""
    proved = ctx.facts.nonnegative
    return tuple(
        dict.fromkeys(
            x for first, second in ((a, b), (b, a)) for x in first if any(proved(sign * (y - x)) for y in second)
        )
    )


def _minimum(ctx: Context, a: Range, b: Range) -> Range:
    return Range(_both(ctx, a.lows, b.lows, 1), (*a.highs, *b.highs))


def _maximum(ctx: Context, a: Range, b: Range) -> Range:
    return Range((*a.lows, *b.lows), _both(ctx, a.highs, b.highs, -1))


def _either(ctx: Context, a: Range, b: Range) -> Range:
    return Range(_both(ctx, a.lows, b.lows, 1), _both(ctx, a.highs, b.highs, -1))


def _add(ctx: Context, a: Range, b: Range) -> Range:
    # with a bound missing the sum may leave int64 and come back at the other end
    if not (a.lows and a.highs and b.lows and b.highs):
        return Range()
    return Range(tuple(x + y for x in a.lows for y in b.lows), tuple(x + y for x in a.highs for y in b.highs))


def _subtract(ctx: Context, a: Range, b: Range) -> Range:
    return _add(ctx, a, Range(tuple(-y for y in b.highs), tuple(-y for y in b.lows)))


def _remainder(ctx: Context, a: Range, b: Range) -> Range:
    if any(ctx.facts.nonnegative(low - 1) for low in b.lows):
        return Range((Size(0),), tuple(high - 1 for high in b.highs))
    return Range()


def _bitwise_and(ctx: Context, a: Range, b: Range) -> Range:
    # no bit of the result is above those of an operand that is not negative
    positive = [part for part in (a, b) if any(ctx.facts.nonnegative(low) for low in part.lows)]
    return Range((Size(0),) if positive else (), tuple(high for part in positive for high in part.highs))


_RULES = {
    "bitwise_and": _bitwise_and,
    "minimum": _minimum,
    "maximum": _maximum,
    "where": lambda ctx, _, a, b: _either(ctx, a, b),
    "add": _add,
    "subtract": _subtract,
    "remainder": _remainder,
}
