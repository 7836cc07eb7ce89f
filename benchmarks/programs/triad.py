"""Linear algebra: a vector that is a sum of two others and a product. Nothing but memory traffic."""

from __future__ import annotations

import numpy as np

DOMAIN = "linear algebra"
KIND = "elementwise"


def triad(out, a, b, c, s):
    out[:] = a + s * b - c
    return out


def inputs(size, dtype):
    """Four vectors (n,) that take `size` bytes together."""
    rng = np.random.default_rng(1)
    n = size // (4 * dtype.itemsize)
    a, b, c = (rng.random(n, dtype=dtype) for _ in range(3))
    return np.zeros(n, dtype), a, b, c, dtype.type(0.75)


def traffic(out, a, b, c, s):
    return out.nbytes + a.nbytes + b.nbytes + c.nbytes


def with_numexpr(numexpr):
    def triad(out, a, b, c, s):
        return numexpr.evaluate("a + s * b - c", out=out)

    return triad


def with_jax(jax, jnp):
    return lambda out, a, b, c, s: a + s * b - c
