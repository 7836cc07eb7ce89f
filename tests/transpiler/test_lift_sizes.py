"""Sizes that only the run knows: compared there, and the original takes over where they differ."""

from __future__ import annotations

import numpy as np
import pytest
from check_whole import check_whole

from mdsl import accelerate

RNG = np.random.default_rng(21)


def rows(starts, values, x):
    y = np.empty(starts.size - 1)
    for i in range(starts.size - 1):
        y[i] = values[starts[i] : starts[i + 1]] @ x[starts[i] : starts[i + 1]]
    return y


def halves(a, b, cut):
    left = a[: cut[0]] * 2
    return left + b[: cut[1]]


def into(a, b, cut):
    a[0] = 9.0
    a[: cut[0]] = b[: cut[1]] + 1
    return a.sum()


@pytest.mark.parametrize("target", ["python", "numba"])
def test_products_of_slices_whose_bounds_are_elements(target):
    starts = np.array([0, 3, 3, 7, 12])
    values, x = RNG.random(12), RNG.random(12)
    compiled = accelerate(rows, target=target, cache=False)
    np.testing.assert_allclose(compiled(starts, values, x), rows(starts, values, x), rtol=1e-14)
    assert compiled.last_report.status == "full"


def outcome(function, *arguments):
    """What a call gives or raises, and what it left in its arguments."""
    copies = [argument.copy() for argument in arguments]
    try:
        result = function(*copies)
    except ValueError as error:
        result = str(error)
    return result, copies


@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
@pytest.mark.parametrize("function", [halves, into])
@pytest.mark.parametrize("cut", [(3, 3), (3, 1), (1, 4), (3, 4), (0, 0), (-2, 3), (9, 5), (0, 1)])
def test_sizes_that_agree_broadcast_or_do_not(function, cut):
    arguments = (np.arange(5.0), np.arange(5.0) * 10, np.array(cut))
    expected, left = outcome(function, *arguments)
    got, ours = outcome(accelerate(function, target="python", cache=False), *arguments)
    if isinstance(expected, str):
        assert got == expected
    else:
        np.testing.assert_array_equal(got, expected)
    for one, other in zip(ours, left, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("n, k", [(3, 5), (-2, 9), (3, 0), (10, 40), (2, -1), (0, 0)])
def test_powers_and_shifts_of_python_integers(n: int, k: int) -> None:
    check_whole(powers, n, k, np.arange(3.0))


def powers(n, k, a):
    total = 0
    for i in range(k):
        total += n**i + (i << k)
    return total, 2**k, n**3, a * (1 << k), (n + 1) << 2
