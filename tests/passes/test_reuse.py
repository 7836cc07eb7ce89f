"""Temporaries that share memory never meet there."""

from __future__ import annotations

import numpy as np
import pytest

import mdsl

RNG = np.random.default_rng(5)
A, B = RNG.random((7, 7)), RNG.random((7, 7))


def layers(a, b):
    hidden = np.tanh(a @ b)
    wide = np.maximum(hidden @ a, 0)
    return np.exp(-(wide @ b))


def read_again(a, b):
    first = a @ b
    second = np.sqrt(first) @ a
    return second + first


def turned(a, b):
    first = a @ b
    second = first.T + 1.0
    return second @ a


def moved(a, b):
    first = a @ b
    second = np.empty_like(first)
    second[1:] = first[:-1] * 2
    second[0] = 0.0
    return second @ a


def both(a, b):
    first = a @ b
    second = np.cos(first) @ a
    return first, second


def narrower(a, b):
    first = a @ b
    second = (first * 8).astype(np.float32)
    third = second * np.float32(2)
    return third @ third


def in_loop(a, b):
    total = a @ b
    for k in range(3):
        step = np.sin(total) @ a
        total = step @ b + k
    return total


def sorted_rows(a, b):
    first = np.sort(a @ b, axis=0)
    second = first[::-1] + 1.0
    return np.sort(second @ a, axis=1), second @ b


CASES = [layers, read_again, turned, moved, both, narrower, in_loop, sorted_rows]


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("target", ["python", "numba"])
def test_equals_numpy(function, target):
    compiled = mdsl.accelerate(function, target=target, cache=False, fallback=False)
    for _ in range(2):
        got, want = compiled(A.copy(), B.copy()), function(A.copy(), B.copy())
        for x, y in zip(*((v if isinstance(v, tuple) else (v,)) for v in (got, want)), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-5 if function is narrower else 1e-12)
            assert x.dtype == y.dtype


def allocations(function):
    source = mdsl.accelerate(function, target="python", cache=False).explain(A, B).source
    return source.count("np.empty(")


@pytest.mark.parametrize(("function", "arrays"), [(layers, 2), (read_again, 3), (moved, 3), (both, 3)])
def test_how_many_arrays_are_made(function, arrays):
    """A product needs memory beside its factors; what an elementwise step makes of it does not."""
    assert allocations(function) == arrays


def test_results_own_their_memory():
    compiled = mdsl.accelerate(both, target="python", cache=False)
    first, second = compiled(A, B)
    assert not np.shares_memory(first, second)
