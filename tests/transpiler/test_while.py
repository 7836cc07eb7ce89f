"""Loops whose first round is not sure: what they carry has NumPy's value and type, whether there was a round or not."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

from mdsl import accelerate

RNG = np.random.default_rng(0)


def grown(u, limit):
    """Python's number that becomes NumPy's, beside a store into an argument."""
    total = 0.0
    while total < limit:
        u += 0.125
        total = total + u[0]
    return total


def grown_from_an_int(u, limit):
    total = 0
    while total < limit:
        u += 0.125
        total = total + u[0]
    return total, total / 2


def decay(u, dt, end):
    """Python's int that becomes Python's float."""
    t = 0
    while t < end:
        u = u - dt * u
        t += dt
    return u, t


def decay_in_place(u, dt, end):
    t = 0
    while t < end:
        u[:] = u - dt * u
        t += dt
    return t


def in_rounds(u, dt, ends):
    """The original cannot take over in the second round: the first has stored."""
    times = np.zeros(len(ends))
    for k in range(len(ends)):
        t = 0.0
        while t < ends[k]:
            u[:] = u - dt * u
            t = t + u[0]
            if t > 100.0:
                break
        times[k] = t
    return times


def by_a_helper(u, limit):
    n = 0
    while norm(u) > limit:
        n = n + 0.5
        u = u * 0.5
    return n, u


def norm(u):
    return np.sqrt((u * u).sum())


def shown(u, dt, end):
    """The first type shows: an int times an integer array is one of integers."""
    t = 0
    while t < end:
        u = u * t
        t += dt
    return u, t


def with_a_store_in_its_test(u, limit):
    t = 0
    while bumped(u) < limit:
        t = t + 0.5
    return t


def counted_in_its_test(u, limit):
    t = 0
    n = 0
    while (n := n + 1) < limit:
        t = t + 0.5
        u = u + t
    return t, n, u


def bumped(u):
    u[0] += 1.0
    return u[0]


CASES = [
    (grown, (RNG.random(5), 3.0)),
    (grown, (RNG.random(5), 0.0)),
    (grown, (RNG.random(5).astype(np.float32), 3.0)),
    (grown_from_an_int, (RNG.random(5), 3.0)),
    (grown_from_an_int, (RNG.random(5), -1)),
    (decay, (RNG.random(5), 0.125, 1.0)),
    (decay, (RNG.random(5), 0.125, 0.0)),
    (decay_in_place, (RNG.random(5), 0.125, 1.0)),
    (decay_in_place, (RNG.random(5), 0.125, 0.0)),
    (in_rounds, (RNG.random(5) + 1, 0.125, np.array([2.0, 0.0, 3.0, -1.0]))),
    (by_a_helper, (RNG.random(5), 0.1)),
    (by_a_helper, (RNG.random(5), 9.0)),
    (shown, (np.arange(4), 0.5, 2.0)),
    (shown, (np.arange(4), 0.5, 0.0)),
    (with_a_store_in_its_test, (np.zeros(3), 3.5)),
    (with_a_store_in_its_test, (np.zeros(3), 0.5)),
    (counted_in_its_test, (np.zeros(3), 4)),
    (counted_in_its_test, (np.zeros(3), 0)),
]


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_as_numpy(function, args, target):
    wanted, got = copy.deepcopy(args), copy.deepcopy(args)
    expected = function(*wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = accelerate(function, target=target)(*got)
    expected, result = (value if isinstance(value, tuple) else (value,) for value in (expected, result))
    for a, b in zip((*wanted, *expected), (*got, *result), strict=True):
        assert type(a) is type(b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)
        np.testing.assert_allclose(b, a, rtol=1e-6 if getattr(a, "dtype", None) == np.float32 else 1e-13)


COMPILED = {grown, grown_from_an_int, decay, decay_in_place, in_rounds, by_a_helper}


@pytest.mark.parametrize(("function", "args"), [case for case in CASES if case[0] in COMPILED])
def test_compiled(function, args):
    assert accelerate(function, cache=False).explain(*args).status == "full"
