"""Linear algebra: some iterations of conjugate gradients on a dense matrix."""

from __future__ import annotations

import numpy as np

DOMAIN = "linear algebra"
KIND = "products"


def conjugate_gradient(a, b, iterations):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rr = r @ r
    for _ in range(iterations):
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        p = r + (new / rr) * p
        rr = new
    return x


def inputs(size, dtype):
    """A symmetric positive definite matrix (n, n) of `size` bytes and a vector (n,)."""
    rng = np.random.default_rng(2)
    n = int((size // dtype.itemsize) ** 0.5)
    a = rng.random((n, n), dtype=dtype)
    a *= dtype.type(0.5 / n)
    a += a.T.copy()
    a[np.arange(n), np.arange(n)] += dtype.type(2.0)
    return a, rng.random(n, dtype=dtype), 6


def with_jax(jax, jnp):
    def conjugate_gradient(a, b, iterations):
        def step(_, state):
            x, r, p, rr = state
            ap = a @ p
            alpha = rr / (p @ ap)
            r = r - alpha * ap
            new = r @ r
            return x + alpha * p, r, r + (new / rr) * p, new

        return jax.lax.fori_loop(0, iterations, step, (jnp.zeros_like(b), b, b, b @ b))[0]

    return conjugate_gradient
