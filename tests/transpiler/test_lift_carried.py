"""Variables that loops and branches carry, arrays among them, however deep the assignment stands."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate


def inner_only(n, a, b):
    for _ in range(n):
        for _ in range(4):
            a = a
    return a


def branch_in_loop(n, a, b):
    for k in range(n):
        if k > 2:
            a = b
    return a


def swaps(n, a, b):
    for k in range(n):
        for _ in range(k):
            a, b = b, a
    return a, b


def computed(n, a, b):
    for k in range(n):
        if k % 2:
            a = a + b
        else:
            b = b * 2
    return a - b


def three_deep(n, a, b):
    for k in range(n):
        for j in range(k):
            if j == 1:
                for _ in range(2):
                    a = np.where(a > b, b, a + 1)
    return a


def scalar_deep(n, a, b):
    total = a[0]
    for k in range(n):
        if k > 1:
            for j in range(k):
                total = total + a[j % 3] * k
    return total, a


def while_and_branch(n, a, b):
    while n > 0:
        if n == 2:
            b = a
        n = n - 1
    return b


FUNCTIONS = [inner_only, branch_in_loop, swaps, computed, three_deep, scalar_deep, while_and_branch]


@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
@pytest.mark.parametrize("target", ["python", "numpy"])
@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_number_of_rounds(function, n, target):
    a, b = np.arange(3.0), np.array([2.5, 0.5, 1.5])
    compiled = accelerate(function, target=target, cache=False)
    expected, got = function(n, a.copy(), b.copy()), compiled(n, a.copy(), b.copy())
    if not isinstance(expected, tuple):
        expected, got = (expected,), (got,)
    for one, other in zip(got, expected, strict=True):
        assert type(one) is type(other)
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", [swaps, computed, three_deep])
def test_compiled_by_numba(function):
    a, b = np.arange(3.0), np.array([2.5, 0.5, 1.5])
    compiled = accelerate(function, cache=False)
    for n in (0, 1, 4):
        np.testing.assert_array_equal(compiled(n, a.copy(), b.copy()), function(n, a.copy(), b.copy()))
    assert compiled.last_report.status == "full"


@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
@pytest.mark.parametrize("exponent", [-1, -4])
def test_integers_to_a_negative_power_raise(exponent):
    def kept(a, k):
        return np.power(a, k)

    def dropped(a, k):
        np.power(a, k)

    for function in (kept, dropped):
        for arguments in ((3, exponent), (np.array([2, 3]), exponent), (np.array([2, 3]), np.array([1, exponent]))):
            with pytest.raises(ValueError, match="negative integer powers"):
                accelerate(function, target="python", cache=False)(*arguments)


@pytest.mark.parametrize("exponent", [0.5, 1.5, -0.5, -1.5, 2.5])
def test_powers_at_the_ends_are_numpys(exponent):
    def power(x):
        return np.power(x, exponent) + x**exponent

    x = np.array([-np.inf, np.inf, 0.0, -0.0, np.nan, 4.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(accelerate(power, target="python", cache=False)(x), power(x))


def picked_again(x, n):
    for k in range(n):
        x = x[x > k]
    return x


def squared_until_large(x, y, n):
    for _ in range(n):
        if not len(x):
            break
        np.multiply(x, x, x)
        small = ~(abs(x) > 2.0)
        x, y = x[small], y[small]
    return x, y


def grown_at_first(x, n):
    for k in range(n):
        if k > 1:
            x = x[x > k]
        else:
            x = x + 1
    return x


@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("function", [picked_again, squared_until_large, grown_at_first], ids=lambda f: f.__name__)
def test_arrays_that_shrink_from_round_to_round(function, target):
    compiled = accelerate(function, target=target, cache=False)
    for size in (0, 1, 9):
        x, y = np.linspace(-1, 4, size), np.arange(size)
        args = (x, y, 3) if function is squared_until_large else (x, 3)
        expected = function(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in args))
        actual = compiled(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in args))
        for one, other in zip(np.atleast_2d(actual), np.atleast_2d(expected), strict=True):
            np.testing.assert_array_equal(one, other)


def bound_by_a_branch(a, s):
    if s > 0:
        t = s
    for _ in range(1):
        for j in range(a.shape[1]):
            t += a[1, j]
    return t


def doubled(a, s):
    if s > 0:
        t = 1.0
    for _ in range(3):
        t = t * 2.0
    return t


def through_the_items(a, s):
    if s > 0:
        t = a[0, 0]
    for x in a[1]:
        t = t + x
    return t


def bound_in_a_round(a, s):
    for _ in range(2):
        if s > 0:
            t = a[0, 1]
        for j in range(3):
            t = t + a[1, j]
            if t > 3:
                s = s - 1
    return t


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(
    "function", [bound_by_a_branch, doubled, through_the_items, bound_in_a_round], ids=lambda f: f.__name__
)
def test_rounds_go_on_from_what_a_branch_may_have_bound(function, target):
    compiled = accelerate(function, target=target, cache=False)
    for a in (np.arange(10.0).reshape(2, 5), np.arange(10).reshape(2, 5)):
        for s in (1, 2, 1.5):
            expected, actual = function(a, s), compiled(a, s)
            assert (actual, type(actual)) == (expected, type(expected))
        with pytest.raises(UnboundLocalError):
            compiled(a, 0)
