"""Are nests by tiles NumPy's, and is nothing tiled that walks along rows in one order or may not be?"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mdsl import accelerate

PASS = importlib.import_module("mdsl.passes.tile")


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setattr(PASS, "ROWS", 3)
    monkeypatch.setattr(PASS, "COLUMNS", 2)
    monkeypatch.setattr(PASS, "LINES", 4)


def mixed(a, b):
    return a.T * 2 - b


def into(a, b):
    b[:] = a.T
    return b


def out_of(a, b):
    b.T[1:, :] = a[1:, :] + 1
    return b


def corner(a, b):
    b[1:-1, 2:] += a[2:, 1:-1].T
    return b


def counted(a, b):
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            t = a[j, i] * 3
            b[i, j] = t + b[i, j] * t
    return b


def batches(a, b):
    c = np.stack([b, b + 1, b * 2])
    d = np.stack([a, a - 1, a * 3])
    c[:] = np.transpose(d, (0, 2, 1)) + c
    return c


def around(a, b):
    c = np.stack([a, a + 1, a * 2, a * 3, a * 4])
    d = np.ones((c.shape[2], c.shape[1], 5))
    d[:] = np.transpose(c, (2, 1, 0)) * d
    return d


def rows(a, b):
    return a + b * 2


def in_place(a, b):
    for i in range(1, a.shape[0]):
        for j in range(1, a.shape[0]):
            a[i, j] += a[j - 1, i - 1]
    return a


def triangle(a, b):
    for i in range(b.shape[0]):
        for j in range(i, b.shape[1]):
            b[i, j] = a[j, i]
    return b


def ahead(a, b):
    for i in range(b.shape[0]):
        t = i * 0.5 + 1
        for j in range(b.shape[1]):
            b[i, j] = a[j, i] - t
    return b


def ahead_and_read_later(a, b):
    t = 0.0
    for i in range(b.shape[0]):
        t = a[0, i] * 2
        for j in range(b.shape[1]):
            b[i, j] = a[j, i] - t
    return b, t


def ahead_of_its_change(a, b):
    for i in range(b.shape[0]):
        t = b[i, 0] * 2
        for j in range(b.shape[1]):
            b[i, j] = a[j, i] - t
    return b


def ahead_and_changed(a, b):
    for i in range(b.shape[0]):
        t = a[0, i] * 2
        for j in range(b.shape[1]):
            t = t + a[j, i]
            b[i, j] = a[j, i] - t
    return b


def last_value(a, b):
    t = 0.0
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            t = a[j, i]
            b[i, j] = t
    return b, t


def running(a, b):
    t = 0.0
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            t += a[j, i]
            b[i, j] += t
    return b


STAYS = [rows, in_place, triangle, last_value, running, ahead_and_read_later, ahead_of_its_change, ahead_and_changed]


def check(function, tiled, a, b, target="python"):
    compiled = accelerate(function, cache=False, target=target)
    expected = function(a.copy(), b.copy())
    found = compiled(a.copy(), b.copy())
    assert compiled.last_report.status == "full"
    assert ("strip" in compiled.last_report.source) == tiled
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (found, expected)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(7, 9), (9, 7), (4, 3), (2, 2), (0, 5), (12, 12)])
@pytest.mark.parametrize(
    "function", [mixed, into, out_of, corner, counted, batches, around, ahead], ids=lambda f: f.__name__
)
def test_transposed_access(function, shape, small_tiles):
    rng = np.random.default_rng(1)
    check(function, True, rng.random(shape), rng.random(shape[::-1]))


@pytest.mark.parametrize("function", STAYS, ids=lambda f: f.__name__)
def test_what_stays(function, small_tiles):
    rng = np.random.default_rng(2)
    check(function, False, rng.random((8, 8)), rng.random((8, 8)))


@pytest.mark.parametrize("function", [mixed, counted, batches], ids=lambda f: f.__name__)
def test_compiled_and_in_parallel(function, small_tiles, monkeypatch):
    monkeypatch.setattr(importlib.import_module("mdsl.targets.numba"), "PARALLEL_WORK", 0)
    rng = np.random.default_rng(3)
    check(function, True, rng.random((11, 9)), rng.random((9, 11)), target="numba")


def test_small_sizes_run_as_they_were():
    found = accelerate(mixed, cache=False, target="python").explain(np.ones((4, 4)), np.ones((4, 4)))
    assert "if n >= 64 and m >= 512:" in found.source or "if m >= 64 and n >= 512:" in found.source
    assert any("by tiles of `i` and `j`" in str(step) for step in found.steps)


def test_layouts_and_dtypes(small_tiles):
    rng = np.random.default_rng(5)
    for a in (rng.random((12, 14))[::2, ::2], rng.random((6, 7)).astype("f4"), np.arange(42).reshape(6, 7)):
        b = np.ones(a.shape[::-1], a.dtype)
        compiled = accelerate(mixed, cache=False, target="python")
        result, expected = compiled(a, b), mixed(a, b)
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result, expected)


def copied_and_summed(a, b):
    c = np.ascontiguousarray(a.T)
    return c, c.max(axis=1)


def copied_and_multiplied(a, b):
    c = np.ascontiguousarray(a.T)
    d = np.zeros((len(c), 3))
    for i in range(len(c)):
        for k in range(3):
            for j in range(c.shape[1]):
                d[i, k] += c[i, j] * k
    return c, d


def test_tiles_are_kept_beside_loops_that_do_no_more(small_tiles):
    rng = np.random.default_rng(6)
    check(copied_and_summed, True, rng.random((9, 8)), rng.random((8, 9)))
    accelerated = accelerate(copied_and_multiplied, cache=False, target="python")
    np.testing.assert_allclose(accelerated(a := rng.random((9, 8)), a)[1], copied_and_multiplied(a, a)[1])
