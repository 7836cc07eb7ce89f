"""Loops over whole arrays become one, and calls in short rows get a loop of their own: with NumPy's results."""

from __future__ import annotations

import numpy as np
import pytest

import mdsl


def rows(a):
    return np.exp(a) * 2.0


def masked(a, b):
    t = np.where(a > b, a, b)
    t[:] = t * t + a
    return t


def in_place(a, rounds):
    for _ in range(rounds):
        a[...] = a * 0.5 + 1.0
    return a


def by_row(a, s):
    return np.exp(a * s[:, None])


def then_by_row(a, s):
    return np.exp(a) * s[:, None]


def channels(image, gain):
    light = gain * (0.2 * image[:, :, 0] + 0.7 * image[:, :, 1])
    return np.minimum(image * (1 / (1 + light))[:, :, None], 1) ** 0.45


def kernel(function, *args, **options):
    """The text of the kernels that are made of a function."""
    source = mdsl.accelerate(function, **options).explain(*args).source
    return source[source.index(f"def _{function.__name__}_kernel") :]


def check(function, *args, ulp=0, **options):
    expected_args, args = ([a.copy() if isinstance(a, np.ndarray) else a for a in args] for _ in range(2))
    expected = function(*expected_args)
    actual = mdsl.accelerate(function, **options)(*args)
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    if ulp:
        np.testing.assert_array_max_ulp(actual, expected, ulp)
    else:
        np.testing.assert_array_equal(actual, expected)


def draw(*shape, dtype="f8"):
    return np.random.default_rng(len(shape)).random(shape).astype(dtype)


@pytest.mark.parametrize("shape", [(7, 3), (0, 3), (5, 0), (1, 4), (6, 1)])
def test_rows(shape):
    check(rows, draw(*shape), ulp=4)


def test_the_text_has_one_loop():
    text = kernel(rows, draw(4, 3))
    assert "for at in prange(count):" in text and "count = n * m" in text
    assert text.count(" in prange(count):") == 1 and "range(m)" not in text and "range(n)" not in text
    # an axis of one element needs no loop either
    assert "prange(count)" in kernel(rows, draw(4, 1))
    assert "count" not in kernel(rows, draw(1, 4))


def test_an_array_of_another_layout_keeps_its_loops():
    a, b = draw(6, 3), np.asfortranarray(draw(6, 3))
    check(masked, a, b)
    check(masked, a, np.repeat(b, 2, axis=1)[:, ::2])
    assert "count" not in kernel(masked, a, b)
    check(masked, a, a[::-1].copy())


def test_sizes_that_the_door_makes_equal():
    text = kernel(masked, draw(6, 3), draw(6, 3))
    assert "a_flat[at]" in text and "b_flat[at]" in text


def test_loops_around_it_stay():
    check(in_place, draw(5, 3), 4)
    text = kernel(in_place, draw(5, 3), 4)
    assert "for _ in range(rounds):" in text and "count" in text


@pytest.mark.parametrize("function", [by_row, then_by_row])
@pytest.mark.parametrize("m", [1, 3, 40])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_call_in_short_rows(function, m, dtype):
    check(function, draw(9, m, dtype=dtype), draw(9, dtype=dtype), ulp=8)


def test_short_rows_have_a_way_of_their_own():
    text = kernel(by_row, draw(9, 3), draw(9))
    assert "if m < 8:" in text
    assert "result_flat[at] = vec_exp(result_flat[at])" in text
    assert "result[i, j] = a[i, j] * s[i]" in text
    text = kernel(then_by_row, draw(9, 3), draw(9))
    assert "result_flat[at] = vec_exp(a_flat[at])" in text
    assert "result[i, j] *= s[i]" in text


@pytest.mark.parametrize("k", [2, 3, 9])
def test_channels(k):
    check(channels, draw(4, 5, k), 0.7, ulp=8)


def test_in_parallel():
    check(by_row, draw(90_000, 3), draw(90_000), ulp=4)
    check(rows, draw(90_000, 3), ulp=4)


def test_what_may_overlap_is_not_held_in_the_result():
    def into(out, a, s):
        out[...] = np.exp(a * s[:, None])
        return out

    a = draw(6, 3)
    expected = np.exp(a * a[:, 0][:, None])
    out = a.copy()
    np.testing.assert_allclose(mdsl.accelerate(into)(out, out, out[:, 0]), expected, rtol=1e-15)


def log_of_what_the_nest_makes(a):
    shifted = ((a >= -1) & (a < -1)) + 2.0
    return np.sqrt(np.log(shifted)) + shifted


def test_short_rows_of_what_the_nest_itself_stores():
    def kept(a):
        shifted = ((a >= -1) & (a < -1)) + 2.0
        return np.stack([np.log(shifted) ** 0.5, shifted])

    a = draw(3, 3, 4)[..., ::2]
    check(log_of_what_the_nest_makes, a, ulp=4)
    check(kept, a, ulp=4)
