"""Masks and integer arrays as subscripts: what is read, what is stored and in which order, and what raises."""

from __future__ import annotations

import numpy as np
import pytest
from check_whole import check_right, check_whole

import mdsl

RNG = np.random.default_rng(5)
A, B, C = RNG.random(7), RNG.random((5, 4)), RNG.random((3, 4, 5))
MASK = np.array([True, False, True, True, False, False, True])
AT = np.array([1, -1, 0, 1, -4])


def mask_of_array(a, m):
    return a[m], a[~m], a[m][1:], a[m].sum(), a[m].shape


def mask_of_rows(b):
    keep = b[:, 0] > 0.5
    return b[keep], b[keep, 1], b[keep, ::-1], b[:, b[0] > 0.5], b[1:][keep[1:]], b[keep].mean(axis=0)


def mask_of_all(c):
    return c[c > 0.5], c[c[:, :, 0] > 0.5], c[0, c[1] > 0.3], c[..., c[0, 0] > 0.5], c[c[:, :, 1] > 0.5, None]


def mask_and_positions(b, i):
    return b[b[:, 0] > -1, i], b[[0, 2, 3]][:, [1, 1]]


def store_number(a, m, b):
    a[m] = 3
    b[b > 0.5] = -1
    b[b[:, 1] > 0, 2:] = 7
    b[:, b[0] < 0] = 2


def store_same_mask(a, m, b):
    a[m] = a[m] * 2 + np.sin(a[m])
    b[b > 0.5] = np.sqrt(b[b > 0.5])
    b[b[:, 0] > 0] = b[b[:, 0] > 0] / 3
    return a


def store_values(a, m):
    a[m] = np.arange(m.sum())
    return a


def store_reversed(a, m):
    a[m] = a[::-1][: m.sum()]
    return a


def store_list(a, m, values):
    a[m] = values
    return a


def store_rows(b, row):
    b[b[:, 0] > 0.4] = row
    b[b[:, 1] > 0.4, 1:3] = row[:2]


def augmented_mask(a, m, b):
    a[m] += 1
    a[m] *= a[m]
    b[b > 0.5] -= b[b > 0.5].mean()
    b[b[:, 0] > 0] **= 2


def counted(a):
    picked = a[a > 0.3]
    total = 0.0
    for k in range(picked.size):
        total += picked[k] * k
    return total, len(picked), np.zeros(picked.shape) + 1


def masked_in_loop(a, bounds):
    means = np.zeros(bounds.size - 1)
    for k in range(bounds.size - 1):
        inside = np.logical_and(bounds[k] <= a, a < bounds[k + 1])
        chosen = a[inside]
        means[k] = chosen.mean()
    return means


def positions(b, c, i):
    return b[i], b[i, 0], b[0, i[i < 3]], b[:, [1, 0, 1]], b[i[:, None], [0, 3]], c[0, :, i], c[:, 0, i], c[..., i]


def rows_by_positions(c, i):
    return c[[2, 0]], c[:, [1]][0], c[np.array([[0, 1], [2, -1]])], c[[0, 1], [1, 2], [3, -1]], c[:, i % 4, i % 5]


def store_last_wins(a, i):
    a[i] = np.arange(i.shape[0])
    return a


def store_positions(b, i):
    b[i] = b[0]
    b[:, [0, 1]] = b[:, [1, 0]]
    b[i, 0] = 5
    b[[0, 1], [1, 2]] = [7.5, 8.5]
    b[i[::2], 1:3] = b[0, :2]


def augmented_positions(a, b, i):
    a[i] += 1
    a[i] = a[i[::-1]] + a[i]
    b[i, i % 4] -= 5
    b[:, i % 4] *= 2


def at_once(a, b, i):
    np.add.at(a, i, 1.5)
    np.multiply.at(a, i, a[i])
    np.maximum.at(b, (i, i % 4), 0.5)
    np.subtract.at(b, [0, 0, 1], b[0])


def histogram(a, edges):
    counts = np.zeros(edges, dtype=np.int64)
    np.add.at(counts, (a * edges).astype(np.int64), 1)
    return counts


def where_it_holds(a, b):
    i, j = np.nonzero(b > 0.5)
    (k,) = np.where(a > 0.5)
    b[i, j] = 0
    return i, j, k, np.argwhere(b > 0), np.flatnonzero(a < 0.2), a[k], a.nonzero(), k.size


def copied(a, m, b):
    np.copyto(a, a * 2, where=m)
    np.copyto(b, b[0])
    np.copyto(b, a[:4], where=b > 0.5)
    np.copyto(b, 3, where=m[:4])


def through_own_positions(i):
    i[i] = i[::-1]
    i[i > 0] = i[i > 0][::-1]


def through_own_mask(a):
    a[a > 0.5] = a[: np.count_nonzero(a > 0.5)] + 1
    return a


CASES = [
    (mask_of_array, (A, MASK)),
    (mask_of_array, (A.astype(np.int32), MASK)),
    (mask_of_array, (A, ~MASK & MASK)),
    (mask_of_rows, (B,)),
    (mask_of_rows, (np.asfortranarray(B),)),
    (mask_of_all, (C,)),
    (mask_and_positions, (B, np.array([0, 1, -1, 2, 0]))),
    (store_number, (A, MASK, B)),
    (store_same_mask, (A, MASK, B)),
    (store_values, (A, MASK)),
    (store_rows, (B, np.arange(4.0))),
    (augmented_mask, (A, MASK, B)),
    (counted, (A,)),
    (masked_in_loop, (A, np.linspace(0, 1.2, 5))),
    (positions, (B, C, np.array([2, -1, 0, 2]))),
    (rows_by_positions, (C, np.array([2, 7, 0]))),
    (store_last_wins, (A, AT)),
    (store_positions, (B, np.array([1, -1, 0, 1]))),
    (augmented_positions, (A, B, np.array([1, 1, -2, 0]))),
    (at_once, (A, B, np.array([1, -1, 0, 1]))),
    (histogram, (A, 4)),
    (where_it_holds, (A, B)),
    (copied, (A, MASK, B)),
    (through_own_positions, (np.array([2, 0, 1, 2]),)),
    (through_own_mask, (A,)),
]


@pytest.mark.parametrize(("function", "args"), CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_subscripts_pick_and_store_as_numpys_do(function, args):
    check_whole(function, *args)


@pytest.mark.parametrize("function", [store_same_mask, store_values, at_once, masked_in_loop, store_last_wins])
def test_compiled(function):
    (args,) = [args for name, args in CASES if name is function]
    check_whole(function, *args, target="numba")


def picks(b, i):
    return b[i]


def sets(b, i):
    b[0] = 9
    b[i] = 1
    return b


@pytest.mark.parametrize("function", [picks, sets])
@pytest.mark.parametrize("at", [[5], [0, -6], [0, 7, 9]])
def test_a_position_out_of_bounds_raises(function, at):
    check_whole(function, B, np.array(at))


@pytest.mark.parametrize("function", [picks, sets])
@pytest.mark.parametrize(
    "index",
    [np.zeros(4, bool), np.ones((5, 3), bool), np.array([1.0]), np.array([], int), np.array(True), np.array(2),
     np.array([2], np.uint8), np.array([3, -1], np.int16), np.array([2], np.uint64)],
    ids=lambda index: f"{index.dtype}{list(index.shape)}",
)  # fmt: skip
def test_every_index_does_what_it_does_in_numpy(function, index):
    check_right(function, B, index)


def test_numpy_reads_what_it_stores_through_a_mask():
    check_right(store_reversed, A, MASK)


@pytest.mark.parametrize("values", [np.arange(4.0), np.arange(3.0), np.ones(1), np.arange(4), np.ones((1, 4))])
def test_values_have_to_fit_the_mask(values):
    check_right(store_list, A, MASK, values)


def test_nothing_of_the_callers_changes_before_the_original_takes_over():
    def twice(a, m, values):
        a[0] += 1
        a[m] = values
        return a

    check_right(twice, A, MASK, np.arange(3.0))


def store_at(a, b, index, value):
    a[index] = value
    b[1, index] = value
    b[index, 0] -= value


LAYOUTS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "row": lambda x: x[0].copy(),
}


@pytest.mark.parametrize("index_layout", ["C", "F", "backwards"])
@pytest.mark.parametrize("value_layout", ["C", "F", "backwards", "row"])
@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
def test_of_equal_indices_the_one_counts_that_numpy_stores_last(index_layout, value_layout):
    """NumPy walks over them as they lie in memory."""
    compiled, rng = mdsl.accelerate(store_at, target="python", cache=False), np.random.default_rng(5)
    for _ in range(5):
        index = LAYOUTS[index_layout](rng.integers(-6, 6, (4, 3)))
        value = LAYOUTS[value_layout](rng.random((4, 3)))
        actual, expected = [(np.zeros(6), np.zeros((6, 6))) for _ in range(2)]
        compiled(*actual, index, value), store_at(*expected, index, value)
        for ours, theirs in zip(actual, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    if index_layout == "C":
        assert compiled.last_report.status == "full"
