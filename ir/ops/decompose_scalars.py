"""Functions of Python's numbers, written in simpler Python: they are lifted where they are called.

Unlike the decompositions of NumPy's functions they compute with Python's own floats.
"""

from __future__ import annotations

import math


def round_to(x, scale):
    """round(x, n) for scale = 10.0**n, of which a float holds x * scale below 2**52.

    The product is rounded; where it looks halfway between two integers, what was rounded away decides (Dekker's exact
    product: Numerische Mathematik 18, 1971).
    """
    product = x * scale
    nearest = float(round(product))
    off = product - nearest
    if abs(off) == 0.5:
        split = 134217729.0 * x
        high = split - (split - x)
        low = x - high
        split = 134217729.0 * scale
        top = split - (split - scale)
        rest = scale - top
        error = ((high * top - product) + high * rest + low * top) + low * rest
        if off > 0.0 and error > 0.0:
            nearest = nearest + 1.0
        if off < 0.0 and error < 0.0:
            nearest = nearest - 1.0
    return math.copysign(nearest / scale, x)


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    """math.isclose for tolerances that are not negative."""
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    apart = abs(b - a)
    near = apart <= abs(rel_tol * b) or apart <= abs(rel_tol * a) or apart <= abs_tol
    return a == b or (near and not math.isinf(a) and not math.isinf(b))


def modf(x):
    """math.modf of a finite number."""
    whole = math.copysign(math.floor(abs(x)), x)
    return math.copysign(x - whole, x), whole
