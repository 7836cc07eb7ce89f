"""Is one of two values taken, and without a branch?"""

from __future__ import annotations

import numpy as np
from numba import njit

from mdsl.runtime.branchless import either


@njit
def chain(words, flip):
    x = np.int64(1)
    for w in words:
        x = either((x ^ w) & 1 == 1, (x >> 1) ^ flip, x >> 1)
    return x


def test_takes_one():
    words = np.random.default_rng(0).integers(0, 256, 100).astype(np.uint8)
    x = 1
    for w in words.tolist():
        x = (x >> 1) ^ 0x8408 if (x ^ w) & 1 else x >> 1
    assert chain(words, 0x8408) == x


def test_has_no_branch():
    chain(np.zeros(1, np.uint8), 1)
    (text,) = chain.inspect_llvm().values()
    assert "!unpredictable" in text
