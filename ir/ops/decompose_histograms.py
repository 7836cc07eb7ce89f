"""Histograms in simpler NumPy: bins of equal width, found as np.histogram finds them, to the last bit."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


@decomposes(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    a = np.asarray(a)
    if isinstance(bins, str) or np.ndim(bins) != 0:
        raise NotImplementedError("bins of different widths are found by NumPy")
    if a.dtype.kind in "iu" and a.dtype.itemsize <= 4:
        a = a.astype(np.float64)
    if a.dtype != np.float64:
        raise NotImplementedError("a histogram of this dtype is left to NumPy")
    if bins < 1:
        raise NotImplementedError("a histogram without bins is left to NumPy")
    if a.size == 0:
        raise NotImplementedError("a histogram of nothing is left to NumPy")
    if weights is not None:
        weights = np.asarray(weights)
        if weights.dtype != np.float64 or weights.shape != a.shape:
            raise NotImplementedError("weights that are no float64 are left to NumPy")
        weights = weights.ravel()
    a = a.ravel()
    if range is None:
        first, last = np.min(a), np.max(a)
    else:
        first, last = range
    if not (np.isfinite(first) and np.isfinite(last)) or first >= last:
        raise NotImplementedError("a range that is empty or not finite is left to NumPy")
    edges = np.linspace(first, last, bins + 1, dtype=a.dtype)
    # the quotient may err by one bin, which the edges tell
    k = np.clip(((a - first) / (last - first) * bins).astype(np.int64), 0, bins - 1)
    k = k - (a < edges[k])
    k = np.clip(k + ((a >= edges[k + 1]) & (k < bins - 1)), 0, bins - 1)
    if weights is None:
        counts = np.zeros(bins, dtype=np.int64)
        if range is None:
            np.add.at(counts, k, 1)
        else:
            np.add.at(counts, k, ((a >= first) & (a <= last)).astype(np.int64))
    else:
        counts = np.zeros(bins)
        if range is None:
            np.add.at(counts, k, weights)
        else:
            np.add.at(counts, k, np.where((a >= first) & (a <= last), weights, 0.0))
    if density:
        return counts / np.diff(edges).astype(np.float64) / counts.sum(), edges
    return counts, edges
