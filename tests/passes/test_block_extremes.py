"""argmin and argmax by blocks find what NumPy finds: the first of equals, the first NaN, in rows of any length."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.passes.block_extremes import BLOCK, block_extremes
from mdsl.passes.context import Context
from mdsl.transpiler.lift_text import loops_of_text

RNG = np.random.default_rng(11)
SIZES = [1, 2, 63, 64, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7]


def both(v):
    return np.argmax(v), np.argmin(v), np.argmax(np.abs(v) - v * 2), np.argmin(-v)


def rows(m):
    return np.argmax(m, axis=1), np.argmin(m * m, axis=1), np.argmax(m), np.argmin(m[:, 1:]), np.argmax(m, axis=0)


def elementary(v):
    return np.argmax(np.exp(v)), np.argmin(np.sin(v))


def hard(n, dtype):
    """Vectors with ties, infinities, signed zeros, NaN at the borders of blocks; ascending and descending ones."""
    kind = np.dtype(dtype).kind
    low, high = (0 if kind == "u" else -100), 100
    yield RNG.integers(low, high, n).astype(dtype)
    yield RNG.integers(0, 2, n).astype(dtype)
    yield np.arange(n).astype(dtype)
    yield np.arange(n)[::-1].astype(dtype)
    yield np.full(n, low, dtype)
    if kind == "f":
        yield np.full(n, -np.inf, dtype)
        yield np.where(RNG.random(n) < 0.5, 0.0, -0.0).astype(dtype)
        for place in {0, n // 2, n - 1, min(n - 1, BLOCK - 1), min(n - 1, BLOCK)}:
            v = RNG.random(n).astype(dtype)
            v[place] = np.nan
            yield v
            v = v.copy()
            v[-1] = np.nan
            yield v
    else:
        info = np.iinfo(dtype)
        yield np.full(n, info.min, dtype)
        yield np.full(n, info.max, dtype)


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
def test_vectors(target, dtype):
    compiled = accelerate(both, target=target, cache=False)
    for n in SIZES if target == "numba" else SIZES[:5]:
        for v in hard(n, dtype):
            assert compiled(v) == both(v), (n, v)
    assert compiled.last_report.status == "full"


@pytest.mark.parametrize("target", ["python", "numba"])
def test_rows(target):
    compiled = accelerate(rows, target=target, cache=False)
    for shape in [(3, 2), (2, BLOCK + 3), (5, 3 * BLOCK)][: 3 if target == "numba" else 2]:
        for m in hard(shape[0] * shape[1], "float64"):
            for ours, theirs in zip(compiled(m.reshape(shape)), rows(m.reshape(shape)), strict=True):
                np.testing.assert_array_equal(ours, theirs)


def test_what_may_round_otherwise_in_vectors_stays_as_it_is():
    v = RNG.random(1000)
    compiled = accelerate(elementary, cache=False)
    assert compiled(v) == elementary(v) and "strip" not in compiled.explain(v).source


BY_HAND = """at = 0
best = v[0]
for i in range(1, len(v)):
    if v[i] > best:
        best = v[i]
        at = i
return at"""


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("return np.argmax(v)", True),
        ("return np.argmax(v[:10])", False),  # few
        ("return np.argmax(v + w)", True),
        (BY_HAND, False),  # of NaN it says something else
    ],
)
def test_which_loops(text, blocks):
    body = "\n".join("    " + line for line in text.splitlines())
    program = loops_of_text(f"def f(v, w):\n{body}\n", np.ones(50), np.ones(50))
    after = block_extremes(program, Context())
    assert (after is not program) == blocks
