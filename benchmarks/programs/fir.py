"""Signals: a filter of finite response, one tap after the other."""

from __future__ import annotations

import numpy as np

DOMAIN = "signal processing"
KIND = "stencil"


def fir(signal, taps):
    n = len(signal) - len(taps) + 1
    out = np.zeros(n, signal.dtype)
    for k in range(len(taps)):
        out += taps[k] * signal[k : k + n]
    return out


def inputs(size, dtype):
    """A signal (n,) of `size` / 2 bytes, since the result takes as much, and 16 taps."""
    rng = np.random.default_rng(11)
    return rng.random(size // (2 * dtype.itemsize), dtype=dtype), np.hanning(16).astype(dtype)


def traffic(signal, taps):
    return 2 * signal.nbytes


def operations(signal, taps):
    return 2 * len(signal) * len(taps)


def with_jax(jax, jnp):
    return lambda signal, taps: jnp.convolve(signal, taps[::-1], mode="valid")
