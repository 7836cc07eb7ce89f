"""Which points of the plane stay? The Mandelbrot set, by the number of steps after which a point has escaped."""

from __future__ import annotations

import numpy as np
from _harness import compare

from mdsl import accelerate


@accelerate
def mandelbrot(x, y, limit):
    """Steps until |z| exceeds 2, at most `limit`; int64 of shape (len(y), len(x))."""
    c = x + 1j * y[:, None]
    z = np.zeros_like(c)
    counts = np.zeros(c.shape, dtype=np.int64)
    for _ in range(limit):
        inside = np.abs(z) < 2
        z = np.where(inside, z * z + c, z)
        counts += inside
    return counts


def inputs(size="large"):
    """Seahorse Valley, between the head and the body of the set."""
    width, height, limit = (400, 300, 60) if size == "large" else (40, 30, 20)
    return np.linspace(-0.80, -0.70, width), np.linspace(0.05, 0.125, height), limit


def main():
    print(compare(mandelbrot, inputs()))


if __name__ == "__main__":
    main()
