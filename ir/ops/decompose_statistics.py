"""Statistics in simpler NumPy: means and variances, those that leave out NaN, weighted ones, covariances."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


@decomposes(np.mean)
def mean(a, axis=None, dtype=None, keepdims=False, where=None):
    a = np.asarray(a)
    if dtype is not None:
        if np.dtype(dtype).kind not in "fc":
            raise NotImplementedError("a mean in this dtype is not compiled")
        a = a.astype(dtype)
    elif a.dtype.kind in "biu":
        a = a.astype(np.float64)
    if where is None and a.dtype.kind == "c":
        return _over_count(np.sum(a, axis=axis, keepdims=keepdims), np.size(a, axis))
    if where is None:
        return np.true_divide(np.sum(a, axis=axis, keepdims=keepdims), np.size(a, axis))
    total = np.sum(a, axis=axis, keepdims=keepdims, where=where)
    n = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)
    return np.true_divide(total, n).astype(total.dtype)


@decomposes(np.var)
def var(a, axis=None, dtype=None, ddof=0, keepdims=False, where=None, mean=None, correction=None):
    a = np.asarray(a)
    if correction is not None:
        ddof = correction
    if dtype is not None:
        if np.dtype(dtype).kind != "f" or a.dtype.kind == "c":
            raise NotImplementedError("a variance in this dtype is not compiled")
        a = a.astype(dtype)
    elif a.dtype.kind in "biu":
        a = a.astype(np.float64)
    if where is None:
        n = np.size(a, axis)
        if mean is None:
            total = np.sum(a, axis=axis, keepdims=True)
            mean = _over_count(total, n) if a.dtype.kind == "c" else np.true_divide(total, n)
        d = a - mean
        return np.true_divide(np.sum(_squared(d), axis=axis, keepdims=keepdims), max(n - ddof, 0))
    count = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=True)
    if mean is None:
        mean = np.true_divide(np.sum(a, axis=axis, keepdims=True, where=where), count).astype(a.dtype)
    total = np.sum(_squared(a - mean), axis=axis, keepdims=keepdims, where=where)
    n = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)
    return np.true_divide(total, np.maximum(n - ddof, 0)).astype(total.dtype)


def _over_count(total, n):
    """A total of complex numbers by how many they are: NumPy divides a complex64 by an int64, so as complex128."""
    return np.true_divide(total.astype(np.complex128), n).astype(total.dtype)


def _squared(d):
    if d.dtype.kind == "c":
        return np.multiply(np.real(d), np.real(d)) + np.multiply(np.imag(d), np.imag(d))
    return np.multiply(d, d)


@decomposes(np.std)
def std(a, axis=None, dtype=None, ddof=0, keepdims=False, where=None, mean=None, correction=None):
    return np.sqrt(np.var(a, axis, dtype, ddof=ddof, keepdims=keepdims, where=where, mean=mean, correction=correction))


@decomposes(np.ptp)
def ptp(a, axis=None, keepdims=False):
    return np.subtract(np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims))


@decomposes(np.count_nonzero)
def count_nonzero(a, axis=None, keepdims=False):
    return np.sum(np.not_equal(a, 0), axis=axis, keepdims=keepdims)


@decomposes(np.average)
def average(a, axis=None, weights=None, returned=False, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        if returned:
            raise NotImplementedError("`returned` without weights is not compiled")
        result = np.mean(a, axis=axis, keepdims=keepdims)
        if np.size(result) < 1:
            raise NotImplementedError("NumPy divides by the size of the result")
        return result
    weights = np.asarray(weights)
    if a.dtype.kind in "biu":
        a = np.multiply(a, 1.0)
    if weights.ndim != a.ndim:
        if axis is None or weights.ndim != 1:
            raise NotImplementedError("weights of this rank are not compiled")
        if weights.shape[0] != a.shape[axis]:
            raise NotImplementedError("the weights do not fit")
        weights = np.moveaxis(np.reshape(weights, (1,) * (a.ndim - 1) + (-1,)), -1, axis)
    elif weights.shape != a.shape:
        raise NotImplementedError("the weights do not fit")
    scale = np.sum(np.multiply(weights, np.ones((), a.dtype)[()]), axis=axis, keepdims=keepdims)
    if np.any(scale == 0.0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / scale
    if returned:
        return result, np.add(np.zeros(np.shape(result), result.dtype), scale)
    return result


@decomposes(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    x = _observations(m, rowvar)
    if y is not None:
        x = np.concatenate((x, _observations(y, rowvar)), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    x = x - np.mean(x, axis=1, keepdims=True)
    n = np.maximum(x.shape[1] - ddof, 0)
    c = np.matmul(x, np.conjugate(x.T)) * np.true_divide(1, n)
    return np.squeeze(c)


def _observations(m, rowvar):
    m = np.asarray(m)
    if m.ndim > 2:
        raise NotImplementedError("more than two axes")
    m = m.astype(np.complex128 if m.dtype.kind == "c" else np.float64)
    if m.ndim == 1:
        m = m[np.newaxis, :]
    elif not rowvar:
        m = m.T
    return m


@decomposes(np.corrcoef)
def corrcoef(x, y=None, rowvar=True):
    c = np.cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    d = np.sqrt(np.real(np.diagonal(c)))
    c = c / d[:, np.newaxis] / d[np.newaxis, :]
    if c.dtype.kind == "c":
        raise NotImplementedError("`np.corrcoef` of complex numbers is not compiled")
    return np.clip(c, -1, 1)


# -- without NaN -------------------------------------------------------------------------------------------------------


@decomposes(np.nansum)
def nansum(a, axis=None, dtype=None, keepdims=False):
    return np.sum(_replaced(a, 0), axis=axis, dtype=dtype, keepdims=keepdims)


@decomposes(np.nanprod)
def nanprod(a, axis=None, dtype=None, keepdims=False):
    return np.prod(_replaced(a, 1), axis=axis, dtype=dtype, keepdims=keepdims)


def _replaced(a, value):
    a = np.asarray(a)
    if a.dtype.kind in "fc":
        return np.where(np.isnan(a), np.full((), value, a.dtype)[()], a)
    return a


@decomposes(np.nanmean)
def nanmean(a, axis=None, dtype=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind not in "fc":
        return np.mean(a, axis=axis, dtype=dtype, keepdims=keepdims)
    if dtype is not None:
        raise NotImplementedError("`np.nanmean` with a dtype is not compiled")
    total = np.sum(_replaced(a, 0), axis=axis, keepdims=keepdims)
    count = np.sum(np.logical_not(np.isnan(a)), axis=axis, keepdims=keepdims)
    return np.true_divide(total, count).astype(total.dtype)


@decomposes(np.nanvar)
def nanvar(a, axis=None, dtype=None, ddof=0, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind not in "fc":
        return np.var(a, axis, dtype, ddof=ddof, keepdims=keepdims)
    if dtype is not None or a.dtype.kind == "c":
        raise NotImplementedError("`np.nanvar` with a dtype, or of complex numbers, is not compiled")
    seen = np.logical_not(np.isnan(a))
    count = np.sum(seen, axis=axis, keepdims=True)
    center = np.true_divide(np.sum(_replaced(a, 0), axis=axis, keepdims=True), count).astype(a.dtype)
    d = np.where(seen, a - center, np.zeros((), a.dtype)[()])
    total = np.sum(np.multiply(d, d), axis=axis, keepdims=keepdims)
    freedom = np.sum(seen, axis=axis, keepdims=keepdims) - ddof
    made = np.true_divide(total, freedom).astype(total.dtype)
    return np.where(freedom > 0, made, np.full((), np.nan, a.dtype)[()])[()]


@decomposes(np.nanstd)
def nanstd(a, axis=None, dtype=None, ddof=0, keepdims=False):
    return np.sqrt(np.nanvar(a, axis, dtype, ddof=ddof, keepdims=keepdims))


@decomposes(np.nanmax)
def nanmax(a, axis=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind == "c":
        raise NotImplementedError("the order of complex numbers is not compiled")
    if a.dtype.kind != "f":
        return np.max(a, axis=axis, keepdims=keepdims)
    lost = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
    best = np.max(_replaced(a, -np.inf), axis=axis, keepdims=keepdims)
    return np.where(lost, np.full((), np.nan, a.dtype)[()], best)[()]


@decomposes(np.nanmin)
def nanmin(a, axis=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind == "c":
        raise NotImplementedError("the order of complex numbers is not compiled")
    if a.dtype.kind != "f":
        return np.min(a, axis=axis, keepdims=keepdims)
    lost = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
    best = np.min(_replaced(a, np.inf), axis=axis, keepdims=keepdims)
    return np.where(lost, np.full((), np.nan, a.dtype)[()], best)[()]


@decomposes(np.nanargmax)
def nanargmax(a, axis=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        if np.any(np.all(np.isnan(a), axis=axis)):
            raise ValueError("All-NaN slice encountered")
        a = _replaced(a, -np.inf)
    return np.argmax(a, axis=axis, keepdims=keepdims)


@decomposes(np.nanargmin)
def nanargmin(a, axis=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        if np.any(np.all(np.isnan(a), axis=axis)):
            raise ValueError("All-NaN slice encountered")
        a = _replaced(a, np.inf)
    return np.argmin(a, axis=axis, keepdims=keepdims)
