"""The programs that the tests of the CUDA target run and compile, each with arguments. As a script: run them simulated.

    NUMBA_ENABLE_CUDASIM=1 python tests/targets/cuda_programs.py

prints one JSON object: program -> [status, what differs from NumPy or ""].
"""

from __future__ import annotations

import copy
import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def chain(x, y, s):
    t = np.exp(-x * x) * s
    return np.where(t > 0.5, t, y) + 1


def stencil(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = 0.5 * (u[:-2] + u[2:])
    return u


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def totals(x):
    return x.sum(), x.mean(axis=0), x.max(axis=1), (x > 0).any(), (x > 9).all()


def products(a, b):
    return a @ b, a @ b[:, 0]


def nearest(x, c):
    return np.argmin(((x[:, None, :] - c[None, :, :]) ** 2).sum(axis=2), axis=1)


def integers(k, m):
    return k // m + k % m, k << 1, (k & m).astype(np.int16), -k


def singles(x):
    return x * np.float32(2) + x.sum()


def in_place(a, b):
    a += b
    a[::2] *= 3
    b[0] = a.sum()


def scalars(x, n):
    total = 0.0
    k = 0
    while total < n:
        total += float(x[k]) + 1.0
        k += 1
    return total, k, n > 2


def transposed(a):
    return a.T + a.T.sum(axis=0), a[::-1, 1:]


def planes(z):
    return np.abs(z), (z * z).conj()


def library_calls(a, b):
    u, s, v = np.linalg.svd(a * 2, full_matrices=False)
    b[1:].sort(axis=0)
    ordered = np.sort(a.T, axis=0)
    for k in range(2):
        ordered += np.linalg.det(a[:2, k : k + 2]) * np.sort(a.T, axis=1)
    return (u * s) @ v, b + 1, ordered


def cases() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(7, 5)), rng.normal(size=(7, 5))
    yield "chain", chain, (a, b, 0.7)
    yield "chain of nothing", chain, (a[:0], b[:0], 0.7)
    yield "chain of columns", chain, (a[:, ::2], b[:, :1], 2)
    yield "stencil", stencil, (rng.normal(size=40), 3)
    yield "softmax", softmax, (a,)
    yield "totals", totals, (a,)
    yield "products", products, (a, b.T)
    yield "nearest", nearest, (a, b[:3])
    yield "integers", integers, (rng.integers(-9, 9, (4, 3)), np.array([[2], [-3], [5], [0]]))
    yield "singles", singles, (a.astype(np.float32),)
    yield "in place", in_place, (a[0].copy(), b[0].copy())
    yield "one array twice", in_place, (shared := a[1].copy(), shared)
    yield "scalars", scalars, (np.abs(a[0]), 4)
    yield "transposed", transposed, (a,)
    yield "library calls", library_calls, (a, b.copy())
    yield "planes", planes, (a + 1j * b,)


def examples() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    """The function of each example that is named like its file; arguments that a simulated GPU gets through."""
    sys.path.insert(0, str(EXAMPLES))
    for path in sorted(EXAMPLES.glob("[a-z]*.py")):
        if path.stem != "demo":
            module = importlib.import_module(path.stem)
            yield path.stem, getattr(module, path.stem).__wrapped__, module.inputs("small")


def differs(got: Any, expected: Any) -> str:
    """What differs, "" where nothing does: type, dtype, shape, and values to a few roundings."""
    if isinstance(expected, tuple):
        return next((d for d in map(differs, got, expected) if d), "")
    if type(got) is not type(expected):
        return f"{type(got).__name__} instead of {type(expected).__name__}"
    if isinstance(expected, (np.ndarray, np.generic)) and (got.dtype, got.shape) != (expected.dtype, expected.shape):
        return f"{got.dtype}{got.shape} instead of {expected.dtype}{expected.shape}"
    single = getattr(expected, "dtype", None) == np.float32
    relative, absolute = (1e-5, 1e-6) if single else (1e-12, 0.0)
    if expected is not None and not np.allclose(got, expected, rtol=relative, atol=absolute, equal_nan=True):
        return f"{got} instead of {expected}"
    return ""


def main() -> None:
    import mdsl

    warnings.simplefilter("ignore")
    results = {}
    for name, function, arguments in cases():
        compiled = mdsl.accelerate(function, target="cuda", cache=False)
        theirs, ours = copy.deepcopy(arguments), copy.deepcopy(arguments)
        expected, got = function(*theirs), compiled(*ours)
        told = differs(got, expected) or differs(ours, theirs)
        results[name] = [compiled.last_report.status, told]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
