"""How does one smooth a photograph and keep its edges? Anisotropic diffusion after Perona and Malik (1990)."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_sample_image

from mdsl import accelerate


@accelerate
def diffusion(image, steps, kappa, rate):
    """The image (n, m) after some steps; contrasts well above `kappa` are edges and stay; `rate` is at most 1/4."""
    u = image.copy()
    for _ in range(steps):
        south = np.zeros_like(u)
        east = np.zeros_like(u)
        south[:-1] = np.diff(u, axis=0)
        east[:, :-1] = np.diff(u, axis=1)
        # Conductances, then fluxes: what leaves a pixel enters its neighbour.
        south *= np.exp(-((south / kappa) ** 2))
        east *= np.exp(-((east / kappa) ** 2))
        change = south + east
        change[1:] -= south[:-1]
        change[:, 1:] -= east[:, :-1]
        u += rate * change
    return u


def inputs(size="large"):
    image = load_sample_image("flower.jpg").mean(axis=2)
    return (image, 20, 15.0, 0.2) if size == "large" else (image[200:248, 300:364].copy(), 3, 15.0, 0.2)


def main():
    print(compare(diffusion, inputs()))


if __name__ == "__main__":
    main()
