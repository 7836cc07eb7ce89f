"""Python's integers have no limit: compiled code gives what Python gives wherever int64 has one."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.cli import main

EDGE = 2**63


def added(a, b):
    return a + b


def subtracted(a, b):
    return a - b


def multiplied(a, b):
    return a * b


def scaled(a, b):
    return 3 * a, 6364136223846793005 * b


def area(a, b):
    return (a + 1) * (b + 1) * 4


def counted(a, b):
    for _ in range(b % 5):
        a += 1
    return a


def doubled(a, b):
    c = a * 4
    d = c + c
    for _ in range(b % 3):
        d += c
    return d


def from_an_index(a, b):
    return [i * 3 for i in range(a, a + b % 4)]


def least(a, b):
    best = sys.maxsize
    for k in range(b % 3):
        best = min(best, a + k)
    return best + 1


def hashed(a, b):
    h = 5381
    for _ in range(b % 30):
        h = h * 33 + a
    return h


@pytest.mark.parametrize(
    "function",
    [added, subtracted, multiplied, scaled, area, counted, doubled, from_an_index, least, hashed],
    ids=lambda f: f.__name__,
)
def test_scalars(function):
    compiled = accelerate(function, target="python", cache=False)
    numbers = (3, 2**29, 2**30, 2**40 + 1, 2**61, 2**62, EDGE - 1, EDGE)
    for a in (*numbers, *(-n for n in numbers), False, True):
        for b in (-EDGE, EDGE - 1, 2**40, 2**32, 7, -7, True):
            expected, actual = function(a, b), compiled(a, b)
            assert actual == expected, (a, b)
            assert type(actual) is type(expected), (a, b)


def product(x, a, b):
    return x * (a * b)


def shifted(x, a, b):
    return x[0] + float(3 * a - b)


def first_twice(x, a, b):
    t = int(x[0])
    return t * 2 + a, t - 1, t + b


def both(x, a, b):
    return int(x[0]) * int(x[1])


def whole(x, a, b):
    return math.floor(x[0]) * 4 + a


def item(x, a, b):
    t = x.item(0)
    t -= 5
    return t


def outcome(function, *args):
    try:
        return function(*args)
    except OverflowError as error:
        return str(error)


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("function", [product, shifted, first_twice, both, whole, item], ids=lambda f: f.__name__)
def test_elements_and_arguments(function, target):
    compiled = accelerate(function, target=target, cache=False)
    for x in (np.array([EDGE - 1, -EDGE]), np.array([2**40, 2**40]), np.array([2.0**61, -(2.0**62)]), np.ones(2)):
        for a, b in ((2**40, 2**40), (2**62, 3), (-(2**62), 2**29), (5, 7)):
            expected, actual = outcome(function, x, a, b), outcome(compiled, x, a, b)
            np.testing.assert_array_equal(actual, expected)
            assert type(actual) is type(expected)


SOURCE = """
import numpy as np
from mdsl import accelerate


@accelerate
def moved(x: "float64[:]", n: int):
    y = x * 2.5 + n
    return y * y + x * n


@accelerate
def area(x: "float64[:]", n: int, m: int):
    return x * (n * m)
"""

CALLS = """
import numpy as np
import big, big_mdsl

for n in (3, 2**30 - 1, 2**40, -2**62, 2**63, 2**70):
    for a, b in zip((big.moved(np.ones(3), n), big.area(np.ones(3), n, n)),
                    (big_mdsl.moved(np.ones(3), n), big_mdsl.area(np.ones(3), n, n))):
        np.testing.assert_array_equal(a, b)
"""


def test_emitted_sources_leave_to_numpy_what_does_not_fit(tmp_path):
    (tmp_path / "big.py").write_text(SOURCE)
    with pytest.raises(SystemExit) as done:
        main(["transpile", str(tmp_path / "big.py"), "-o", str(tmp_path / "big_mdsl.py"), "-q"])
    assert not done.value.code
    text = (tmp_path / "big_mdsl.py").read_text()
    assert "type(n) is int and n.bit_length() <= 62" in text  # `moved` makes a float of it
    assert "type(m) is int and m.bit_length() <= 30" in text
    # what mdsl compares with is NumPy: the decorated functions are left undecorated
    (tmp_path / "big.py").write_text(SOURCE.replace("@accelerate\n", ""))
    subprocess.run([sys.executable, "-c", CALLS], cwd=tmp_path, check=True)


def twice(a):
    x = np.int64(2) ** 62
    return x + x, a


def squared(a):
    x = np.int64(7)
    for _ in range(10):
        x = x * x
    return x, a


def until_it_wraps(a):
    t = np.int64(1)
    k = 0
    while t > 0 and k < 100:
        t = t * 3
        k += 1
    return t, k, a


def shifted_out(a):
    t = np.zeros(3, int)[0]
    for _ in range(70):
        t = (t << 1) + 1
    return t, a


def after_a_kernel(a):
    y = a + np.int64(2) ** 62
    return y * 4


def hashed_bytes(a):
    h = np.int64(5381)
    for c in np.arange(40, dtype=np.uint8):
        h = h * 33 + c
        if h < 0:
            h = -h
    return h, a


def larger_by_one(a):
    x = np.array([2**63 - 1, 5, -3]) + int(a) % 2
    return x + 1 > x, (x + 1).max(), np.abs(x * x) // 3, (x * x).astype(float)


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(
    "function",
    [hashed_bytes, larger_by_one, twice, squared, until_it_wraps, shifted_out, after_a_kernel],
    ids=lambda f: f.__name__,
)
def test_integers_of_numpys_wrap_around(function, target):
    compiled = accelerate(function, target=target, cache=False)
    for a in (3, np.int8(100), 2.5, np.int64(2**62)):
        with np.errstate(all="ignore"):
            expected, actual = function(a), compiled(a)
        assert repr(actual) == repr(expected), a


def shifted_by_nothing(n):
    return n >> 0, n << 0


@pytest.mark.parametrize("n", [3, True])
def test_a_shift_by_nothing_gives_pythons_integer(n) -> None:
    made = accelerate(shifted_by_nothing, target="numba", cache=False)(n)
    assert made == shifted_by_nothing(n)
    assert [type(item) for item in made] == [int, int]


def binned_means(values, keys, bins):
    means = np.zeros(bins)
    weights = np.zeros(bins, np.int64)
    for i in range(bins):
        picked = values[keys == i]
        means[i] = picked.mean()
        weights[i] = len(picked) * 8 + picked.size
    return means, weights


def test_how_often_a_mask_holds_is_not_checked() -> None:
    """No array has so many elements; a check would keep the rounds from running in parallel."""
    values, keys = np.random.default_rng(3).random(40), np.arange(40) % 3
    compiled = accelerate(binned_means, target="python")
    for found, expected in zip(compiled(values, keys, 3), binned_means(values, keys, 3), strict=True):
        np.testing.assert_allclose(found, expected)
    report = compiled.explain(values, keys, 3)
    assert report.status == "full"
    assert "leaves int64" not in report.source


def strided_sum(x, step, taps):
    rounds = (len(x) // step // taps - 1) * taps
    x[0] = 1.0
    for i in range(rounds):
        x[0] += x[i * step] * (i % taps)
    return rounds, x


def test_quotients_and_remainders_stay_in_range() -> None:
    """After a store the original cannot take over: what is no larger than its operands needs no check."""
    compiled = accelerate(strided_sum, target="python", cache=False)
    for step, taps in ((2, 3), (1, 1), (3, 7)):
        mine, theirs = np.arange(40.0), np.arange(40.0)
        found, expected = compiled(mine, step, taps), strided_sum(theirs, step, taps)
        assert found[0] == expected[0]
        np.testing.assert_array_equal(mine, theirs)
        assert compiled.last_report.status == "full"
