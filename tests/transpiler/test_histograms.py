"""Is a compiled np.histogram NumPy's, edge by edge, and left to NumPy where it is something else?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate


def counts(a, w, n):
    return np.histogram(a, n)


def weighted(a, w, n):
    return np.histogram(a, bins=n, weights=w)


def density(a, w, n):
    return np.histogram(a, n, density=True)


def in_range(a, w, n):
    return np.histogram(a, n, range=(-0.5, 1.0))


def in_range_weighted(a, w, n):
    return np.histogram(a, n, (0, 2), weights=w)


def quotient(a, w, n):
    return np.histogram(a, n, weights=w)[0] / np.histogram(a, n)[0]


FORMS = [counts, weighted, density, in_range, in_range_weighted, quotient]


def check(function, arguments, **options):
    compiled = accelerate(function, cache=False, **options)
    with np.errstate(all="ignore"):
        expected, got = function(*arguments), compiled(*arguments)
    assert compiled.last_report.status == "full"
    if not isinstance(expected, tuple):
        expected, got = (expected,), (got,)
    for one, two in zip(got, expected, strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-12)
    return compiled


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", FORMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "u1"])
def test_forms(function, dtype):
    rng = np.random.default_rng(9)
    for size in (2, 5, 40):
        a = rng.normal(size=size) * 3
        a = (a if dtype[0] == "f" else np.abs(a * 5)).astype(dtype)
        a[0] = a[1] + 1
        check(function, (a, rng.random(size), 7), target="python")


def test_elements_on_the_edges():
    """Every edge of 1 to 40 bins, and its neighbours in floating point."""
    for n in (1, 3, 10, 39):
        edges = np.linspace(0.1, 0.7, n + 1)
        a = np.concatenate([edges, np.nextafter(edges, 1)[:-1], np.nextafter(edges, 0)[1:]])
        check(counts, (a, a, n), target="python")


def test_compiled_by_numba():
    rng = np.random.default_rng(3)
    check(quotient, (rng.random(5000), rng.random(5000), 20))


@pytest.mark.parametrize(
    "a",
    [np.array([]), np.array([1.0, np.nan]), np.array([1.0, np.inf]), np.ones(4)],
    ids=["empty", "nan", "inf", "equal"],
)
def test_numpys_own_answer(a):
    compiled = accelerate(counts, target="python", cache=False)
    try:
        expected = counts(a, a, 3)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error)[:20].replace("[", "\\[")):
            compiled(a, a, 3)
    else:
        for one, two in zip(compiled(a, a, 3), expected, strict=True):
            np.testing.assert_array_equal(one, two)


def edges_given(a, w, n):
    return np.histogram(a, w)


def test_bins_of_different_widths_are_numpys():
    a = np.array([0.5, 2.5, 1.5, 9.0])
    check(edges_given, (a, np.array([0.0, 1.0, 2.0, 9.0]), 0), target="python")
