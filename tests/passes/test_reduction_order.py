"""Reductions of arrays whose memory is not in C's order: right, as accurate as NumPy's, and along the memory."""

import math

import numpy as np
import pytest

from mdsl import accelerate

RNG = np.random.default_rng(3)


def columns(a):
    return np.sum(a * 2 + 1, axis=0)


def rows(a):
    return a.max(axis=1)


def outer(a):
    return np.sum(a, axis=(0, 2)) if a.ndim == 3 else np.sum(a, axis=0, keepdims=True)


def turned(a):
    return np.sum(a.T, axis=0) + np.prod(a.T, axis=0)


def mixed(a, b):
    return np.sum(a * b, axis=0), np.sum(a - b, axis=-1)


def stored(a):
    a[0] = np.sum(a, axis=0)
    return a.min(axis=0)


def layouts(shape):
    """The same numbers in C's order, in Fortran's, and in neither."""
    a = RNG.random(shape)
    wide = np.zeros((*shape[:-1], shape[-1] * 2))
    wide[..., ::2] = a
    tall = np.zeros(tuple(2 * n for n in shape), order="F")
    tall[tuple(slice(None, None, 2) for _ in shape)] = a
    return [a, np.asfortranarray(a), wide[..., ::2], tall[tuple(slice(None, None, 2) for _ in shape)]]


@pytest.mark.parametrize("target", ["python", "numpy", "numba"])
@pytest.mark.parametrize("function", [columns, rows, outer, turned, stored], ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(7, 5), (1, 6), (300, 3), (3, 4, 5)], ids=str)
def test_layouts(function, shape, target):
    compiled = accelerate(function, target=target, cache=False)
    for a in layouts(shape):
        own = a.copy("K")
        expected = function(a)
        got = compiled(own)
        np.testing.assert_allclose(got, expected, rtol=1e-13)
        np.testing.assert_allclose(own, a, rtol=1e-13)
        assert compiled.last_report.status == "full"


@pytest.mark.parametrize("target", ["python", "numba"])
def test_arrays_of_two_orders(target):
    compiled = accelerate(mixed, target=target, cache=False)
    for a in layouts((40, 9)):
        for b in layouts((40, 9)):
            for got, expected in zip(compiled(a, b), mixed(a, b), strict=True):
                np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_as_accurate_as_pairwise_sums(dtype):
    def total(a):
        return np.sum(a, axis=0)

    compiled = accelerate(total, target="numba", cache=False)
    column = np.full(100_000, 0.1, dtype)
    exact = math.fsum(column)
    for a in (np.asfortranarray(np.stack([column] * 3, axis=1)), np.stack([column] * 6, axis=0).T[:, ::2]):
        error = np.abs(compiled(a) - exact).max()
        assert error <= 6 * np.spacing(dtype(exact))


def test_the_inner_loop_is_along_the_memory():
    def total(a):
        return np.sum(a, axis=0)

    compiled = accelerate(total, target="python", cache=False)
    a = RNG.random((30, 20))
    inner = {
        order: compiled.explain(np.asarray(a, order=order)).source.split("a[i, j]")[0].rsplit("for ", 1)[1]
        for order in ("C", "F")
    }
    assert inner["C"].startswith("j ") and inner["F"].startswith("i ")
