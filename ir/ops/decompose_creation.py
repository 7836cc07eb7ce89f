"""Arrays made from nothing, in simpler NumPy: identities, triangles, powers, spaced numbers."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


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


@decomposes(np.tri)
def tri(N, M=None, k=0, dtype=float):
    if M is None:
        M = N
    return (np.arange(N)[:, np.newaxis] + k >= np.arange(M)[np.newaxis, :]).astype(dtype)


@decomposes(np.vander)
def vander(x, N=None, increasing=False):
    x = np.asarray(x)
    if x.dtype.kind not in "iufc" or x.dtype.itemsize < 4:
        raise NotImplementedError("`np.vander` of this dtype is not compiled")
    if N is None:
        N = x.shape[0]
    made = np.empty((x.shape[0], N), np.promote_types(x.dtype, np.int64))
    powers = made if increasing else made[:, ::-1]
    powers[:, :1] = 1
    for j in range(1, N):
        powers[:, j] = powers[:, j - 1] * x
    return made


@decomposes(np.diagflat)
def diagflat(v, k=0):
    return np.diag(np.asarray(v).flatten(), k)


@decomposes(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    made = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    if dtype is None:
        return made
    return made.astype(dtype)


@decomposes(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True):
    start, stop = np.multiply(start, 1.0), np.multiply(stop, 1.0)
    if start <= 0 or stop <= 0:
        raise NotImplementedError("`np.geomspace` of numbers that are not positive is not compiled")
    made = np.power(10.0, np.linspace(np.log10(start), np.log10(stop), num, endpoint))
    made[:1] = start
    if endpoint and num > 1:
        made[-1:] = stop
    return made


@decomposes(np.hanning)
def hanning(M):
    n = np.arange(1 - M, M, 2)
    if M < 2:
        raise NotImplementedError("a window of less than two points")
    return 0.5 + 0.5 * np.cos(np.pi * n / (M - 1))


@decomposes(np.hamming)
def hamming(M):
    n = np.arange(1 - M, M, 2)
    if M < 2:
        raise NotImplementedError("a window of less than two points")
    return 0.54 + 0.46 * np.cos(np.pi * n / (M - 1))


@decomposes(np.blackman)
def blackman(M):
    n = np.arange(1 - M, M, 2)
    if M < 2:
        raise NotImplementedError("a window of less than two points")
    return 0.42 + 0.5 * np.cos(np.pi * n / (M - 1)) + 0.08 * np.cos(2.0 * np.pi * n / (M - 1))


@decomposes(np.bartlett)
def bartlett(M):
    n = np.arange(1 - M, M, 2)
    if M < 2:
        raise NotImplementedError("a window of less than two points")
    return np.where(np.less_equal(n, 0), 1 + n / (M - 1), 1 - n / (M - 1))
