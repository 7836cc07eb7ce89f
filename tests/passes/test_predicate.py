"""Do branches on bits that are taken without a branch give what NumPy gives?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate


def checksum(data, poly):
    crc = 0xFFFF
    for b in data:
        byte = 0xFF & b
        for _ in range(8):
            if (crc & 1) ^ (byte & 1):
                crc = (crc >> 1) ^ poly
            else:
                crc >>= 1
            byte >>= 1
    return crc


def flipped(words):
    """One way only, and a bit that is no 1."""
    parity = words[0]
    for w in words:
        if w & 16:
            parity = ~parity
        if not w & 4:
            parity ^= w
    return parity


def swapped(words):
    """The test reads what it chooses; each round starts from the value of the one before."""
    x = words[0]
    for w in words:
        bit = x & 2
        x = x ^ w
        if bit == 0:
            x = x | w
    return x


def marked(words):
    """No round waits for another: vectors."""
    out = np.empty_like(words)
    for i in range(len(words)):
        w = words[i]
        if w & 1:
            t = w ^ 5
        else:
            t = w >> 1
        out[i] = t
    return out


def guarded(words, table):
    """A value that must not be computed unless it is wanted: the branch stays."""
    last = 0
    for w in words:
        if w & 1:
            last = table[w >> 1]
    return last


def ordered(words):
    best = words[0]
    for w in words:
        if w > best:
            best = w
    return best


def kept_between(x, low, high):
    """A recurrence that is kept between two bounds."""
    out = np.zeros(len(x))
    for i in range(1, len(x)):
        out[i] = min(max(x[i] - out[i - 1], low), high)
    return out


def longest(x, y):
    """The largest of three, each of which is needed for the next."""
    out = np.zeros((len(x), len(y)))
    for i in range(1, len(x)):
        for j in range(1, len(y)):
            out[i, j] = max(out[i - 1, j] - x[i], out[i, j - 1] - y[j], out[i - 1, j - 1] + 1.5)
    return out


def by_a_root(x):
    """What is compared takes too long to be computed twice, and may not be wanted."""
    out = np.zeros(len(x))
    for i in range(1, len(x)):
        out[i] = np.exp(x[i]) if np.exp(x[i]) < out[i - 1] else x[i]
    return out


def shifted(words):
    return words >> 3, words >> 63, words >> 70, words >> 0


def explained(function, *arguments):
    found = accelerate(function, cache=False).explain(*arguments)
    assert found.status == "full"
    return found


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("dtype", ["u1", "i8", "u4"])
def test_as_numpy(dtype, target):
    words = np.random.default_rng(1).integers(0, 120, 40).astype(dtype)
    np.testing.assert_array_equal(accelerate(marked, cache=False, target=target)(words), marked(words))
    for function in (flipped, swapped, ordered):
        compiled = accelerate(function, cache=False, target=target)
        expected, result = function(words), compiled(words)
        assert result == expected and type(result) is type(expected), function.__name__


@pytest.mark.parametrize("target", ["python", "numba"])
def test_checksum(target):
    data = np.random.default_rng(2).integers(0, 256, 300, dtype=np.uint8)
    assert accelerate(checksum, cache=False, target=target)(data, 0x8408) == checksum(data, 0x8408)
    assert accelerate(checksum, cache=False, target=target)(data[:0], 0x8408) == 0xFFFF


def test_only_bits_and_cheap_values():
    words = np.arange(5)
    for source in (explained(checksum, words.astype("u1"), 3).source, explained(flipped, words).source):
        assert "either_next(" in source  # each round waits for the one before
    assert "either(" in explained(marked, words).source
    assert "either(" not in explained(ordered, words).source
    assert "either(" not in explained(guarded, words, np.arange(9)).source


@pytest.mark.parametrize("target", ["python", "numba"])
def test_the_larger_of_floats(target):
    rng = np.random.default_rng(3)
    x = rng.standard_normal(60)
    x[[7, 20, 21, 40]] = np.nan, np.inf, -np.inf, -0.0
    for low, high in ((-0.25, 0.25), (0.0, -0.0), (np.float64(-0.5), np.float64(0.5)), (np.nan, 1.0), (-1.0, np.nan)):
        compiled = accelerate(kept_between, cache=False, target=target)
        expected, result = kept_between(x, low, high), compiled(x, low, high)
        np.testing.assert_array_equal(result.view(np.int64), expected.view(np.int64))
    for dtype in (np.float64, np.float32):
        a, b = rng.random((2, 20)).astype(dtype)
        a[3], b[5] = np.nan, np.inf
        compiled = accelerate(longest, cache=False, target=target)
        np.testing.assert_array_equal(compiled(a, b), longest(a, b))
        np.testing.assert_array_equal(accelerate(by_a_root, cache=False, target=target)(a), by_a_root(a))


def test_the_larger_of_floats_takes_no_branch():
    x = np.linspace(0, 1, 20)
    assert explained(kept_between, x, -0.5, 0.5).source.count("either(") == 2
    assert explained(longest, x, x).source.count("either(") == 2
    assert "either(" not in explained(by_a_root, x).source


def test_what_is_not_wanted_is_not_read():
    words, table = np.array([1, 3, 100]), np.array([5, 6])
    assert accelerate(guarded, cache=False)(words, table) == guarded(words, table)
    with pytest.raises(IndexError):
        accelerate(guarded, cache=False)(words + 1 - words % 2, table)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "i8", "u8"])
def test_shifts_by_a_constant(dtype):
    words = np.array([0, 1, 37, 100, 127], dtype=dtype)
    words = np.concatenate([words, np.invert(words)])
    try:
        expected = shifted(words)
    except OverflowError:
        return
    for result, value in zip(accelerate(shifted, cache=False)(words), expected, strict=True):
        np.testing.assert_array_equal(result, value)
        assert result.dtype == value.dtype
