"""How does a weather model smooth its fields? COSMO's horizontal diffusion: fourth order, with a flux limiter."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_sample_images

from mdsl import accelerate


@accelerate
def horizontal_diffusion(field, coeff):
    """The smoothed interior (n, m, k) of a field (n + 4, m + 4, k) of k levels; `coeff` has the interior's shape."""
    lap = 4 * field[1:-1, 1:-1] - (field[2:, 1:-1] + field[:-2, 1:-1] + field[1:-1, 2:] + field[1:-1, :-2])

    flx = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flx = np.where(flx * (field[2:-1, 2:-2] - field[1:-2, 2:-2]) > 0, 0, flx)

    fly = lap[1:-1, 1:] - lap[1:-1, :-1]
    fly = np.where(fly * (field[2:-2, 2:-1] - field[2:-2, 1:-2]) > 0, 0, fly)

    return field[2:-2, 2:-2] - coeff * (flx[1:] - flx[:-1] + fly[:, 1:] - fly[:, :-1])


def inputs(size="large"):
    """Both photographs, one over the other: six levels of a field."""
    field = np.concatenate(load_sample_images().images, axis=2) / 255
    if size == "small":
        field = field[:40, :50].copy()
    n, m, k = field.shape
    return field, np.full((n - 4, m - 4, k), 0.025)


def main():
    print(compare(horizontal_diffusion, inputs()))


if __name__ == "__main__":
    main()
