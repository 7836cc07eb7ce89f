"""Does whatever the prover proves hold for integers, and does it prove what subscripts need?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mdsl.ir.array import For
from mdsl.ir.facts import Facts, door_facts
from mdsl.ir.types import Size
from mdsl.transpiler.lift_text import lift_text

NAMES = ("i", "j", "m", "n")
ROW, J, M, N = (Size.named(name) for name in NAMES)


@st.composite
def sizes(draw: Any) -> Size:
    size = Size(draw(st.integers(-3, 3)))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)):
        size = size + draw(st.sampled_from([-2, -1, 1, 2])) * Size.named(name)
    return size


@given(st.lists(sizes(), max_size=5), sizes())
def test_what_is_proven_holds(known: list[Size], size: Size) -> None:
    """Random integers rarely meet five facts at once: every point of a small box is tried."""
    assume(Facts(known).nonnegative(size))
    grid = np.meshgrid(*[np.arange(-4, 5)] * len(NAMES), indexing="ij")
    values: dict[str, Any] = dict(zip(NAMES, grid, strict=True))
    holds = np.ones(grid[0].shape, bool)
    for fact in known:
        holds &= fact.evaluate(values) >= 0
    assert np.all(np.broadcast_to(size.evaluate(values), holds.shape)[holds] >= 0)


@given(st.lists(sizes(), max_size=4), sizes())
def test_bounds_are_below(known: list[Size], size: Size) -> None:
    """A lower bound is no more than the size wherever the facts hold: their difference is a sum of facts."""
    for bound in Facts(known).lower_bounds(size, lambda name: name in ("i", "j")):
        assert not {"i", "j"} & set(bound.names)
        for point in np.ndindex(5, 5, 5, 5):
            values = {name: k - 2 for name, k in zip(NAMES, point, strict=True)}
            if all(fact.evaluate(values) >= 0 for fact in known):
                assert bound.evaluate(values) <= size.evaluate(values)


@pytest.mark.parametrize(
    ("known", "proven", "open"),
    [
        ([N], [N, N + 1, 2 * N], [N - 1, -N]),
        ([ROW, N - 1 - ROW], [N - 1, N - 1 - ROW, N - ROW], [ROW - 1, N - 2]),
        ([ROW - 1, N - 2 - ROW], [ROW - 1, N - ROW - 2, N - 3], [N - 4]),
        ([J, ROW - 1 - J, N - 1 - ROW], [N - 1 - J, N - 2 - J, ROW - J - 1], [N - 3 - J]),
        ([N - M, M - N], [N - M, M - N], [N]),
        ([M, N - 2 * M], [N - M, N], [N - 3 * M]),
        ([], [Size(0), Size(2)], [Size(-1), N]),
    ],
)
def test_what_subscripts_need(known: list[Size], proven: list[Size], open: list[Size]) -> None:
    facts = Facts(known)
    assert all(facts.nonnegative(size) for size in proven)
    assert not any(facts.nonnegative(size) for size in open)
    assert all(facts.positive(size + 1) for size in proven)


@pytest.mark.parametrize(
    ("loop", "proven"),
    [
        (For("i", Size(0), N, 1, ()), [ROW, N - 1 - ROW, N - 1]),
        (For("i", Size(2), N - 1, 2, ()), [ROW - 2, N - 2 - ROW]),
        (For("i", N - 1, Size(-1), -1, ()), [ROW, N - 1 - ROW]),
    ],
)
def test_a_loop_says_more_in_its_body_alone(loop: For, proven: list[Size]) -> None:
    facts = Facts([N])
    inside = facts.within(loop)
    assert all(inside.nonnegative(size) for size in proven)
    assert facts.known == [N] and not facts.nonnegative(N - 1)


def test_the_door_gives_extents_guards_and_what_is_derived() -> None:
    program = lift_text("def f(a, b): return a[1::2] + b[:3]", np.ones(7), np.ones(9))
    facts = door_facts(program)
    names = {name for param in program.params for size in param.type.shape for name in size.names}
    assert names and all(facts.nonnegative(Size.named(name)) for name in names)
    assert program.guards and all(facts.nonnegative(guard.size) for guard in program.guards)
    assert all(facts.nonnegative(-guard.size) for guard in program.guards if guard.equal)
    for derived in program.derived:
        assert derived.operator == "//" and facts.nonnegative(
            derived.first - derived.second.const * Size.named(derived.name)
        )


def test_copies_are_apart() -> None:
    facts = Facts([N])
    other = facts.copy()
    other.add(M)
    assert other.nonnegative(M) and not facts.nonnegative(M)


def test_facts_in_a_circle_end():
    """i >= j and j >= i: what one elimination removes, the next must not bring back."""
    i, j = Size.named("i"), Size.named("j")
    assert list(Facts([i - j, j - i]).lower_bounds(i, lambda name: name in ("i", "j"))) == []
