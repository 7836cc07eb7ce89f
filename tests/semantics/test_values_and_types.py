"""Values, dtypes and shapes: the first two paragraphs of docs/semantics.md."""

import math

import numpy as np
import pytest
from check_whole import check_right, check_whole
from sentences import says

import mdsl

RNG = np.random.default_rng(3)


def elementary(x):
    return np.exp(x), np.log(np.abs(x) + 0.5), np.sin(x), np.cos(x), np.tanh(x), np.sqrt(np.abs(x)), np.arctan(x)


def exact(k, x):
    return k * 3 + k // 2, x > 0, np.argmax(x), k & 5, np.sum(k)


@says("Elementwise results agree")
def test_elementwise_results():
    x = RNG.normal(size=1000) * 10
    for got, expected in zip(mdsl.accelerate(elementary, cache=False)(x), elementary(x), strict=True):
        np.testing.assert_array_max_ulp(got, expected, maxulp=4)
    check_whole(exact, RNG.integers(-50, 50, 100), x, rtol=0.0)


def total(x):
    return np.sum(x)


@says("A reduction's error is no larger")
@pytest.mark.parametrize("parallel", [True, False])
def test_a_sum_is_no_less_accurate_than_numpys(parallel):
    x = (1 + RNG.normal(size=10_000_000) * 1e-3).astype(np.float32)
    truth = math.fsum(x.tolist())
    got = mdsl.accelerate(total, parallel=parallel, cache=False)(x)
    assert got.dtype == np.float32
    assert abs(float(got) - truth) <= max(abs(float(np.sum(x)) - truth), abs(np.spacing(np.float32(truth))))


def special(x, y):
    return x + y, x * y, x / y, np.maximum(x, y), np.fmin(x, y), np.sign(x), x == y, x - x, -x, x * 0.0


@says("NaN, infinities, signed zeros and denormals")
@pytest.mark.parametrize("target", ["python", "numba"])
def test_special_values(target):
    values = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e308])
    x, y = (a.ravel() for a in np.meshgrid(values, values))
    with np.errstate(all="ignore"):
        expected = special(x, y)
        got = mdsl.accelerate(special, target=target, cache=False)(x, y)
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for k, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        if theirs.dtype == float and k not in (3, 4):  # which of two zeros is the larger one, NumPy does not say
            known = ~np.isnan(theirs)
            np.testing.assert_array_equal(np.signbit(mine)[known], np.signbit(theirs)[known])


def promoted(a, b):
    return a + b, a * 2, a * 2.5, a / b, a > b, a + True


def python_signs(a, b):
    return a // b, a % b, -a // b, -a % b


def shifted(a, b):
    return a << b, a >> b, -a >> b


def reduced(a):
    return np.sum(a), np.mean(a), np.prod(a[:2]), a.sum(axis=0)


def to_the(a, n):
    return a**n


@says("NEP 50 promotion")
@pytest.mark.parametrize("a", [np.int8, np.uint16, np.int32, np.int64, np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("b", [np.int16, np.float32, np.complex128])
def test_promotion(a, b):
    values = np.array([3, 5, 7])
    if np.dtype(a).kind == "c" or np.dtype(b).kind == "c":
        check_right(lambda x, y: x * y + 2, values.astype(a), values.astype(b))
    else:
        check_right(promoted, values.astype(a), values.astype(b))


@says("NEP 50 promotion")
def test_signs_widths_and_overflow():
    k = np.array([7, -7, 8, -8])
    check_whole(python_signs, k, np.array([3, 3, -3, -3]))
    check_right(python_signs, k * 1.0, np.array([3.0, 3.0, -3.0, 0.0]))
    check_whole(shifted, np.array([1, 5, 9]), np.array([0, 2, 3]))
    for dtype in (np.int8, np.uint8, np.int16, np.uint32, np.bool_):
        check_right(reduced, np.array([1, 100, 27]).astype(dtype))
    check_right(to_the, np.array([2, 3]), np.array([2, -1]))
    check_right(to_the, np.array([2, 3]), -1)
    check_right(lambda a: (a + a, a * a, a - 101), np.array([100, 120], np.int8))
    check_right(lambda a: a + 300, np.array([100, 120], np.int8))


def scalars(a, z):
    return a[0] + 1, a.sum(), np.sin(z), z + 1, a[0] * z, np.max(a), a.mean(), np.add(z, 1), np.array(2.0)


@says("0-d results are NumPy scalars")
def test_results_of_rank_0():
    check_right(scalars, np.arange(3.0), np.array(2.0))
    check_right(scalars, np.arange(3.0), np.float32(2.0))
    check_right(scalars, np.arange(3.0), 2.0)


def mixed(a, b):
    return a + b, a.sum(axis=0), np.cumsum(a), a[::-1] * 2


@says("Size-0 and size-1 axes")
@pytest.mark.parametrize(
    "shapes", [((0,), (1,)), ((1,), (1,)), ((3,), (1,)), ((1, 3), (2, 1)), ((0, 3), (1, 3)), ((2, 3), (3,))]
)
def test_sizes_of_none_and_of_one(shapes):
    compiled = mdsl.accelerate(mixed, target="python", cache=False)
    for first, second in (shapes, shapes[::-1], ((4,) * len(shapes[0]), (4,) * len(shapes[1]))):
        a, b = np.ones(first) * 3, np.ones(second) * 2
        for mine, theirs in zip(compiled(a, b), mixed(a, b), strict=True):
            assert mine.shape == theirs.shape and mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)


@says("Size-0 and size-1 axes")
def test_rank_0_broadcasts():
    check_right(lambda a, b: a * b + b, np.array(3.0), np.arange(4.0))
    check_right(lambda a: a.max(), np.zeros(0))
