"""What is known of the integers in scope: inequalities, and proofs from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from . import array as arr
from . import loops as lp
from .types import Size

_DEPTH = 6  # substitutions tried one after the other; real subscripts need two or three


@dataclass
class Facts:
    """Affine expressions known to be >= 0.

    >>> i, n = Size.named("i"), Size.named("n")
    >>> facts = Facts([i, n - 1 - i])
    >>> facts.nonnegative(n - 1), facts.nonnegative(i - 1)
    (True, False)
    """

    known: list[Size] = field(default_factory=list)
    _bounds: dict[tuple[str, bool], list[Size]] = field(default_factory=dict, compare=False, repr=False)
    _indexed: int = field(default=0, compare=False, repr=False)  # facts that are in `_bounds`

    def add(self, *sizes: Size) -> None:
        self.known.extend(sizes)

    def copy(self) -> Facts:
        return Facts(list(self.known))

    def within(self, loop: arr.For | lp.For) -> Facts:
        """These facts and, in the loop's body alone, that its variable stays within its range.

        Outside they would say that the loop has a round.
        """
        index = Size.named(loop.var)
        if loop.step > 0:
            return Facts([*self.known, index - loop.lo, loop.hi - 1 - index])
        return Facts([*self.known, loop.lo - index, index - loop.hi - 1])

    def given(self, condition: arr.Expr, holds: bool) -> Facts:
        """These facts and what follows from a condition that holds, or does not, on one way through a branch."""
        return Facts([*self.known, *implied(condition, holds)])

    def nonnegative(self, size: Size, depth: int = _DEPTH) -> bool:
        """Whether size >= 0 follows; False where it does not or is not found."""
        return self._follows(size, depth, self._by_name(), {})

    def _by_name(self) -> dict[tuple[str, bool], list[Size]]:
        """For each name the facts that bound it with a factor of 1: from below (True) and from above (False)."""
        if self._indexed > len(self.known):
            self._bounds, self._indexed = {}, 0
        for fact in self.known[self._indexed :]:
            for name, c in fact.terms:
                if abs(c) == 1:
                    self._bounds.setdefault((name, c > 0), []).append(fact)
        self._indexed = len(self.known)
        return self._bounds

    def _follows(
        self, size: Size, depth: int, bounds: dict[tuple[str, bool], list[Size]], failed: dict[Size, int]
    ) -> bool:
        if size.is_const:
            return size.const >= 0
        if depth == 0 or failed.get(size, 0) >= depth:
            return False
        # replace one name by a bound that can only make the expression smaller
        for name, k in size.terms:
            for fact in bounds.get((name, k > 0), ()):
                if self._follows(size - abs(k) * fact, depth - 1, bounds, failed):
                    return True
        failed[size] = depth
        return False

    def equal(self, a: Size, b: Size) -> bool:
        """Whether a == b follows."""
        return a == b or (self.nonnegative(a - b) and self.nonnegative(b - a))

    def equals(self, size: Size) -> Iterable[Size]:
        """Names that `size` is known to be equal to."""
        for fact in self.known:
            if -fact in self.known:
                other = size + fact
                if len(other.names) == 1 and other == Size.named(other.names[0]) and other != size:
                    yield other

    def positive(self, size: Size) -> bool:
        return self.nonnegative(size - 1)

    def lower_bounds(
        self, size: Size, eliminate: Callable[[str], bool], gone: frozenset[str] = frozenset()
    ) -> Iterable[Size]:
        """Expressions <= size without the names that `eliminate` picks; those `gone` do not come back."""
        name = next((name for name in size.names if eliminate(name)), None)
        if name is None:
            yield size
            return
        k = size.coefficient(name)
        for fact in self.known:
            c = fact.coefficient(name)
            if abs(c) == 1 and c * k > 0:
                smaller = size - abs(k) * fact
                if not (gone | {name}) & set(smaller.names):
                    yield from self.lower_bounds(smaller, eliminate, gone | {name})


def implied(condition: arr.Expr, holds: bool = True) -> tuple[Size, ...]:
    """Affine expressions that are >= 0 where a condition between integers of sizes holds, or does not.

    >>> from mdsl.ir.ops import table
    >>> from mdsl.ir.types import PY_BOOL
    >>> i, n = (arr.Extent(Size.named(name)) for name in "in")
    >>> [str(size) for size in implied(arr.Apply(table()["less"], (i, n), None, PY_BOOL))]
    ['n - i - 1']
    """
    match condition:
        case arr.Apply(op, (arr.Extent(a), arr.Extent(b)), _, _):
            match (op.name, holds):
                case ("less", True) | ("greater_equal", False):
                    return (b - a - 1,)
                case ("less_equal", True) | ("greater", False):
                    return (b - a,)
                case ("greater", True) | ("less_equal", False):
                    return (a - b - 1,)
                case ("greater_equal", True) | ("less", False):
                    return (a - b,)
                case ("equal", True) | ("not_equal", False):
                    return (a - b, b - a)
        case arr.Apply(op, (one, other), _, _) if op.name == ("logical_and" if holds else "logical_or"):
            return implied(one, holds) + implied(other, holds)
        case arr.Apply(op, (inner,), _, _) if op.name == "logical_not":
            return implied(inner, not holds)
    return ()


def door_facts(program: arr.Program | lp.Program) -> Facts:
    """What holds wherever the program runs: extents are not negative, derived integers are what they are, guards hold.

    >>> from mdsl.transpiler.lift_text import lift_text
    >>> import numpy as np
    >>> facts = door_facts(lift_text("def f(a, b): return a[2:] + b[1:]", np.ones(5), np.ones(4)))
    >>> facts.nonnegative(Size.named("n") - 2)
    True
    """
    facts = Facts([Size.named(n) for p in program.params for size in p.type.shape for n in size.names])
    for derived in program.derived:
        it, first, second = Size.named(derived.name), derived.first, derived.second
        match derived.operator:
            case "//":
                facts.add(first - second.const * it, second.const * (it + 1) - 1 - first)
                if facts.nonnegative(first):
                    facts.add(it)
            case "min":
                facts.add(first - it, second - it)
                if facts.nonnegative(first) and facts.nonnegative(second):
                    facts.add(it)
            case "max":
                facts.add(it - first, it - second)
    for guard in program.guards:
        facts.add(guard.size)
        if guard.equal:
            facts.add(-guard.size)
    return facts
