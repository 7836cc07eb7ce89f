"""Numerical methods in simpler NumPy: interpolation, differences, convolutions, quadrature, polynomials."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


@decomposes(np.interp)
def interp(x, xp, fp, left=None, right=None):
    x, xp, fp = np.asarray(x), np.asarray(xp), np.asarray(fp)
    if x.dtype != np.float64:
        x = x.astype(np.float64)
    if xp.dtype != np.float64:
        xp = xp.astype(np.float64)
    if fp.dtype.kind == "c":
        raise NotImplementedError("`np.interp` of complex numbers is not compiled")
    if fp.dtype != np.float64:
        fp = fp.astype(np.float64)
    if xp.shape[0] != fp.shape[0] or xp.shape[0] < 1:
        raise NotImplementedError("the points of `np.interp` do not fit")
    below = fp[0] if left is None else np.float64(left)
    above = fp[-1] if right is None else np.float64(right)
    if x.ndim == 0:
        return _interpolated(np.reshape(x, (1,)), xp, fp, below, above)[0]
    if x.ndim == 1:
        return _interpolated(x, xp, fp, below, above)
    return np.reshape(_interpolated(x.flatten(), xp, fp, below, above), x.shape)


def _interpolated(x, xp, fp, below, above):
    n = xp.shape[0]
    made = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        at = x[i]
        lo = 0
        hi = n
        while lo < hi:
            middle = (lo + hi) // 2
            if xp[middle] <= at:
                lo = middle + 1
            else:
                hi = middle
        j = min(max(lo - 1, 0), n - 1)
        k = min(j + 1, n - 1)
        value = fp[j]
        if np.isnan(at) and n > 1:
            value = at
        elif at < xp[0]:
            value = below
        elif at > xp[n - 1]:
            value = above
        elif k > j and xp[j] != at:
            slope = (fp[k] - fp[j]) / (xp[k] - xp[j])
            value = slope * (at - xp[j]) + fp[j]
            if np.isnan(value):
                value = slope * (at - xp[k]) + fp[k]
                if np.isnan(value) and fp[j] == fp[k]:
                    value = fp[j]
        made[i] = value
    return made


@decomposes(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = np.asarray(y)
    rows = np.moveaxis(y, axis, 0)
    if x is None:
        return np.sum(dx * (rows[1:] + rows[:-1]) / 2.0, axis=0)
    x = np.asarray(x)
    if x.ndim == 1:
        d = np.reshape(np.diff(x), (-1,) + (1,) * (y.ndim - 1))
    elif x.ndim == y.ndim:
        d = np.diff(np.moveaxis(x, axis, 0), axis=0)
    else:
        raise NotImplementedError("points of this rank are not compiled")
    return np.sum(d * (rows[1:] + rows[:-1]) / 2.0, axis=0)


@decomposes(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    a = np.asarray(ary).flatten()
    made = a[1:] - a[:-1]
    if to_begin is not None:
        begin = np.asarray(to_begin)
        if begin.dtype != a.dtype:
            raise NotImplementedError("`to_begin` of another dtype is not compiled")
        made = np.concatenate((np.reshape(np.array(begin), (-1,)), made))
    if to_end is not None:
        end = np.asarray(to_end)
        if end.dtype != a.dtype:
            raise NotImplementedError("`to_end` of another dtype is not compiled")
        made = np.concatenate((made, np.reshape(np.array(end), (-1,))))
    return made


# -- convolutions ------------------------------------------------------------------------------------------------------


@decomposes(np.convolve)
def convolve(a, v, mode="full"):
    a, v = np.asarray(a), np.asarray(v)
    if a.ndim != 1 or v.ndim != 1 or a.dtype.kind == "b" or v.dtype.kind == "b":
        raise NotImplementedError("this convolution is not compiled")
    return _convolved(a, v, mode)


@decomposes(np.correlate)
def correlate(a, v, mode="valid"):
    a, v = np.asarray(a), np.asarray(v)
    if a.ndim != 1 or v.ndim != 1 or a.dtype.kind == "b" or v.dtype.kind == "b":
        raise NotImplementedError("this correlation is not compiled")
    return _convolved(a, np.conjugate(v[::-1]), mode)


def _convolved(a, v, mode):
    n, m = a.shape[0], v.shape[0]
    if n < m or m < 1:
        raise NotImplementedError("a convolution of a short array with a long one is not compiled")
    if mode == "full":
        return _convolved_from(a, v, 0, n + m - 1)
    if mode == "same":
        return _convolved_from(a, v, (m - 1) // 2, n)
    if mode != "valid":
        raise NotImplementedError("NumPy knows no such mode")
    return _convolved_from(a, v, m - 1, n - m + 1)


def _convolved_from(a, v, start, count):
    """The elements from `start` on of the whole convolution, by blocks that stay in cache."""
    n, m = a.shape[0], v.shape[0]
    made = np.zeros(count, (a[:0] * v[:1]).dtype)
    for first in range(start, start + count, 1024):
        last = min(first + 1024, start + count)
        for k in range(m):
            for i in range(max(first, k), min(last, k + n)):
                made[i - start] += a[i - k] * v[k]
    return made


# -- polynomials -------------------------------------------------------------------------------------------------------


@decomposes(np.polyval)
def polyval(p, x):
    x = np.asarray(x)
    if not isinstance(p, (list, tuple)):
        p = np.array(p)
        x = np.array(x)
        y = np.zeros(x.shape, (p[:1] * x.flatten()[:1]).dtype)
        for k in range(p.shape[0]):
            y[...] = y * x + p[k]
        return y[()] if x.ndim == 0 else y
    dtype = np.asarray(p).dtype
    y = np.zeros(x.shape, x.dtype)
    for c in p:
        y = y * x + np.asarray(c).astype(dtype)[()]
    return y


@decomposes(np.polyder)
def polyder(p, m=1):
    p = np.asarray(p)
    if m != 1 or p.ndim != 1:
        raise NotImplementedError("this derivative of a polynomial is not compiled")
    n = p.shape[0]
    if n < 2:
        raise NotImplementedError("the derivative of a constant")
    return p[:-1] * np.arange(n - 1, 0, -1)


@decomposes(np.polyint)
def polyint(p, m=1, k=None):
    p = np.asarray(p)
    if m != 1 or k is not None or p.ndim != 1 or p.dtype.kind not in "fc":
        raise NotImplementedError("this integral of a polynomial is not compiled")
    risen = p / np.arange(p.shape[0], 0, -1)
    made = np.zeros(p.shape[0] + 1, risen.dtype)
    made[:-1] = risen
    return made


@decomposes(np.trim_zeros)
def trim_zeros(filt, trim="fb"):
    if filt.ndim != 1:
        raise NotImplementedError("`np.trim_zeros` of several dimensions is not compiled")
    first, last = 0, filt.shape[0]
    if "f" in trim or "F" in trim:
        first = int(np.argmax(np.append(np.not_equal(filt, 0), True)))
    if "b" in trim or "B" in trim:
        last = last - int(np.argmax(np.append(np.not_equal(filt, 0)[::-1], True)))
    return filt[first : max(first, last)]
