"""Machine learning: one step of the optimiser Adam, in place (Kingma and Ba 2015, algorithm 1)."""

from __future__ import annotations

import numpy as np

DOMAIN = "machine learning"
KIND = "elementwise"


def adam(weights, gradient, m, v, rate, beta1, beta2, epsilon):
    m *= beta1
    m += (1 - beta1) * gradient
    v *= beta2
    v += (1 - beta2) * gradient * gradient
    weights -= rate * m / (np.sqrt(v) + epsilon)
    return weights, m, v


def inputs(size, dtype):
    """Four vectors (n,) that take `size` bytes together; the parameters are scalars of the same dtype."""
    rng = np.random.default_rng(12)
    n = size // (4 * dtype.itemsize)
    vectors = [rng.random(n, dtype=dtype) for _ in range(4)]
    return *vectors, *(dtype.type(p) for p in (1e-3, 0.9, 0.999, 1e-8))


def traffic(weights, gradient, m, v, rate, beta1, beta2, epsilon):
    return gradient.nbytes + 2 * (weights.nbytes + m.nbytes + v.nbytes)


def with_numexpr(numexpr):
    def adam(weights, gradient, m, v, rate, beta1, beta2, epsilon):
        numexpr.evaluate("beta1 * m + (1 - beta1) * gradient", out=m)
        numexpr.evaluate("beta2 * v + (1 - beta2) * gradient * gradient", out=v)
        numexpr.evaluate("weights - rate * m / (sqrt(v) + epsilon)", out=weights)
        return weights, m, v

    return adam


def with_jax(jax, jnp):
    def adam(weights, gradient, m, v, rate, beta1, beta2, epsilon):
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient * gradient
        return weights - rate * m / (jnp.sqrt(v) + epsilon), m, v

    return adam
