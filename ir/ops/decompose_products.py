"""Products and norms in simpler NumPy."""

from __future__ import annotations

import numpy as np

from .decompositions import decomposes


@decomposes(np.outer)
def outer(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim != 1:
        a = a.flatten()
    if b.ndim != 1:
        b = b.flatten()
    return a[:, np.newaxis] * b[np.newaxis, :]


@decomposes(np.linalg.outer)
def linalg_outer(x1, x2):
    x1, x2 = np.asarray(x1), np.asarray(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise NotImplementedError("`np.linalg.outer` of what are not vectors raises ValueError")
    return np.outer(x1, x2)


@decomposes(np.inner)
def inner(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        return np.multiply(a, b)
    if a.ndim > 2 or b.ndim > 2:
        raise NotImplementedError("`np.inner` of stacks is not compiled")
    return np.matmul(a, b.T)


@decomposes(np.vdot)
def vdot(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind == "c":
        a = np.conjugate(a)
    if a.ndim == 1 and b.ndim == 1:
        return np.dot(a, b)
    if a.dtype.kind == "b":
        raise NotImplementedError("`np.vdot` of bool is not compiled")
    if a.size != b.size:
        raise NotImplementedError("`np.vdot` of different sizes raises ValueError")
    products = np.multiply(a.flatten(), b.flatten())
    return np.sum(products, dtype=products.dtype)


@decomposes(np.linalg.vecdot)
def vecdot(x1, x2, axis=-1):
    x1, x2 = np.asarray(x1), np.asarray(x2)
    if x1.dtype.kind == "c":
        x1 = np.conjugate(x1)
    x1, x2 = np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1)
    if x1.shape[-1] != x2.shape[-1]:
        raise NotImplementedError("`np.vecdot` of different sizes raises ValueError")
    products = np.multiply(x1, x2)
    if products.dtype.kind == "b":
        raise NotImplementedError("`np.vecdot` of bool is not compiled")
    return np.sum(products, axis=-1, dtype=products.dtype)


@decomposes(np.linalg.matmul)
def matmul(x1, x2):
    return np.matmul(x1, x2)


@decomposes(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None):
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)


@decomposes(np.linalg.trace)
def matrix_trace(x, offset=0, dtype=None):
    return np.sum(np.diagonal(x, offset, -2, -1), axis=-1, dtype=dtype)


@decomposes(np.linalg.diagonal)
def matrix_diagonal(x, offset=0):
    return np.diagonal(x, offset, -2, -1)


@decomposes(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    a, b = np.moveaxis(np.asarray(a), axisa, 0), np.moveaxis(np.asarray(b), axisb, 0)
    if a.shape[0] != 3 or b.shape[0] != 3:
        raise NotImplementedError("`np.cross` of vectors that do not have three components is not compiled")
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    z = a[0] * b[1] - a[1] * b[0]
    if x.ndim == 0:
        return np.array([x, y, z])
    return np.moveaxis(np.stack((x, y, z), axis=-1), -1, axisc)


@decomposes(np.linalg.cross)
def linalg_cross(x1, x2, axis=-1):
    return np.cross(x1, x2, axis=axis)


@decomposes(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    if x.ndim == 0 and axis is not None:
        raise NotImplementedError("a number has no axis")
    if ord is None:
        return np.sqrt(np.sum(_absolute_square(x), axis=axis, keepdims=keepdims))
    if axis is None:
        axis = 0 if x.ndim == 1 else (0, 1)
        if x.ndim > 2:
            raise NotImplementedError("a norm of this order needs an axis")
    if not isinstance(axis, tuple):
        return _vector_norm(x, ord, axis, keepdims)
    if len(axis) == 1:
        return _vector_norm(x, ord, axis[0], keepdims)
    return _matrix_norm(x, ord, axis[0] % x.ndim, axis[1] % x.ndim, keepdims)


def _absolute_square(x):
    if x.dtype.kind == "c":
        return np.multiply(np.real(x), np.real(x)) + np.multiply(np.imag(x), np.imag(x))
    return np.multiply(x, x)


def _vector_norm(x, ord, axis, keepdims):
    if isinstance(ord, str):
        raise NotImplementedError("NumPy knows no such norm of vectors")
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(np.not_equal(x, 0).astype(np.abs(x).dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 2:
        return np.sqrt(np.sum(_absolute_square(x), axis=axis, keepdims=keepdims))
    return np.power(np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims), 1 / ord)


def _matrix_norm(x, ord, row, col, keepdims):
    if ord == "fro" or ord == "f":
        return np.sqrt(np.sum(_absolute_square(x), axis=(row, col), keepdims=keepdims))
    if ord != 1 and ord != -1 and ord != np.inf and ord != -np.inf:
        raise NotImplementedError("a norm by singular values is not decomposed")
    along = row if ord == 1 or ord == -1 else col
    sums = np.sum(np.abs(x), axis=along, keepdims=True)
    if ord > 0:
        return np.max(sums, axis=(row, col), keepdims=keepdims)
    return np.min(sums, axis=(row, col), keepdims=keepdims)


@decomposes(np.linalg.vector_norm)
def vector_norm(x, axis=None, keepdims=False, ord=2):
    x = np.asarray(x)
    if axis is None:
        if keepdims:
            raise NotImplementedError("`keepdims` without an axis is not compiled")
        x, axis = x.flatten(), 0
    return np.linalg.norm(x, ord, axis, keepdims)


@decomposes(np.linalg.matrix_norm)
def matrix_norm(x, keepdims=False, ord="fro"):
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@decomposes(np.linalg.matrix_power)
def matrix_power(a, n):
    if n < 2 or n > 64:
        raise NotImplementedError("this power of a matrix is not compiled")
    if n == 3:
        return np.matmul(np.matmul(a, a), a)
    half = a if n == 2 else np.linalg.matrix_power(a, n // 2)
    squared = np.matmul(half, half)
    if n % 2:
        return np.matmul(squared, a)
    return squared
