"""Dynamic programming: the best global alignment of two sequences (Needleman and Wunsch 1970), in scalars."""

from __future__ import annotations

import numpy as np

DOMAIN = "dynamic programming"
KIND = "scalar loop"


def alignment(a, b, gap, match, mismatch):
    n, m = len(a), len(b)
    score = np.full((n + 1, m + 1), 0 * gap)
    for i in range(1, n + 1):
        score[i, 0] = score[i - 1, 0] - gap
    for j in range(1, m + 1):
        score[0, j] = score[0, j - 1] - gap
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            step = match if a[i - 1] == b[j - 1] else mismatch
            score[i, j] = max(score[i - 1, j - 1] + step, score[i - 1, j] - gap, score[i, j - 1] - gap)
    return score


def inputs(size, dtype):
    """Two sequences of four letters. The work is n**2 in Python's own loops: n grows slower than `size`."""
    n = int(6 * size**0.25)
    a, b = np.random.default_rng(16).integers(0, 4, (2, n))
    return a.copy(), b.copy(), dtype.type(1.5), dtype.type(2), dtype.type(-1)
