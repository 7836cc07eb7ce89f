"""Helpers are lifted where they are called: what they do to versions of the caller's variables, and to its arrays."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate


def relax(u, rounds):
    for _ in range(rounds):
        old = u.copy()
        u[1:-1] = 0.5 * (old[2:] + old[:-2])


def until_settled(u):
    change, steps = 1, 0
    while change > 0.01:
        before = u.copy()
        relax(u, 2)
        change = np.abs(u - before).max()
        steps += 1
    return steps, change


def counted(u):
    total, rounds = 0.0, 0
    for k in range(3):
        rounds += k
        relax(u, rounds)
        total += u.sum() * rounds
    return total, rounds


@pytest.mark.parametrize("target", ["python", "numpy", "numba"])
@pytest.mark.parametrize(("function", "rest"), [(until_settled, ()), (counted, ())])
def test_a_loop_in_a_helper_leaves_the_callers_variables(function, rest, target):
    ours = np.random.default_rng(4).random(12)
    theirs = ours.copy()
    compiled = accelerate(function, target=target, cache=False)
    np.testing.assert_allclose(compiled(ours, *rest), function(theirs, *rest), rtol=1e-13)
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    assert compiled.last_report.status == "full"
