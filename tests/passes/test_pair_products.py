"""Are two products of one matrix NumPy's, whether or not they are made while it is read once?"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mdsl import accelerate


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch):
    monkeypatch.setattr(importlib.import_module("mdsl.passes.pair_products"), "_LARGE", 0)


def chained(a, x, y):
    return (a @ x) @ a


def normal(a, x, y):
    return a.T @ (a @ x)


def both(a, x, y):
    return y @ a, a @ x


def updated(a, x, y):
    """A statement between the products, of what neither uses."""
    z = np.ones(x.shape[0])
    p = a @ x
    z += 1.0
    q = a.T @ y
    return p + 1.0, q + z


def in_rounds(a, x, y):
    for _ in range(3):
        x = (a @ x) @ a
        x = x / np.sum(np.abs(x))
    return x


def backwards(a, x, y):
    """The second product needs all of the first."""
    return a @ (y @ a)


def same_side(a, x, y):
    return a @ x, a @ (2 * x)


def matrix_changed(a, x, y):
    p = a @ x
    a[0, 0] = 7.0
    return p, y @ a


def vector_changed(a, x, y):
    p = a @ x
    y[0] = 7.0
    return p, y @ a


PAIRED = (chained, normal, both, updated)
APART = (backwards, same_side, matrix_changed, vector_changed, in_rounds)


def check(function, paired, a, x, y, target="python"):
    mine, its = ([np.copy(v, order="K") for v in (a, x, y)] for _ in range(2))
    expected = function(*mine)
    compiled = accelerate(function, cache=False, target=target)
    result = compiled(*its)
    assert compiled.last_report.status == "full"
    assert ("_parts" in compiled.last_report.source) == paired
    tolerance = 1e-12 if a.dtype != np.float32 else 1e-4
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (result, expected)), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def drawn(n, m, dtype="f8"):
    rng = np.random.default_rng(n + m)
    return rng.random((n, m)).astype(dtype), rng.random(m).astype(dtype), rng.random(n).astype(dtype)


@pytest.mark.parametrize("function", PAIRED)
@pytest.mark.parametrize("shape", [(2, 3), (70, 9), (67, 40)])
def test_pairs(function, shape):
    check(function, True, *drawn(*shape))


@pytest.mark.parametrize("function", APART)
def test_apart(function):
    check(function, False, *drawn(12, 7))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 4)])
def test_nothing_to_read(shape):
    a, x, y = drawn(*shape)
    np.testing.assert_allclose(accelerate(chained, cache=False, target="python")(a, x, y), chained(a, x, y))
    for one, other in zip(accelerate(both, cache=False, target="python")(a, x, y), both(a, x, y), strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("function", [chained, both])
def test_compiled(function, dtype, monkeypatch):
    monkeypatch.setattr(importlib.import_module("mdsl.targets.numba"), "PARALLEL_WORK", 0)
    check(function, True, *drawn(300, 1000, dtype), target="numba")


def test_other_kinds_stay_with_numpy():
    a, x, y = drawn(9, 8)
    check(both, False, np.asfortranarray(a), x, y)  # rows are not walked
    check(both, False, *((10 * v).astype(np.int64) for v in (a, x, y)))
    check(both, False, a.astype("f4"), x, y)


def test_special_values():
    a, x, y = drawn(20, 20)
    a[3, 4], a[5, 6] = np.nan, np.inf
    check(both, True, a, x, y)
