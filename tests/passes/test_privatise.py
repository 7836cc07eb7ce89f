"""Are scatters that run in chunks NumPy's, whatever they add to?"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mdsl import accelerate

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
PASS = importlib.import_module("mdsl.passes.privatise")


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(PASS, "_LEAST", 2)


def counted(k, n):
    counts = np.zeros(n, dtype=np.int64)
    np.add.at(counts, k, 1)
    return counts


def added(out, k, x):
    np.add.at(out, k, x)
    return out


def rows(out, k, x):
    np.add.at(out, k, x * 2)
    return out


def pairs(out, i, j, x):
    np.add.at(out, (i, j), x)
    return out


def two(k, x, n):
    """Two targets in one loop."""
    total, count = np.zeros(n), np.zeros(n, dtype=np.int64)
    np.add.at(total, k, x)
    np.add.at(count, k, 1)
    return total / np.maximum(count, 1)


def from_itself(out, k):
    """The target is read as well."""
    np.add.at(out, k, out[k])
    return out


def stepwise(x):
    """A target that another scatter reads."""
    first, second = np.zeros(5), np.zeros(5)
    k = (np.arange(x.size) % 5).astype(np.int64)
    np.add.at(first, k, x)
    np.add.at(second, k, first[k] * x)
    return first, second


def averages(x, w):
    """A histogram and one with weights, whose bins are found once."""
    return np.histogram(x, 10, weights=w)[0] / np.histogram(x, 10)[0]


def check(function, *arguments, chunked=True, target="python"):
    def copies():
        return [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]

    expected = function(*copies())
    compiled = accelerate(function, cache=False, target=target)
    result = compiled(*copies())
    assert compiled.last_report.status == "full"
    assert ("chunks > 1" in compiled.last_report.source) == chunked
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (result, expected)), strict=True):
        assert one.dtype == other.dtype
        if one.dtype.kind in "fc":
            np.testing.assert_allclose(one, other, rtol=1e-13 if one.dtype.itemsize > 4 else 1e-5)
        else:
            np.testing.assert_array_equal(one, other)
    return result


@pytest.mark.parametrize("size", [0, 1, 63, 64, 900])
def test_counts(small_chunks, size):
    k = np.random.default_rng(size).integers(-5, 5, size)
    check(counted, k, 5, chunked=size != 1)


@pytest.mark.parametrize("dtype", ["i1", "u4", "i8", "f4", "f8", "c16"])
@pytest.mark.parametrize("target", ["python", "numba"])
def test_dtypes(small_chunks, dtype, target):
    rng = np.random.default_rng(0)
    out, x = rng.integers(0, 50, 3).astype(dtype), rng.integers(0, 50, 800).astype(dtype)
    check(added, out, rng.integers(-3, 3, 800), x, target=target)


def test_ranks(small_chunks):
    rng = np.random.default_rng(1)
    k = rng.integers(0, 3, 700)
    check(rows, np.ones((3, 2)), k, rng.random((700, 2)))
    check(pairs, np.ones((3, 2)), k, k % 2, rng.random(700))
    check(two, k, rng.random(700), 4)
    check(stepwise, rng.random(900))


def test_nothing_added_to_negative_zero(small_chunks):
    out = check(added, np.full(3, -0.0), np.repeat([0, 2], 200), np.repeat([-0.0, 0.0], 200))
    assert np.signbit(out).tolist() == [True, True, False]


def test_nan_and_infinity(small_chunks):
    x = np.ones(400)
    x[[3, 100, 300]] = np.nan, np.inf, -np.inf
    check(added, np.zeros(4), np.arange(400) % 4, x)


def test_a_target_that_is_read(small_chunks):
    rng = np.random.default_rng(2)
    check(from_itself, rng.random(4), rng.integers(0, 4, 300))


def test_indices_outside(small_chunks):
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            accelerate(added, cache=False, target="python")(np.zeros(3), np.full(300, wrong), np.ones(300))


def test_the_same_bits_each_time(small_chunks):
    rng = np.random.default_rng(3)
    arguments = rng.integers(0, 5, 5000), rng.random(5000), 5
    compiled = accelerate(two, cache=False)
    first = compiled(*arguments)
    assert all(np.array_equal(first, compiled(*arguments)) for _ in range(5))


def test_no_copies_of_large_targets():
    compiled = accelerate(added, cache=False, target="python")
    compiled(np.zeros(10_000), np.arange(10), np.ones(10))  # would add 10 000 zeros for each chunk
    assert "chunks = 16 if m >= 16 * (4096 + 16 * n) else" in compiled.last_report.source


def test_bins_are_found_once():
    rng = np.random.default_rng(4)
    x, w = rng.random(3000), rng.random(3000)
    compiled = accelerate(averages, cache=False)
    np.testing.assert_allclose(compiled(x, w), averages(x, w), rtol=1e-13)
    source = compiled.last_report.source
    body = source[source.index("chunks > 1") : source.index("else:\n        for")]
    assert body.count("np.int64((") == 1
