"""Partial differential equations: one step of advection to the right, second order with a minmod limiter."""

from __future__ import annotations

import numpy as np

DOMAIN = "stencils"
KIND = "stencil"


def advection(u, nu):
    d = u[1:] - u[:-1]
    slope = np.where(d[1:] * d[:-1] > 0, np.where(np.abs(d[1:]) < np.abs(d[:-1]), d[1:], d[:-1]), 0 * d[1:])
    flux = u[1:-1] + (1 - nu) / 2 * slope
    out = u.copy()
    out[2:-1] -= nu * (flux[1:] - flux[:-1])
    return out


def inputs(size, dtype):
    """A line (n,) of `size` / 2 bytes, since the result takes as much; the Courant number."""
    n = size // (2 * dtype.itemsize)
    u = np.random.default_rng(4).random(n, dtype=dtype)
    return u, dtype.type(0.4)


def traffic(u, nu):
    return 2 * u.nbytes


def with_numexpr(numexpr):
    def advection(u, nu):
        a, b, c = u[:-2], u[1:-1], u[2:]
        flux = numexpr.evaluate(
            "b + (1 - nu) / 2 * where((c - b) * (b - a) > 0, where(abs(c - b) < abs(b - a), c - b, b - a), 0 * b)"
        )
        out = u.copy()
        middle, right, left = out[2:-1], flux[1:], flux[:-1]
        numexpr.evaluate("middle - nu * (right - left)", out=middle)
        return out

    return advection


def with_jax(jax, jnp):
    def advection(u, nu):
        d = u[1:] - u[:-1]
        slope = jnp.where(d[1:] * d[:-1] > 0, jnp.where(jnp.abs(d[1:]) < jnp.abs(d[:-1]), d[1:], d[:-1]), 0)
        flux = u[1:-1] + (1 - nu) / 2 * slope
        return u.at[2:-1].add(-nu * (flux[1:] - flux[:-1]))

    return advection
