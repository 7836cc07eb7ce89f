"""Angles: what is even or odd, what cancels, one call instead of two."""

from __future__ import annotations

import numpy as np

from . import Numerics, Rules

_REAL: Numerics = {"f": "fast"}
_ROUNDED: Numerics = {"f": "close"}


def register(rules: Rules) -> None:
    add = rules.add

    # even functions
    add("cos(-x)", lambda x: np.cos(-x), lambda x: np.cos(x), _ROUNDED)
    add("cos(|x|)", lambda x: np.cos(np.abs(x)), lambda x: np.cos(x), _ROUNDED)
    add("cosh(-x)", lambda x: np.cosh(-x), lambda x: np.cosh(x), _ROUNDED)
    add("cosh(|x|)", lambda x: np.cosh(np.abs(x)), lambda x: np.cosh(x), _ROUNDED)
    add("cosh(x) is positive", lambda x: np.abs(np.cosh(x)), lambda x: np.cosh(x), {"f": "strict"})

    # odd functions: two signs cancel
    add("-sin(-x)", lambda x: -np.sin(-x), lambda x: np.sin(x), _ROUNDED)
    add("-tan(-x)", lambda x: -np.tan(-x), lambda x: np.tan(x), _ROUNDED)
    add("-arcsin(-x)", lambda x: -np.arcsin(-x), lambda x: np.arcsin(x), _ROUNDED)
    add("-arctan(-x)", lambda x: -np.arctan(-x), lambda x: np.arctan(x), _ROUNDED)
    add("-sinh(-x)", lambda x: -np.sinh(-x), lambda x: np.sinh(x), _ROUNDED)
    add("-tanh(-x)", lambda x: -np.tanh(-x), lambda x: np.tanh(x), _ROUNDED)
    add("-arcsinh(-x)", lambda x: -np.arcsinh(-x), lambda x: np.arcsinh(x), _ROUNDED)
    add("square of sin(-x)", lambda x: np.square(np.sin(-x)), lambda x: np.square(np.sin(x)), _ROUNDED)

    # one call instead of two
    add("sin / cos", lambda x: np.sin(x) / np.cos(x), lambda x: np.tan(x), _REAL)
    add("tan * cos", lambda x: np.tan(x) * np.cos(x), lambda x: np.sin(x), _REAL)
    add("sin / tan", lambda x: np.sin(x) / np.tan(x), lambda x: np.cos(x), _REAL)
    add("sin * cos", lambda x: np.sin(x) * np.cos(x), lambda x: 0.5 * np.sin(2 * x), _REAL)
    add("sin**2 + cos**2", lambda x: np.square(np.sin(x)) + np.square(np.cos(x)), lambda x: 1, _REAL)
    add("sin sin + cos cos", lambda x: np.sin(x) * np.sin(x) + np.cos(x) * np.cos(x), lambda x: 1, _REAL)
    add("cos**2 - sin**2", lambda x: np.square(np.cos(x)) - np.square(np.sin(x)), lambda x: np.cos(2 * x), _REAL)
    add("1 - sin**2", lambda x: 1 - np.square(np.sin(x)), lambda x: np.square(np.cos(x)), _REAL)
    add("1 - cos**2", lambda x: 1 - np.square(np.cos(x)), lambda x: np.square(np.sin(x)), _REAL)
    add("sine of a sum", lambda x, y: np.sin(x) * np.cos(y) + np.cos(x) * np.sin(y), lambda x, y: np.sin(x + y), _REAL)
    add(
        "cosine of a sum", lambda x, y: np.cos(x) * np.cos(y) - np.sin(x) * np.sin(y), lambda x, y: np.cos(x + y), _REAL
    )
    add("sinh of arcsinh", lambda x: np.sinh(np.arcsinh(x)), lambda x: x, _REAL)
    add("arcsinh of sinh", lambda x: np.arcsinh(np.sinh(x)), lambda x: x, _REAL)
    add("arctan2 with 1", lambda x: np.arctan2(x, 1), lambda x: np.arctan(x), _ROUNDED)

    # degrees
    add("deg2rad of rad2deg", lambda x: np.deg2rad(np.rad2deg(x)), lambda x: x, _REAL)
    add("rad2deg of deg2rad", lambda x: np.rad2deg(np.deg2rad(x)), lambda x: x, _REAL)
    add("radians of degrees", lambda x: np.radians(np.degrees(x)), lambda x: x, _REAL)
    add("degrees of radians", lambda x: np.degrees(np.radians(x)), lambda x: x, _REAL)
