"""Geodesy: from latitude, longitude and height on the ellipsoid WGS 84 to earth-centred coordinates."""

from __future__ import annotations

import numpy as np

DOMAIN = "geodesy"
KIND = "elementwise"


def earth_centred(latitude, longitude, height):
    e2 = 0.00669437999014
    s, c = np.sin(latitude), np.cos(latitude)
    n = 6378137.0 / np.sqrt(1 - e2 * s * s)
    x = (n + height) * c * np.cos(longitude)
    y = (n + height) * c * np.sin(longitude)
    return x, y, (n * (1 - e2) + height) * s


def inputs(size, dtype):
    """Angles in radians and heights in metres, (n,) each; with the results they take `size` bytes."""
    rng = np.random.default_rng(14)
    n = size // (6 * dtype.itemsize)
    latitude, longitude, height = (rng.random(n, dtype=dtype) for _ in range(3))
    return (latitude - dtype.type(0.5)) * dtype.type(3), longitude * dtype.type(6), height * dtype.type(9000)


def traffic(latitude, longitude, height):
    return 2 * (latitude.nbytes + longitude.nbytes + height.nbytes)


def with_numexpr(numexpr):
    def earth_centred(latitude, longitude, height):
        n = numexpr.evaluate("6378137.0 / sqrt(1 - 0.00669437999014 * sin(latitude) ** 2)")
        x = numexpr.evaluate("(n + height) * cos(latitude) * cos(longitude)")
        y = numexpr.evaluate("(n + height) * cos(latitude) * sin(longitude)")
        return x, y, numexpr.evaluate("(n * (1 - 0.00669437999014) + height) * sin(latitude)")

    return earth_centred


def with_jax(jax, jnp):
    def earth_centred(latitude, longitude, height):
        e2 = 0.00669437999014
        s, c = jnp.sin(latitude), jnp.cos(latitude)
        n = 6378137.0 / jnp.sqrt(1 - e2 * s * s)
        z = (n * (1 - e2) + height) * s
        return (n + height) * c * jnp.cos(longitude), (n + height) * c * jnp.sin(longitude), z

    return earth_centred
