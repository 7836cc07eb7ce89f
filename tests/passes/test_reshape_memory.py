"""A reshape of what the program has is a view in NumPy only where its source says so."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate


def of_a_copy(a):
    t = (a * 1).ravel()
    t[0] = 99
    return t


def of_a_copy_of_its_own(a):
    u = a * 2
    t = (u * 1).ravel()
    t[0] = 5
    return u, t


def shaped(a):
    u = a * 2
    return u, (u + 0).reshape(6, 5)


def element(a, i=7):
    return a.ravel()[i] + a.reshape(6, 5)[2, 3]


def stored_from_itself(a):
    a[0] = a.reshape(6, 5)[:, 0]
    return a.sum()


def read_before_a_store(a):
    b = a.ravel() * 2
    a[0] = b[:6]
    return b


def diagonal_of_a_new_array(a):
    return np.diag(np.negative(a))


def backwards(a, k=0):
    v = a[0]
    return np.sort(v[:k][::-1]), np.argmax(v[::-2]), v[:k:2] * 1, v[:k][::-2] * 1


def described(result, arguments):
    arrays = [*(result if isinstance(result, tuple) else (result,)), *arguments]
    arrays = [x for x in arrays if isinstance(x, np.ndarray)]
    return [[np.shares_memory(x, y) for y in arrays] for x in arrays], [x.flags.writeable for x in arrays]


@pytest.mark.parametrize("target", ["python", "numpy"])
@pytest.mark.parametrize(
    "function",
    [
        of_a_copy, of_a_copy_of_its_own, shaped, element, stored_from_itself, read_before_a_store,
        diagonal_of_a_new_array, backwards,
    ],
)  # fmt: skip
def test_memory_is_shared_as_in_numpy(function, target):
    ours, theirs = np.arange(30.0).reshape(5, 6), np.arange(30.0).reshape(5, 6)
    compiled = accelerate(function, target=target, cache=False)
    got, expected = compiled(ours), function(theirs)
    for one, other in zip(
        got if isinstance(got, tuple) else (got,), expected if isinstance(expected, tuple) else (expected,), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(ours, theirs)
    assert described(got, (ours,)) == described(expected, (theirs,))


def test_an_element_of_a_reshape_copies_nothing():
    compiled = accelerate(element, target="python", cache=False)
    a = np.arange(30.0).reshape(5, 6)
    compiled(a)
    assert "empty" not in compiled.explain(a).source
