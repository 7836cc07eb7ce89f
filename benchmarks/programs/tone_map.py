"""Images: compress the brightness of a linear RGB image for a screen (Reinhard's curve, then gamma)."""

from __future__ import annotations

import numpy as np

DOMAIN = "image filters"
KIND = "elementwise"


def tone_map(image, exposure, white):
    light = exposure * (0.2126 * image[:, :, 0] + 0.7152 * image[:, :, 1] + 0.0722 * image[:, :, 2])
    scale = exposure * (1 + light / (white * white)) / (1 + light)
    return np.minimum(image * scale[:, :, None], 1) ** (1 / 2.2)


def inputs(size, dtype):
    """An image (n, n, 3) of `size` / 2 bytes, since the result takes as much."""
    n = int((size // (2 * 3 * dtype.itemsize)) ** 0.5)
    image = np.random.default_rng(6).random((n, n, 3), dtype=dtype)
    image *= dtype.type(4)
    return image, dtype.type(0.8), dtype.type(4)


def traffic(image, exposure, white):
    return 2 * image.nbytes


def with_numexpr(numexpr):
    def tone_map(image, exposure, white):
        r, g, b = image[:, :, 0], image[:, :, 1], image[:, :, 2]
        light = numexpr.evaluate("exposure * (0.2126 * r + 0.7152 * g + 0.0722 * b)")
        light = light[:, :, None]
        scaled = "(image * (exposure * (1 + light / (white * white)) / (1 + light)))"
        return numexpr.evaluate(f"where({scaled} < 1, {scaled}, 1) ** (1 / 2.2)")

    return tone_map


def with_jax(jax, jnp):
    def tone_map(image, exposure, white):
        light = exposure * (0.2126 * image[:, :, 0] + 0.7152 * image[:, :, 1] + 0.0722 * image[:, :, 2])
        scale = exposure * (1 + light / (white * white)) / (1 + light)
        return jnp.minimum(image * scale[:, :, None], 1) ** (1 / 2.2)

    return tone_map
