"""Dynamic programming: the best value that fits into each capacity, one item after the other."""

from __future__ import annotations

import numpy as np

DOMAIN = "dynamic programming"
KIND = "recurrence"


def knapsack(best, weights, values):
    best = best.copy()
    for k in range(len(weights)):
        w = weights[k]
        best[w:] = np.maximum(best[w:], best[:-w] + values[k])
    return best


def inputs(size, dtype):
    """Values (n,) of `size` / 2 bytes, since the result takes as much; 8 items of up to n / 8 in weight."""
    rng = np.random.default_rng(15)
    n = size // (2 * dtype.itemsize)
    return np.zeros(n, dtype), rng.integers(1, n // 8, 8), rng.random(8, dtype=dtype)


def with_jax(jax, jnp):
    def knapsack(best, weights, values):
        def take(k, best):
            n, w = len(best), weights[k]
            shifted = jax.lax.dynamic_slice(jnp.concatenate([jnp.full(n, -jnp.inf, best.dtype), best]), (n - w,), (n,))
            return jnp.maximum(best, shifted + values[k])

        return jax.lax.fori_loop(0, len(weights), take, best)

    return knapsack
