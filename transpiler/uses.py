"""What is known of a function's parameters from their use: the evidence, and the ranks that follow from it.

A value is known by the ranks that it may have. There are guesses among the evidence as well as proofs: whoever uses it
has to check what comes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass
class Uses:
    """What is known of one parameter. `exact` and `lower` bound its rank, `reason` is where the bound comes from."""

    name: str
    used: bool = False
    array: bool = False
    integer: bool = False
    arithmetic: bool = False
    scalar: bool = False
    truth: bool = False
    exact: int | None = None
    lower: int = 0
    likely: int = 0  # where nothing better is known
    reason: ast.expr | ast.stmt | None = None

    @property
    def rank(self) -> int | None:
        if self.exact is not None:
            return self.exact
        return self.lower or None


@dataclass(frozen=True)
class Val:
    """A value whose rank is the largest of `rank(root) + offset`; root "" stands for rank 0. Without parts: unknown.

    `stretched` has an axis made with newaxis: somebody means to combine it with an array.
    """

    parts: frozenset[tuple[str, int]] = frozenset()
    stretched: bool = False

    def moved(self, by: int) -> Val:
        return Val(frozenset((root, offset + by) for root, offset in self.parts))

    @property
    def parameter(self) -> str | None:
        """The parameter that this is, unchanged."""
        if len(self.parts) == 1:
            ((root, offset),) = self.parts
            return root if root and offset == 0 else None
        return None


@dataclass(frozen=True)
class ShapeOf:
    value: Val


@dataclass(frozen=True)
class Items:
    items: tuple[Value, ...]


@dataclass(frozen=True)
class Function:
    node: ast.FunctionDef | ast.Lambda
    env: Mapping[str, Value]


Value = Val | ShapeOf | Items | Function
UNKNOWN = Val()
SCALAR = Val(frozenset({("", 0)}))


def ranked(rank: int) -> Val:
    return Val(frozenset({("", rank)}))


def joined(*values: Value) -> Value:
    """A value that is any of these, or of their shapes broadcast: the largest rank counts."""
    parts: frozenset[tuple[str, int]] = frozenset()
    for value in values:
        if not isinstance(value, Val):
            return values[0] if all(v == values[0] for v in values) else UNKNOWN
        if value == UNKNOWN:
            return UNKNOWN
        parts |= value.parts
    return Val(parts if len(parts) == 1 else frozenset(p for p in parts if p != ("", 0)) or parts)


@dataclass(kw_only=True)
class Evidence:
    """What was seen of each parameter, and what follows from it once everything was seen."""

    uses: dict[str, Uses]
    links: list[tuple[Val, Val, ast.expr | ast.stmt]] = field(default_factory=list)
    bounds: list[tuple[Val, int, ast.expr | ast.stmt]] = field(default_factory=list)
    factors: list[tuple[Val, ast.expr]] = field(default_factory=list)  # operands of @

    def parameter(self, name: str) -> Val:
        return Val(frozenset({(name, 0)}))

    def settle(self) -> None:
        """Ranks that follow from what values are combined with: arrays next to arrays are taken for of one rank."""
        for value, least, where in self.bounds:
            if (self.rank(value) or 0) >= least:
                continue
            parts = [(self.uses[root], offset) for root, offset in value.parts if root]
            free = [(u, o) for u, o in parts if u.exact is None and not u.integer and not u.scalar]
            for use, offset in [(u, o) for u, o in free if u.array] or free:
                use.array = True
                self.at_least(use, least - offset, where)
        self.follow_links()
        for value, where in self.factors:
            # a factor that nothing else is known of: matrices are written with a capital letter, vectors without
            name = value.parameter
            use = self.uses.get(name or "")
            if name is not None and use is not None and use.array and use.rank is None:
                self.at_least(use, 2 if name[0].isupper() else 1, where)
                self.follow_links()
        for use in self.uses.values():
            if use.array and use.rank is None and use.likely:
                use.lower = use.likely
                self.follow_links()

    def follow_links(self) -> None:
        """Until nothing changes: each link may give a rank to one of its sides."""
        changed = True
        while changed:
            changes = [self.link(*pair, where) for a, b, where in self.links for pair in ((a, b), (b, a))]
            changed = any(changes)

    def link(self, unknown: Val, known: Val, where: ast.expr | ast.stmt) -> bool:
        rank = self.rank(known)
        if rank is None or rank < 1 or len(unknown.parts) != 1:
            return False
        changed = False
        for root, offset in unknown.parts:
            use = self.uses.get(root)
            if use is not None and use.array and use.rank is None and rank - offset > 0:
                use.lower, use.reason, changed = rank - offset, where, True
        return changed

    def rank(self, value: Val) -> int | None:
        ranks = []
        for root, offset in value.parts:
            if not root:
                ranks.append(offset)
            elif self.uses[root].array or self.uses[root].exact is not None:
                rank = self.uses[root].rank
                if rank is None:
                    return None
                ranks.append(rank + offset)
        return max(ranks, default=None)

    # -- evidence

    def each(self, value: Value) -> Iterable[Uses]:
        if isinstance(value, Val):
            return [self.uses[root] for root, _ in value.parts if root]
        return []

    def array(self, value: Value) -> None:
        """`value` is used as only an array can be."""
        if isinstance(value, Val) and len(value.parts) == 1:
            for use in self.each(value):
                if use.exact is None or use.exact > 0:
                    use.array = True

    def least(self, value: Value, rank: int, where: ast.expr | ast.stmt) -> None:
        """The rank of `value` is `rank` at least."""
        if not isinstance(value, Val):
            return
        if len(value.parts) == 1:
            ((root, offset),) = value.parts
            if root:
                self.array(value)
                self.at_least(self.uses[root], rank - offset, where)
        elif value.parts:
            self.bounds.append((value, rank, where))

    def likely(self, value: Value, rank: int, where: ast.expr | ast.stmt) -> None:
        """The rank of `value` may be `rank`; anything else that is known of it counts more."""
        if isinstance(value, Val) and len(value.parts) == 1:
            ((root, offset),) = value.parts
            if root and self.uses[root].exact is None and not self.uses[root].integer:
                use = self.uses[root]
                use.array, use.likely = True, max(use.likely, rank - offset)
                use.reason = use.reason or where

    def at_least(self, use: Uses, rank: int, where: ast.expr | ast.stmt) -> None:
        if rank > use.lower:
            use.lower, use.reason = rank, where

    def integer(self, value: Value) -> None:
        if isinstance(value, Items):
            for item in value.items:
                self.integer(item)
            return
        for use in self.each(value):
            if use.exact is None:
                use.integer = True

    def arithmetic(self, *values: Value) -> None:
        for value in values:
            for use in self.each(value):
                use.arithmetic = True
