"""Mutation, aliasing and inputs: the third and fourth paragraphs of docs/semantics.md."""

import warnings

import numpy as np
import pytest
from check_whole import check_right, check_whole
from sentences import says

import mdsl


def both(function, make, target="python"):
    """What a function and its compiled form return, and the arguments that each of them was given."""
    mine, theirs = make(), make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = mdsl.accelerate(function, target=target, cache=False)(*mine)
    return got, mine, function(*theirs), theirs


def in_place(a, b):
    a += b
    a[0] = 7.0
    a[1:] *= 2.0


@says("In-place stores reach")
def test_in_place_stores():
    check_whole(in_place, np.arange(5.0), np.ones(5))
    check_whole(in_place, np.arange(10.0)[::2], np.ones(5))


def through_a_view(a):
    b = a[1:]
    b += 1


def transposed(a):
    return a.T


def reshaped(a):
    b = a.reshape(-1)
    b[0] = 99.0
    return b


@says("A view stays a view")
def test_views():
    check_whole(through_a_view, np.arange(4.0))
    got, (a,), _, _ = both(transposed, lambda: (np.ones((2, 3)),))
    assert got.base is a or np.may_share_memory(got, a)
    for make in (lambda: (np.ones((2, 3)),), lambda: (np.ones((3, 4))[:, ::2],), lambda: (np.ones((3, 2)).T,)):
        got, (a,), expected, (b,) = both(reshaped, make)
        assert np.may_share_memory(got, a) == np.may_share_memory(expected, b)
        np.testing.assert_array_equal(a, b)


def shifted(a):
    a[1:] = a[:-1] + 1


def reversed_into_itself(a):
    a[:] = a[::-1]


def transposed_into_itself(a):
    a[:] = a.T + a


@says("The right side is read whole")
def test_the_right_side_first():
    check_whole(shifted, np.arange(6.0))
    check_whole(reversed_into_itself, np.arange(6.0))
    check_whole(transposed_into_itself, np.arange(9.0).reshape(3, 3))


def summed_into(a, b):
    a[1:] += b[:-1]
    return a.sum() + b.sum()


@says("Two arguments may be the same")
@pytest.mark.parametrize("target", ["python", "numba"])
def test_arguments_that_overlap(target):
    def same():
        a = np.arange(6.0)
        return a, a

    def overlapping():
        a = np.arange(8.0)
        return a[:6], a[2:]

    def backwards():
        a = np.arange(6.0)
        return a, a[::-1]

    for make in (same, overlapping, backwards):
        got, mine, expected, theirs = both(summed_into, make, target)
        assert got == expected
        np.testing.assert_array_equal(mine, theirs)


def augmented(x, y):
    x += y
    return x


@says("`x += y` on an array keeps")
@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("i4", "i8"), ("i8", "f8"), ("f8", "c16"), ("u1", "i1"), ("?", "?")])
def test_augmented_assignment_keeps_the_dtype(dtypes):
    check_right(augmented, np.ones(3, dtypes[0]), np.ones(3, dtypes[1]))


def counted(a, index, v):
    a[index] += v


@says("Repeated indices in")
def test_repeated_indices_count_once():
    check_right(counted, np.zeros(4), np.array([0, 1, 1, 3]), 1.0)
    check_right(counted, np.zeros(4), np.array([0, 1, 1, 3]), np.arange(4.0))
    check_right(counted, np.zeros(4), np.array([0, 9]), 1.0)


def computed(a):
    return a * 2 + a[0]


def stored(a):
    a[0] = 1
    return a


class Duck:
    """Answers NumPy's functions itself."""

    def __array_function__(self, function, types, args, kwargs):
        return "answered"

    def __mul__(self, other):
        return "multiplied"

    def __getitem__(self, key):
        return "item"


@says("C, Fortran and strided layouts")
@pytest.mark.parametrize(
    "a",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(24.0).reshape(3, 8)[:, ::2],
        np.arange(12.0)[::-1],
        np.arange(12.0).astype(">f8"),
        np.arange(3).astype(object),
        np.zeros(3, dtype=[("x", float), ("y", int)])["x"],
        np.matrix([[1.0, 2.0], [3.0, 4.0]]),
        np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False]),
        np.frombuffer(b"\0" * 25, dtype=np.uint8)[1:].view(np.float64),
        np.float16([1, 2, 3]),
        np.array([1.5, 2.5], np.longdouble),
    ],
    ids=lambda a: f"{type(a).__name__}-{a.dtype}-{a.ndim}",
)
def test_inputs_of_all_kinds(a):
    got, _, expected, _ = both(computed, lambda: (a,))
    assert type(got) is type(expected) and got.dtype == expected.dtype
    np.testing.assert_array_equal(np.asarray(got), np.asarray(expected))
    if isinstance(a, np.ma.MaskedArray):
        np.testing.assert_array_equal(got.mask, expected.mask)


@says("C, Fortran and strided layouts")
def test_read_only_lists_and_objects():
    a = np.arange(3.0)
    a.flags.writeable = False
    check_right(stored, a)
    check_right(lambda x: np.asarray(x) * 2, [1.0, 2.0])
    check_right(lambda x: np.sum(x), [[1, 2], [3, 4]])
    check_right(lambda x: x["x"] * 2, np.zeros(3, dtype=[("x", float), ("y", int)]))
    got, _, expected, _ = both(lambda x: np.sum(x), lambda: (Duck(),))
    assert got == expected == "answered"


@says("C, Fortran and strided layouts")
def test_series_of_pandas():
    pandas = pytest.importorskip("pandas")
    got, _, expected, _ = both(lambda s: s * 2 + 1, lambda: (pandas.Series([1.0, 2.0], index=["a", "b"]),))
    pandas.testing.assert_series_equal(got, expected)
