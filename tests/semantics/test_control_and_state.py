# ruff: noqa: B007, NPY002 - the streams of the legacy generator are what is compared
"""Control and state: the fifth and sixth paragraphs of docs/semantics.md. Every form of control has its own programs
in tests/programs."""

import contextlib
import io
import warnings

import numpy as np
import pytest
from check_whole import check_right, check_whole
from sentences import says

import mdsl

FACTOR = 2.0


def control(a, n, step=1, *, shift=0.5):
    def double(x):
        return x * 2

    half = lambda x: x / 2  # noqa: E731
    assert n >= 0
    if n == 0:
        return double(shift)
    total, count = 0.0, 0
    for row in a:
        for j in range(len(row) - 1, -1, -1):
            if row[j] < 0:
                continue
            if row[j] > 10:
                break
            total += row[j] if 0 < row[j] < 5 else half(row[j])
    for k, (x, y) in enumerate(zip(a[0], reversed(a[1]), strict=False)):
        total += k * x * y
    while count < n:
        count += step
    return total, count, double(shift)


@says("Early return, nested loops")
def test_control():
    a = np.linspace(-3.0, 12.0, 12).reshape(3, 4)
    check_whole(control, a, 3)
    check_whole(control, a, 0)
    check_right(control, a, -1)


def talks(a):
    b = a * 2 + 1
    print("total", b.sum())
    notes = {"max": b.max()}
    try:
        c = b / notes["min"]
    except KeyError:
        c = b / notes["max"]
    text = ", ".join(f"{x:.2f}" for x in c)
    print(text)
    return c * 3 - 1, text


@says("What is not compiled (print")
def test_what_is_not_compiled_runs_in_order():
    compiled = mdsl.accelerate(talks, target="python", cache=False)
    a, printed = np.arange(4.0), []
    for function in (compiled, talks):
        with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            printed.append((function(a), out.getvalue()))
    (got, mine), (expected, theirs) = printed
    assert mine == theirs and got[1] == expected[1]
    np.testing.assert_array_equal(got[0], expected[0])
    assert compiled.last_report.status == "partial"


def scaled(a):
    return a * FACTOR


@says("Globals and closure variables")
def test_a_rebound_global_is_seen():
    global FACTOR
    offset = 1.0

    @mdsl.accelerate(target="python", cache=False)
    def moved(a):
        return a + offset

    compiled, a = mdsl.accelerate(scaled, target="python", cache=False), np.arange(3.0)
    try:
        for FACTOR in (2.0, 5.0, 3):
            np.testing.assert_array_equal(compiled(a), scaled(a))
        for offset in (1.0, 7.0):
            np.testing.assert_array_equal(moved(a), a + offset)
    finally:
        FACTOR = 2.0


def drawn(n):
    x = np.random.normal(size=n) * 2
    return x + np.random.random(n), np.random.randint(10)


@says("`np.random` draws the same stream")
def test_random_numbers():
    compiled = mdsl.accelerate(drawn, target="python", cache=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled(3)
        for seed in (1, 2):
            np.random.seed(seed)
            expected = drawn(4)
            np.random.seed(seed)
            got = compiled(4)
            np.testing.assert_array_equal(got[0], expected[0])
            assert got[1] == expected[1]


def divided(a, b):
    return a / b


@says("`np.errstate(all=")
def test_errstate_is_honoured():
    compiled, a = mdsl.accelerate(divided, target="python", cache=False), np.ones(3)
    compiled(a, a)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        compiled(a, a * 0)


@says("Warnings for division by zero")
def test_compiled_code_computes_silently():
    compiled, a = mdsl.accelerate(divided, target="numba", cache=False), np.ones(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(compiled(a, a * 0), np.full(3, np.inf))
