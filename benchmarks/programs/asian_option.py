"""Finance: an option on the mean price of a share, by Monte Carlo from given normal numbers."""

from __future__ import annotations

import numpy as np

DOMAIN = "finance"
KIND = "scan"


def asian_option(normals, spot, strike, rate, volatility, years):
    dt = years / normals.shape[1]
    steps = (rate - volatility * volatility / 2) * dt + volatility * np.sqrt(dt) * normals
    prices = spot * np.exp(np.cumsum(steps, axis=1))
    payoff = np.maximum(prices.mean(axis=1) - strike, 0)
    return np.exp(-rate * years) * payoff


def inputs(size, dtype):
    """Normal numbers (paths, 64) of `size` bytes; the other parameters are scalars of the same dtype."""
    n = size // (64 * dtype.itemsize)
    normals = np.random.default_rng(9).standard_normal((n, 64), dtype=dtype)
    return normals, *(dtype.type(v) for v in (100, 105, 0.03, 0.2, 1))


def with_jax(jax, jnp):
    def asian_option(normals, spot, strike, rate, volatility, years):
        dt = years / normals.shape[1]
        steps = (rate - volatility * volatility / 2) * dt + volatility * jnp.sqrt(dt) * normals
        prices = spot * jnp.exp(jnp.cumsum(steps, axis=1))
        return jnp.exp(-rate * years) * jnp.maximum(prices.mean(axis=1) - strike, 0)

    return asian_option
