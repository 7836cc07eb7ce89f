"""Machine learning: normalise the rows of a batch, then the activation GELU in its tanh form."""

from __future__ import annotations

import numpy as np

DOMAIN = "machine learning"
KIND = "rows"


def layer_norm(batch, gain, bias):
    centred = batch - batch.mean(axis=1)[:, None]
    variance = (centred * centred).mean(axis=1)
    x = gain * centred / np.sqrt(variance + 1e-5)[:, None] + bias
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


def inputs(size, dtype):
    """A batch (n, 256) of `size` / 2 bytes, since the result takes as much; gain and bias (256,)."""
    rng = np.random.default_rng(13)
    n = size // (2 * 256 * dtype.itemsize)
    return rng.random((n, 256), dtype=dtype), rng.random(256, dtype=dtype), rng.random(256, dtype=dtype)


def with_jax(jax, jnp):
    def layer_norm(batch, gain, bias):
        centred = batch - batch.mean(axis=1)[:, None]
        variance = (centred * centred).mean(axis=1)
        x = gain * centred / jnp.sqrt(variance + 1e-5)[:, None] + bias
        return 0.5 * x * (1 + jnp.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))

    return layer_norm
