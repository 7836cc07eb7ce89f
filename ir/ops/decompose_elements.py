"""Elementwise functions that are no ufuncs, in simpler NumPy."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


@decomposes(np.isclose)
def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    b = b - 0.0  # never an integer: the difference of two may wrap
    near = np.isfinite(b) & (np.abs(a - b) <= atol + rtol * np.abs(b))
    same = np.equal(a, b)
    if equal_nan:
        same = same | (np.isnan(a) & np.isnan(b))
    return near | same


@decomposes(np.allclose)
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return bool(np.all(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)))


@decomposes(np.array_equal)
def array_equal(a1, a2, equal_nan=False):
    a1, a2 = np.asarray(a1), np.asarray(a2)
    if a1.ndim != a2.ndim:
        return False
    same = np.equal(a1, a2)
    if a1.shape != np.shape(same) or a2.shape != np.shape(same):
        return False
    if equal_nan and a1.dtype.kind in "fc" and a2.dtype.kind in "fc":
        same = same | (np.isnan(a1) & np.isnan(a2))
    return bool(np.all(same))


@decomposes(np.array_equiv)
def array_equiv(a1, a2):
    return bool(np.all(np.equal(np.asarray(a1), np.asarray(a2))))


@decomposes(np.fix)
def fix(x):
    return np.trunc(x)


@decomposes(np.isposinf)
def isposinf(x):
    return np.isinf(x) & np.logical_not(np.signbit(x))


@decomposes(np.isneginf)
def isneginf(x):
    return np.isinf(x) & np.signbit(x)


@decomposes(np.isreal)
def isreal(x):
    x = np.asarray(x)
    if x.ndim == 0:
        raise NotImplementedError("`np.isreal` of a Python number is Python's bool")
    if x.dtype.kind == "c":
        made = np.equal(np.imag(x), 0)
    else:
        made = np.logical_or(np.not_equal(x, x), True)
    return made


@decomposes(np.iscomplex)
def iscomplex(x):
    x = np.asarray(x)
    if x.dtype.kind == "c":
        made = np.not_equal(np.imag(x), 0)
    else:
        made = np.logical_and(np.not_equal(x, x), False)
    return made


@decomposes(np.angle)
def angle(z, deg=False):
    z = np.asarray(z)
    if z.dtype.kind == "c":
        made = np.arctan2(np.imag(z), np.real(z))
    else:
        made = np.arctan2(0, z)
    if deg:
        made = made * (180 / np.pi)
    return made


@decomposes(np.sinc)
def sinc(x):
    x = np.multiply(np.asarray(x), np.pi)
    small = np.full((), np.finfo(x.dtype).eps, x.dtype)[()]
    y = np.where(np.equal(x, 0), small, x)[()]
    return np.sin(y) / y


@decomposes(np.unwrap)
def unwrap(p, discont=None, axis=-1, period=6.283185307179586):
    p = np.asarray(p)
    if p.dtype.kind != "f":
        raise NotImplementedError("`np.unwrap` of this dtype is not compiled")
    if discont is None:
        discont = period / 2
    half = period / 2
    d = np.diff(p, axis=axis)
    wrapped = np.mod(d + half, period) - half
    wrapped = np.where(np.equal(wrapped, -half) & np.greater(d, 0), half, wrapped)
    step = np.where(np.less(np.abs(d), discont), 0.0, wrapped - d)
    made = np.array(p)
    rows, given = np.moveaxis(made, axis, 0), np.moveaxis(p, axis, 0)
    rows[1:] = given[1:] + np.moveaxis(np.cumsum(step, axis=axis), axis, 0)
    return made
