"""Are products of small matrices in loops NumPy's, whether loops or BLAS compute them?"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

import mdsl.passes.pipeline
from mdsl import accelerate

PASS = sys.modules["mdsl.passes.small_products"]


def stacks(a, b, out):
    for t in range(len(a)):
        out[t] = a[t] @ b[t].T
    return out


def vectors(a, x):
    y = np.zeros((len(a), a.shape[1]), dtype=(a[0, 0] * x[0]).dtype)
    for t in range(len(a)):
        y[t] = a[t] @ x + x @ a[t]
    return y


def growing(a, x):
    """Sizes that depend on the round, from 0 on."""
    total = np.zeros(x.shape, dtype=a.dtype)
    for t in range(a.shape[1]):
        total[t] = np.sum(a[0, :t, :t] @ x[:t])
    return total


def reused(a, b):
    """A product whose value outlives its round."""
    last = b[0] @ b[0]
    for t in range(len(a)):
        last = last @ a[t]
        last = last + b[t]
    return last


def until(a, x):
    k = 0
    while k < 4 and abs(np.sum(x)) < 1e6:
        x = a[k] @ x
        k += 1
    return x, k


def stacked(a, b, out):
    for t in range(len(out)):
        out[t] = np.matmul(a, b[t])[t]
    return out


def called(function, arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", mdsl.MdslWarning)
        compiled = accelerate(function, cache=False, **options)
        result = compiled(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))
    assert compiled.last_report.status == "full"
    return result


def cases(dtype, other):
    rng = np.random.default_rng(3)

    def drawn(kind, *shape):
        values = rng.integers(-4, 5, shape)
        return values.astype(kind) * (1 + 1j) if np.dtype(kind).kind == "c" else values.astype(kind)

    out = np.zeros((5, 4, 4), np.result_type(dtype, other))
    return [
        (stacks, (drawn(dtype, 5, 4, 3), drawn(other, 5, 4, 3), out)),
        (stacks, (drawn(dtype, 5, 4, 0), drawn(other, 5, 4, 0), out + 1)),
        (vectors, (drawn(dtype, 5, 4, 4), drawn(other, 4))),
        (growing, (drawn(dtype, 1, 5, 5), drawn(other, 5))),
        (reused, (drawn(dtype, 3, 2, 2), drawn(dtype, 3, 2, 2))),
        (reused, (drawn(dtype, 0, 2, 2), drawn(dtype, 1, 2, 2))),
        (until, (drawn(dtype, 4, 3, 3), drawn(dtype, 3))),
        (stacked, (drawn(dtype, 5, 4, 3), drawn(other, 5, 3, 4), out)),
    ]


@pytest.mark.filterwarnings("ignore:overflow")  # a printed step computes in NumPy's scalars
@pytest.mark.parametrize("small", [PASS.SMALL, 1])
@pytest.mark.parametrize(
    ("dtype", "other"), [("f8", "f8"), ("f4", "f8"), ("i4", "i8"), ("c16", "f8"), ("u1", "u1")], ids="-".join
)
def test_products_are_numpys(dtype, other, small, monkeypatch):
    monkeypatch.setattr(PASS, "SMALL", small)
    for function, arguments in cases(dtype, other):
        expected = function(*(np.copy(a) for a in arguments))
        got = called(function, arguments, target="python")
        for one, two in zip(*((x if isinstance(x, tuple) else (x,)) for x in (expected, got)), strict=True):
            np.testing.assert_allclose(two, one, rtol=1e-6)
            assert np.asarray(one).dtype == np.asarray(two).dtype


def test_compiled_by_numba():
    function, arguments = cases("f8", "f8")[0]
    np.testing.assert_allclose(called(function, arguments), function(*arguments))


def test_the_sizes_of_the_call_decide():
    function, arguments = cases("f8", "f8")[0]
    text = accelerate(function, cache=False).explain(*arguments).source
    assert "np.matmul" in text and "<= 8192" in text


def swapped(a, x, n):
    """Two arrays in turn, and one that each way through a branch makes."""
    for _ in range(n):
        y = a @ x if n > 2 else x * 2
        x = y / np.sum(y)
    return x


@pytest.mark.parametrize("size", [3, 130])
def test_arrays_that_a_form_exchanges(size):
    rng = np.random.default_rng(2)
    a, x = rng.random((size, size)), rng.random(size)
    for n in (2, 5):
        np.testing.assert_allclose(called(swapped, (a, x, n)), swapped(a, x, n))
