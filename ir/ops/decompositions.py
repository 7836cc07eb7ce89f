"""Functions of NumPy written in simpler NumPy: lifted by the front end where they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

_Body = TypeVar("_Body", bound=Callable[..., Any])
_BODIES: dict[Any, Callable[..., Any]] = {}


def decomposes(*functions: Callable[..., Any]) -> Callable[[_Body], _Body]:
    """Register the decorated function, plain NumPy with the same parameters, as what `functions` mean.

    Parameters that it does not have (such as `out`) leave a call that uses them to NumPy.
    """

    def register(body: _Body) -> _Body:
        for function in functions:
            _BODIES[function] = body
        return body

    return register


def decomposition(function: Any) -> Callable[..., Any] | None:
    try:
        return _BODIES.get(function)
    except TypeError:  # not hashable, so no function of NumPy
        return None


def decomposed() -> dict[Any, Callable[..., Any]]:
    return dict(_BODIES)


@decomposes(np.mean)
def mean(a, axis=None, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind in "biu":
        a = a.astype(np.float64)
    n = np.size(a, axis)
    return np.true_divide(np.sum(a, axis=axis, keepdims=keepdims), n)


@decomposes(np.var)
def var(a, axis=None, ddof=0, keepdims=False):
    a = np.asarray(a)
    if a.dtype.kind == "c":
        raise NotImplementedError
    if a.dtype.kind in "biu":
        a = a.astype(np.float64)
    n = np.size(a, axis)
    d = a - np.true_divide(np.sum(a, axis=axis, keepdims=True), n)
    return np.true_divide(np.sum(np.multiply(d, d), axis=axis, keepdims=keepdims), max(n - ddof, 0))


@decomposes(np.std)
def std(a, axis=None, ddof=0, keepdims=False):
    return np.sqrt(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@decomposes(np.ptp)
def ptp(a, axis=None, keepdims=False):
    return np.subtract(np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims))


@decomposes(np.count_nonzero)
def count_nonzero(a, axis=None):
    return np.sum(np.not_equal(a, 0), axis=axis)


@decomposes(np.outer)
def outer(a, b):
    if a.ndim != 1:
        a = np.ravel(a)
    if b.ndim != 1:
        b = np.ravel(b)
    return a[:, np.newaxis] * b[np.newaxis, :]


@decomposes(np.eye)
def eye(N, M=None, k=0, dtype=float):
    if M is None:
        M = N
    return np.equal(np.arange(N)[:, np.newaxis] + k, np.arange(M)[np.newaxis, :]).astype(dtype)


@decomposes(np.identity)
def identity(n, dtype=float):
    return np.eye(n, dtype=dtype)


@decomposes(np.tril)
def tril(m, k=0):
    m = np.asarray(m)
    keep = np.arange(m.shape[-2])[:, np.newaxis] + k >= np.arange(m.shape[-1])[np.newaxis, :]
    return np.where(keep, m, np.zeros((), m.dtype)[()])


@decomposes(np.triu)
def triu(m, k=0):
    m = np.asarray(m)
    keep = np.arange(m.shape[-2])[:, np.newaxis] + k <= np.arange(m.shape[-1])[np.newaxis, :]
    return np.where(keep, m, np.zeros((), m.dtype)[()])


@decomposes(np.trace)
def trace(a):
    return np.sum(np.diagonal(a))


@decomposes(np.inner, np.vdot)
def inner(a, b):
    if a.ndim == 1 and b.ndim == 1 and a.dtype.kind != "c":
        return np.dot(a, b)
    raise NotImplementedError


@decomposes(np.isclose)
def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    near = np.isfinite(b) & (np.abs(a - b) <= atol + rtol * np.abs(b))
    same = np.equal(a, b)
    if equal_nan:
        same = same | (np.isnan(a) & np.isnan(b))
    return near | same


@decomposes(np.allclose)
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return bool(np.all(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)))


@decomposes(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    if ord is not None or x.dtype.kind not in "fiub" or x.dtype == np.float16:
        raise NotImplementedError
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    return np.sqrt(np.sum(np.multiply(x, x), axis=axis, keepdims=keepdims))
