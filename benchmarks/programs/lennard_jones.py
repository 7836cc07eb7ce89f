"""Physics: forces and energy of particles that attract each other from afar and repel when close."""

from __future__ import annotations

import numpy as np

DOMAIN = "n-body"
KIND = "pairs"


def lennard_jones(x, y, z):
    dx = x[:, None] - x[None, :]
    dy = y[:, None] - y[None, :]
    dz = z[:, None] - z[None, :]
    r2 = dx * dx + dy * dy + dz * dz
    inverse = np.where(r2 > 0, 1 / np.where(r2 > 0, r2, 1), 0)
    s6 = inverse * inverse * inverse
    pull = 24 * (2 * s6 * s6 - s6) * inverse
    energy = 2 * np.sum(s6 * s6 - s6)
    return np.sum(pull * dx, axis=1), np.sum(pull * dy, axis=1), np.sum(pull * dz, axis=1), energy


def inputs(size, dtype):
    """Coordinates (n,) on a cubic lattice that shakes a little. The work is n**2: n grows slower than `size`."""
    n = int(12 * size**0.25)
    side = int(np.ceil(n ** (1 / 3)))
    lattice = np.stack(np.unravel_index(np.arange(n), (side, side, side)))
    shaken = 1.2 * lattice + 0.1 * np.random.default_rng(10).random((3, n))
    return tuple(axis.copy() for axis in shaken.astype(dtype))


def operations(x, y, z):
    return 29 * len(x) ** 2


def with_jax(jax, jnp):
    def lennard_jones(x, y, z):
        dx, dy, dz = (axis[:, None] - axis[None, :] for axis in (x, y, z))
        r2 = dx * dx + dy * dy + dz * dz
        inverse = jnp.where(r2 > 0, 1 / jnp.where(r2 > 0, r2, 1), 0)
        s6 = inverse * inverse * inverse
        pull = 24 * (2 * s6 * s6 - s6) * inverse
        forces = tuple(jnp.sum(pull * d, axis=1) for d in (dx, dy, dz))
        return *forces, 2 * jnp.sum(s6 * s6 - s6)

    return lennard_jones
