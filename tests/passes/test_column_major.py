"""Is what is made of arrays in Fortran's order right, in Fortran's order as NumPy has it, and nothing else turned?"""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from mdsl import accelerate

RNG = np.random.default_rng(3)


def scaled(a, b):
    return a * 2 + b


def transposed(a, b):
    return a.T * 2 - b.T


def standardised(a, b):
    return (a - a.mean(axis=0)) / (a.std(axis=0) + 1)


def centred_columns(a, b):
    c = a.T
    return c - c.mean(axis=1, keepdims=True), (b.T - b.T.sum(axis=1)[:, None]) / 2


def in_place_beside(a, b):
    c = a - a[0] / 2
    b[:] = b - b.sum(axis=1)[:, None]
    return c, b.T * 2 - a.T[:, :1]


def by_rows(a, b):
    return a - b.sum(axis=1)[:, None]


def shifted(a, b):
    c = np.zeros_like(a)
    c[1:] = a[1:] + b[:-1]
    return c


def two_results(a, b):
    c = np.exp(a)
    return c, {"d": c * b, "s": c.sum()}


def masked(a, b):
    return np.where(a > b, a, 0.0)


def smoothed(a, b):
    c = a.copy()
    for _ in range(3):
        c = 0.5 * c + 0.25 * (a + b)
    return c


def in_place(a, b):
    a += b * 2
    return a


def both_in_place(a, b):
    b[1:] = a[1:] - b[1:]
    a[:, 1:] = np.abs(b[:, 1:])


def rank_3(a, b):
    return a + b * 0.5


OF_ROWS = [transposed, centred_columns]
FUNCTIONS = [scaled, *OF_ROWS, standardised, in_place_beside, by_rows, shifted, two_results, masked, smoothed]
FUNCTIONS += [in_place, both_in_place]


def arrays(function, rank=2):
    shape = (5, 4, 3)[:rank]
    order = "C" if function in OF_ROWS else "F"
    return [np.asarray(RNG.random(shape), order=order) for _ in range(2)]


def results(value):
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [x for item in value for x in results(item)]
    return [value]


@pytest.mark.parametrize("target", ["python", "numba", "numpy"])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_results(function, target):
    args = arrays(function)
    mine, theirs = [a.copy("K") for a in args], [a.copy("K") for a in args]
    expected = [x for x in results(function(*theirs)) if x is not None]
    actual = [x for x in results(accelerate(function, target=target, cache=False)(*mine)) if x is not None]
    for one, wanted in zip([*actual, *mine], [*expected, *theirs], strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-13)
        assert one.dtype == wanted.dtype


@pytest.mark.parametrize(
    "function", [scaled, transposed, centred_columns, by_rows, shifted, masked], ids=lambda f: f.__name__
)
def test_the_order_is_numpys(function):
    args = arrays(function)
    compiled = accelerate(function, target="python", cache=False)
    for actual, wanted in zip(results(compiled(*args)), results(function(*args)), strict=True):
        if wanted.ndim:
            assert wanted.flags.f_contiguous
            assert actual.flags.f_contiguous


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 4), (4, 1), (1, 1)])
def test_edge_sizes(shape):
    for function in (scaled, standardised, by_rows, masked):
        args = [np.asfortranarray(RNG.random(shape)) for _ in range(2)]
        compiled = accelerate(function, target="python", cache=False)
        with (
            np.errstate(all="ignore"),
            pytest.warns() if not shape[0] and function is standardised else contextlib.nullcontext(),
        ):
            np.testing.assert_allclose(compiled(*args), function(*args), rtol=1e-13)


def test_three_axes():
    args = arrays(rank_3, 3)
    for target in ("python", "numba"):
        actual = accelerate(rank_3, target=target, cache=False)(*args)
        np.testing.assert_array_equal(actual, rank_3(*args))
        assert actual.flags.f_contiguous


# -- what stays as it is


def mixed(a, b):
    return a + b.T


def reshaped(a, b):
    return (a + b).reshape(-1)


def multiplied(a, b):
    return (a + 1) @ b.T


def a_row(a, b):
    c = a + b
    c[0] = 1
    return c


def a_view(a, b):
    return (a + b)[1:]


def an_element(a, b):
    c, d = a - b.min(), a.T * 2
    return c[1, 3], d[4, 2]


def recurrent(a, b):
    c = np.zeros_like(a)
    for i in range(1, a.shape[0]):
        for j in range(1, a.shape[1]):
            c[i, j] = c[i - 1, j] + c[i, j - 1] + a[i, j]
    return c


def crossing(a, b):
    c = np.zeros_like(a)
    for i in range(1, a.shape[0]):
        for j in range(a.shape[1] - 1):
            c[i, j] = c[i - 1, j + 1] + a[i, j]
    return c


@pytest.mark.parametrize(
    "function", [mixed, reshaped, multiplied, a_row, a_view, an_element, recurrent, crossing], ids=lambda f: f.__name__
)
def test_others_are_right(function):
    a = np.asfortranarray(RNG.random((5, 5)))
    for b in (np.asfortranarray(RNG.random((5, 5))), RNG.random((5, 5))):
        for target in ("python", "numba"):
            actual = accelerate(function, target=target, cache=False)(a.copy("K"), b)
            np.testing.assert_allclose(actual, function(a.copy("K"), b), rtol=1e-13)


def test_a_result_is_new_each_time():
    compiled = accelerate(scaled, target="numba", cache=False)
    args = [np.asfortranarray(RNG.random((400, 300))) for _ in range(2)]
    first = compiled(*args)
    kept = first.copy()
    second = compiled(args[0] + 1, args[1])
    assert not np.may_share_memory(first, second)
    np.testing.assert_array_equal(first, kept)
