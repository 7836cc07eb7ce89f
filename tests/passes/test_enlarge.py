"""Is the memory of a temporary whose size changes from round to round allocated once, with NumPy's results?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp

RNG = np.random.default_rng(0)


def fold(u):
    """Grows with the round."""
    for k in range(len(u)):
        u[:k] = u[k:0:-1] + u[:k]


def eliminate(a):
    """Shrinks along both axes."""
    for k in range(len(a) - 1):
        a[k + 1 :, k + 1 :] = a[k + 1 :, k + 1 :].T - a[k, k + 1 :]
        a[k + 1 :, k + 1 :] *= 0.5


def shifted(u, shifts):
    """A size that the elements decide, from both ends."""
    u = u.copy()
    for s in shifts:
        u[s:] = np.maximum(u[s:], u[:-s] + 0.25)
    return u


def in_parallel(x):
    """Rounds that run side by side, each in memory of its own."""
    out = np.empty(len(x))
    for k in range(1, len(x)):
        sums = np.cumsum(x[k, :k])
        out[k] = sums[-1] * sums[0]
    out[0] = 0.0
    return out


def returned(u):
    """An array that goes out of the loop keeps its own size."""
    last = u[:0] * 1.0
    for k in range(1, len(u)):
        last = np.cumsum(u[:k])
        u[0] = last[0] * 0.5
    return last


def unknown(u, sizes):
    """No bound: it may be as large as it likes."""
    total = np.zeros(1)
    for k in sizes:
        t = np.zeros(k)
        t[:] = u[0]
        u[0] = t.sum() / 100.0
        total += u[0]
    return total


CASES = [
    (fold, (RNG.random(17),)),
    (fold, (RNG.random(0),)),
    (fold, (RNG.random(1),)),
    (eliminate, (RNG.random((9, 9)),)),
    (eliminate, (RNG.random((1, 1)),)),
    (shifted, (RNG.random(30), np.array([3, 1, 29, 7]))),
    (shifted, (RNG.random(30), np.array([], dtype=int))),
    (shifted, (RNG.random(30), np.array([31, -4, 30, -15]))),
    (in_parallel, (RNG.random((12, 12)),)),
    (returned, (RNG.random(8),)),
    (unknown, (RNG.random(4), np.array([3, 8, 1]))),
]


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_as_numpy(function, args, target):
    wanted, got = (tuple(a.copy() for a in args) for _ in "ab")
    expected, result = function(*wanted), accelerate(function, target=target)(*got)
    for a, b in zip((*wanted, expected), (*got, result), strict=True):
        if a is not None:
            np.testing.assert_allclose(b, a, rtol=1e-13)


def allocated(function, *args):
    """Of each array that the last step allocates: how deep in loops, and its shape."""
    explained = accelerate(function, cache=False).explain(*args)
    assert explained.status == "full", explained.diagnostics
    found = []

    def visit(body, depth):
        for stmt in body:
            if isinstance(stmt, lp.Alloc):
                found.append((depth, *map(str, stmt.shape)))
            for block in lp.blocks(stmt):
                visit(block, depth + isinstance(stmt, (lp.For, lp.While)))

    visit(explained.steps[-1].after.body, 0)
    return found


def test_by_the_largest_size():
    assert allocated(fold, np.ones(5)) == [(0, "n")]
    assert allocated(eliminate, np.ones((5, 5))) == [(0, "n", "n")]
    assert allocated(shifted, np.ones(5), np.array([2])) == [(0, "n"), (0, "n")]


def test_where_each_round_has_its_own():
    assert (1, "k") in allocated(in_parallel, np.ones((5, 5)))


def test_an_error_in_a_round_is_numpys():
    u = RNG.random(30)
    for shifts in ([0], [3, 0], [2, -7, 0]):
        with pytest.raises(ValueError, match="broadcast"):
            shifted(u, np.array(shifts))
        with pytest.raises(ValueError, match="broadcast"):
            accelerate(shifted)(u, np.array(shifts))
