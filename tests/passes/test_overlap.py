"""Are loops with a shift between them, run by strips, NumPy's, and are those left alone that may not be?"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mdsl import accelerate

PASS = importlib.import_module("mdsl.passes.overlap")


@pytest.fixture
def small_strips(monkeypatch):
    monkeypatch.setattr(PASS, "LARGE", 1)
    monkeypatch.setattr(PASS, "ROWS", 4)
    monkeypatch.setattr(PASS, "ELEMENTS", 3)


def differences(u, v):
    t = u[:, 0] * u[:, 0] + 1.0
    return t[1:] - t[:-1]


def blurred(u, v):
    x = (u[:, :-2] + u[:, 1:-1] + u[:, 2:]) / 3.0
    return (x[:-2] + x[1:-1] + x[2:]) / 3.0


def fluxes(u, v):
    down = np.sqrt(u[1:, :] * u[:-1, :] + 1.0)
    right = np.sqrt(u[:, 1:] * u[:, :-1] + 1.0)
    v[1:-1, 1:-1] += (down[1:, 1:-1] - down[:-1, 1:-1]) - (right[1:-1, 1:] - right[1:-1, :-1])
    return v


def three(u, v):
    first = u[2:] - u[:-2]
    second = first[1:, 1:] * first[:-1, :-1] + u[1:-2, 1:]
    third = second[2:] * 0.5 + second[:-2]
    return third[:, 1:] + third[:, :-1]


def exponentials(u, v):
    t = np.exp(-u)
    return t[1:] / t[:-1] + t[1:, ::-1]


def sums_of_rows(u, v):
    s = np.sum(u, axis=1)
    m = s[1:] + s[:-1]
    return u[1:] / m[:, None]


def along_rows(u, v):
    t = u * v
    return t[:, 1:] * t[:, :-1]


def by_hand(u, v):
    n, m = u.shape
    t = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            t[i, j] = u[i, j] * 2.0
    for i in range(2, n - 1):
        for j in range(1, m):
            v[i, j] = t[i - 2, j] + t[i + 1, j - 1]
    return v


def in_time(u, v):
    for _ in range(3):
        v[1:-1] = v[1:-1] * 0.5 + (u[2:] - u[:-2])
        w = u + 1.0
        v[1:, :] += w[1:] * w[:-1]
    return v


def something_between(u, v):
    t = u * 2.0
    s = np.max(v)
    w = t[1:] * s
    return w - t[:-1]


DONE = [differences, blurred, fluxes, three, exponentials, along_rows, by_hand, in_time, something_between]


def returned(u, v):
    t = u * 2.0
    return t, t[1:] - t[:-1]


def read_twice(u, v):
    t = u * 2.0
    v[1:] = t[1:] - t[:-1]
    return v, np.sum(t[2:] * t[:-2], axis=None)


def overwritten(u, v):
    t = u * 2.0
    u[1:] = t[1:] - t[:-1]
    return u


def overwritten_between(u, v):
    t = u * 2.0
    u[0] = 7.0
    return t[1:] - t[:-1] + u[1:] * np.max(u)


def turned(u, v):
    t = u * 2.0
    return t[::-1] - t[0]


def unknown_shift(u, v):
    k = int(v[0, 0] > 9) + 2
    t = u * 2.0
    return t[k:] - t[:-k]


def of_another_round(u, v):
    t = np.zeros(u.shape)
    for k in range(1, 4):
        for i in range(1, len(u) - k):
            for j in range(u.shape[1]):
                t[i, j] = u[i, j] * k
        for i in range(1, len(u) - 1):
            for j in range(u.shape[1]):
                v[i, j] += t[i, j] + t[i + 1, j]
    return v


def left_from_before(u, v):
    t = np.empty(u.shape)
    for k in range(3):
        for i in range(len(u) - k):
            for j in range(u.shape[1]):
                t[i, j] = u[i, j] * (k + 1)
        for i in range(len(u) - 1):
            for j in range(u.shape[1]):
                v[i, j] += t[i, j] - t[i + 1, j]
    return v


def stored_in_no_round(u, v):
    t = np.empty(u.shape)
    for k in range(3):
        for i in range(len(u)):
            for j in range(u.shape[1]):
                for _ in range(1 - k):
                    t[i, j] = u[i, j] * (k + 1)
        for i in range(1, len(u)):
            for j in range(u.shape[1]):
                v[i, j] += t[i, j] - t[i - 1, j]
    return v


def far(u, v):
    t = u * 2.0
    return t[10:] - t[:-10]


def depends_on_rounds(u, v):
    t = u * 2.0
    for i in range(1, len(u)):
        for j in range(u.shape[1]):
            v[i, j] = v[i - 1, j] + t[i - 1, j]
    return v


def last_digits(u, v):
    t = np.exp(u[:, 0])
    return t[1:] - t[:-1]


LEFT = [
    returned, overwritten, overwritten_between, turned, unknown_shift, of_another_round, left_from_before,
    stored_in_no_round, far, depends_on_rounds, last_digits,
]  # fmt: skip


def name_of(function):
    return function.__name__


def check(function, strips, u, v, target="python"):
    compiled = accelerate(function, cache=False, target=target)
    expected = function(u.copy(), v.copy())
    found = compiled(u.copy(), v.copy())
    assert compiled.last_report.status == "full"
    if strips is not None:
        assert ("near" in compiled.last_report.source) == strips
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (found, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)


def pair(shape, seed=1):
    rng = np.random.default_rng(seed)
    return rng.random(shape), rng.random(shape)


@pytest.mark.parametrize("function", DONE, ids=name_of)
def test_by_strips(function, small_strips):
    for shape in ((61, 5), (33, 6), (90, 3)):
        check(function, True, *pair(shape))


@pytest.mark.parametrize("function", DONE, ids=name_of)
def test_few_rows(function, small_strips):
    for shape in ((6, 4), (7, 3)):
        check(function, True, *pair(shape))


@pytest.mark.parametrize("function", LEFT, ids=name_of)
def test_left_as_they_are(function, small_strips):
    check(function, False, *pair((40, 5)))


@pytest.mark.parametrize("function", [read_twice, sums_of_rows], ids=name_of)
def test_with_reductions(function, small_strips):
    check(function, None, *pair((70, 6)))


@pytest.mark.parametrize("function", [blurred, fluxes, three, differences, in_time], ids=name_of)
def test_compiled_and_in_parallel(function, small_strips, monkeypatch):
    monkeypatch.setattr(importlib.import_module("mdsl.targets.numba"), "PARALLEL_WORK", 0)
    check(function, True, *pair((75, 9)), target="numba")


def test_dtypes_and_layouts(small_strips):
    u, _ = pair((80, 12))
    for given in (u.astype("f4"), u[::2, ::2], u.T.copy().T, (u * 9).astype("i8")):
        compiled = accelerate(blurred, cache=False, target="python")
        result, expected = compiled(given, given), blurred(given, given)
        assert result.dtype == expected.dtype
        np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_small_arrays_run_as_they_were():
    found = accelerate(blurred, cache=False, target="python").explain(*pair((9, 9)))
    assert ">= 131072:" in found.source
    assert any("`x`: computed for a strip of rows, with 2 around it" in str(step) for step in found.steps)
