"""What is known of the integers in scope: inequalities, and proofs from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

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

    def add(self, *sizes: Size) -> None:
        self.known.extend(sizes)

    def copy(self) -> Facts:
        return Facts(list(self.known))

    def nonnegative(self, size: Size, depth: int = _DEPTH) -> bool:
        """Whether size >= 0 follows; False where it does not or is not found."""
        if size.is_const:
            return size.const >= 0
        if depth == 0:
            return False
        # replace one name by a bound that can only make the expression smaller
        for name, k in size.terms:
            for fact in self.known:
                c = fact.coefficient(name)
                # fact >= 0 with c = ±1 bounds the name: from below for c = 1, from above for c = -1
                if abs(c) == 1 and c * k > 0 and self.nonnegative(size - abs(k) * fact, depth - 1):
                    return True
        return False

    def positive(self, size: Size) -> bool:
        return self.nonnegative(size - 1)

    def lower_bounds(self, size: Size, eliminate: Callable[[str], bool]) -> Iterable[Size]:
        """Expressions <= size without the names that `eliminate` picks."""
        name = next((name for name in size.names if eliminate(name)), None)
        if name is None:
            yield size
            return
        k = size.coefficient(name)
        for fact in self.known:
            c = fact.coefficient(name)
            if abs(c) == 1 and c * k > 0:
                smaller = size - abs(k) * fact
                if name not in smaller.names:
                    yield from self.lower_bounds(smaller, eliminate)
