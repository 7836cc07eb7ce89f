"""Statistics: how far two series are apart, as root of the mean square and at the worst place."""

from __future__ import annotations

import numpy as np

DOMAIN = "statistics"
KIND = "reduction"


def misfit(model, data, weight):
    d = model - data
    return np.sqrt(np.sum(weight * d * d) / np.sum(weight)), np.max(np.abs(d))


def inputs(size, dtype):
    """Three series (n,) of `size` bytes together."""
    rng = np.random.default_rng(7)
    n = size // (3 * dtype.itemsize)
    return tuple(rng.random(n, dtype=dtype) for _ in range(3))


def traffic(model, data, weight):
    return model.nbytes + data.nbytes + weight.nbytes


def with_numexpr(numexpr):
    def misfit(model, data, weight):
        total = numexpr.evaluate("sum(weight * (model - data) * (model - data))")
        return np.sqrt(total / numexpr.evaluate("sum(weight)")), numexpr.evaluate("max(abs(model - data))")

    return misfit


def with_jax(jax, jnp):
    def misfit(model, data, weight):
        d = model - data
        return jnp.sqrt(jnp.sum(weight * d * d) / jnp.sum(weight)), jnp.max(jnp.abs(d))

    return misfit
