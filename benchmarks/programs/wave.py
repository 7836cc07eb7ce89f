"""Partial differential equations: the 2-D wave equation, leapfrog in time, in place; edges stay."""

from __future__ import annotations

import numpy as np

DOMAIN = "stencils"
KIND = "stencil"


def wave(u, before, c, steps):
    for _ in range(steps):
        lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]
        before[1:-1, 1:-1] = 2 * u[1:-1, 1:-1] - before[1:-1, 1:-1] + c * lap
        u, before = before, u
    return u


def inputs(size, dtype):
    """Two planes (n, n) of `size` bytes together, now and one step before."""
    n = int((size // (2 * dtype.itemsize)) ** 0.5)
    x = np.linspace(0, 12, n, dtype=dtype)
    u = np.sin(x)[:, None] * np.cos(x / 2)
    return u, u.copy(), dtype.type(0.2), 4


def traffic(u, before, c, steps):
    return steps * (u.nbytes + 2 * before.nbytes)


def with_numexpr(numexpr):
    def wave(u, before, c, steps):
        for _ in range(steps):
            n, s, w, e, m = u[:-2, 1:-1], u[2:, 1:-1], u[1:-1, :-2], u[1:-1, 2:], u[1:-1, 1:-1]
            old = before[1:-1, 1:-1]
            before[1:-1, 1:-1] = numexpr.evaluate("2 * m - old + c * (n + s + w + e - 4 * m)")
            u, before = before, u
        return u

    return wave


def with_jax(jax, jnp):
    def wave(u, before, c, steps):
        def step(_, state):
            u, before = state
            lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]
            return before.at[1:-1, 1:-1].set(2 * u[1:-1, 1:-1] - before[1:-1, 1:-1] + c * lap), u

        return jax.lax.fori_loop(0, steps, step, (u, before))[0]

    return wave
