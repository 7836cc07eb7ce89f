"""How do stars move among each other? One leapfrog step of gravity between all pairs."""

from __future__ import annotations

import numpy as np
from _harness import compare

from mdsl import accelerate


@accelerate
def nbody(pos, vel, mass, dt, softening):
    """Kick and drift: advance positions and velocities (n, 3) in place. Returns the energy."""
    r = pos[None, :, :] - pos[:, None, :]
    inv_r3 = (np.sum(r**2, axis=2) + softening**2) ** -1.5
    acc = np.sum(r * (mass * inv_r3)[:, :, None], axis=1)
    vel += acc * dt
    pos += vel * dt
    kinetic = 0.5 * np.sum(mass * np.sum(vel**2, axis=1))
    potential = -0.5 * np.sum(mass[:, None] * mass / np.sqrt(np.sum(r**2, axis=2) + softening**2))
    return kinetic + potential


def inputs(size="large"):
    """A Plummer sphere, the usual model of a globular cluster, in N-body units; the same one in each run."""
    n = 1000 if size == "large" else 60
    rng = np.random.default_rng(1911)
    direction = rng.normal(size=(2, n, 3))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    radius = (rng.uniform(0.01, 0.99, n) ** (-2 / 3) - 1) ** -0.5
    speed = rng.beta(1.5, 4.5, n) ** 0.5 * np.sqrt(2) * (1 + radius**2) ** -0.25
    return direction[0] * radius[:, None], direction[1] * speed[:, None], np.full(n, 1 / n), 0.01, 0.05


def main():
    print(compare(nbody, inputs()))


if __name__ == "__main__":
    main()
