"""Does a single loop in another loop run in parallel where it is long, with NumPy's results, and nowhere else?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp

RNG = np.random.default_rng(0)


def upwind(u, c, steps):
    for _ in range(steps):
        u[1:] = u[1:] - c * (u[1:] - u[:-1])
    return u


def relax(rows, target):
    """A recurrence over rows, each of which is long."""
    for k in range(1, len(rows)):
        rows[k] = rows[k - 1] + 0.25 * (target - rows[k - 1])


def until(u, limit):
    """In a loop whose end the elements decide; the sum of a round is read in the next."""
    total = u[0]
    while total < limit:
        u += 0.125
        total = total + u[0]
    return total


def triangle(a):
    """Rows that grow with the rounds: no launches for them."""
    for i in range(1, len(a)):
        for j in range(i):
            a[i, j] = a[i - 1, j] * 0.5 + 1.0


def prefix(u, steps):
    """Each element needs the one before: never in parallel."""
    for _ in range(steps):
        for i in range(1, len(u)):
            u[i] = u[i] + 0.5 * u[i - 1]


def short(u, steps):
    """A length that is known."""
    w = np.zeros(8)
    for _ in range(steps):
        w += u[:8]
    return w


def nothing_to_do(u, steps):
    for _ in range(steps):
        for i in range(len(u)):
            if i:
                pass
    return u[0]


def loops(function, *args):
    """For each parallel loop of the last step whether it stands behind a test."""
    explained = accelerate(function, cache=False).explain(*args)
    assert explained.status == "full", explained.diagnostics
    found = []

    def visit(body, tested):
        for stmt in body:
            if isinstance(stmt, lp.For) and stmt.kind is lp.LoopKind.PAR:
                found.append(tested)
            for block in lp.blocks(stmt):
                visit(block, tested or isinstance(stmt, lp.If))

    visit(explained.steps[-1].after.body, False)
    return found


def test_where_a_test_decides():
    u = np.ones(9)
    assert loops(upwind, u, 0.5, 3) == [True, True]
    assert loops(relax, np.ones((3, 4)), np.ones(4)) == [True]
    assert loops(until, u, 9.0) == [True]


def test_where_nothing_runs_in_parallel():
    assert accelerate(nothing_to_do)(np.ones(5), 2) == 1.0
    assert loops(triangle, np.ones((5, 5))) == []
    assert loops(prefix, np.ones(9), 3) == []
    assert loops(short, np.ones(9), 3) == []
    explained = accelerate(upwind, cache=False, parallel=False).explain(np.ones(9), 0.5, 3)
    assert "prange" not in explained.source


@pytest.mark.parametrize("size", [2, 500, 300_000])
def test_as_numpy(size):
    u = RNG.random(size)
    for function, args in ((upwind, (u, 0.4, 3)), (until, (u, 2.0)), (prefix, (u, 2))):
        wanted, got = (tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args) for _ in "ab")
        expected, result = function(*wanted), accelerate(function)(*got)
        np.testing.assert_allclose(got[0], wanted[0], rtol=1e-14)
        if expected is not None:
            np.testing.assert_allclose(result, expected, rtol=1e-14)
    rows, target = RNG.random((4, size)), RNG.random(size)
    wanted = rows.copy()
    relax(wanted, target)
    accelerate(relax)(rows, target)
    np.testing.assert_allclose(rows, wanted, rtol=1e-14)
