"""Images: an unsharp mask, with a binomial blur of 3 by 3 pixels, clipped."""

from __future__ import annotations

import numpy as np

DOMAIN = "image filters"
KIND = "stencil"


def unsharp(image, amount):
    rows = (image[:-2] + 2 * image[1:-1] + image[2:]) / 4
    blurred = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    inner = image[1:-1, 1:-1]
    return np.clip(inner + amount * (inner - blurred), 0, 1)


def inputs(size, dtype):
    """An image (n, n) of `size` / 2 bytes, since the result takes as much."""
    n = int((size // (2 * dtype.itemsize)) ** 0.5)
    return np.random.default_rng(5).random((n, n), dtype=dtype), dtype.type(0.6)


def traffic(image, amount):
    return 2 * image.nbytes


def with_numexpr(numexpr):
    def unsharp(image, amount):
        a, b, c = image[:-2], image[1:-1], image[2:]
        rows = numexpr.evaluate("(a + 2 * b + c) / 4")
        left, middle, right, inner = rows[:, :-2], rows[:, 1:-1], rows[:, 2:], image[1:-1, 1:-1]
        sharp = "(inner + amount * (inner - (left + 2 * middle + right) / 4))"
        return numexpr.evaluate(f"where({sharp} < 0, 0 * inner, where({sharp} > 1, 0 * inner + 1, {sharp}))")

    return unsharp


def with_jax(jax, jnp):
    def unsharp(image, amount):
        rows = (image[:-2] + 2 * image[1:-1] + image[2:]) / 4
        blurred = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
        inner = image[1:-1, 1:-1]
        return jnp.clip(inner + amount * (inner - blurred), 0, 1)

    return unsharp
