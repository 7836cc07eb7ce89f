"""What is chosen, picked, put, rounded and differenced is what NumPy's functions give, and is compiled whole."""

from __future__ import annotations

import numpy as np
import pytest
from whole_texts import check_text, check_text_right, function_of

import mdsl

RNG = np.random.default_rng(17)


def values(dtype: str = "float64", size: int | None = None) -> dict[str, object]:
    def array(*shape: int) -> np.ndarray:
        return (RNG.normal(size=shape) * 5).astype(dtype)[tuple(slice(size) for _ in shape)]

    a = array(4, 5)
    order = np.argsort(a, axis=1)
    return {
        "a": a, "b": array(4, 5), "v": array(6), "w": array(6), "c": array(3, 4, 5), "m": a > 0, "order": order,
        "k": np.array([0, 3, -1, 2])[:size], "far": np.array([7, -9, 2, 30])[:size], "n": 2, "x": 1.5,
        "o": np.cumsum(np.abs(array(6)) + 1).astype(dtype), "which": RNG.integers(0, 3, (4, 5))[:size, :size],
        "q": np.where(a > 2, np.nan, np.where(a < -4, np.inf, a)) if np.dtype(dtype).kind == "f" else a,
    }  # fmt: skip


CHOSEN = [
    "np.choose(which, [a, b, 0])", "np.choose(which, (a, b), mode='clip')", "np.choose(which, (a, b), mode='wrap')",
    "np.choose(which, [a, b])", "which.choose([a, b, a])", "np.clip(a, min=0, max=1)", "np.clip(a, max=b)",
    "a.clip(min=0)", "np.clip(a, 0, 1, out=a)", "np.piecewise(v, [v < 0, v >= 0], [-1.0, 1.0])",
    "np.piecewise(v, [v < 0, v > 2], [lambda t: -t, lambda t: t * t, 7.0])", "np.nan_to_num(q)",
    "np.nan_to_num(q, nan=1.0, posinf=9, neginf=-9)", "np.nan_to_num(q, copy=False)", "np.nan_to_num(q[0, 0])",
    "np.array(a, ndmin=3)", "np.array(a, copy=True)", "np.array(x, ndmin=2)", "np.astype(a, np.float32)",
]  # fmt: skip
PICKED = [
    "np.take(v, far, mode='wrap')", "np.take(v, far, mode='clip')", "np.take(a, k, axis=0, mode='wrap')",
    "np.take(a, k)", "np.take(a, k, axis=1, out=np.zeros((4, 4), a.dtype))", "a.take(far, mode='clip')",
    "np.take(a.T, k)", "np.take_along_axis(a, order, axis=1)", "np.take_along_axis(a, order, -1)",
    "np.take_along_axis(v, k, axis=0)", "np.take_along_axis(a, which[:1], axis=0)",
    "np.take_along_axis(a, k, axis=None)",
]  # fmt: skip
ROUNDED = [
    "np.round(a, 2)", "np.round(a)", "np.around(a, 1)", "a.round(3)", "np.round(a, -1)", "np.round(x, 1)",
    "np.round(a, 1, out=b)", "round(x)", "round(v[0])", "divmod(a, b)", "divmod(n, 3)", "divmod(a, 2)",
]  # fmt: skip
DIFFERENCES = [
    "np.diff(v)", "np.diff(a, axis=0)", "np.diff(v, n=2)", "np.diff(c, 3, axis=1)", "np.diff(v, prepend=0)",
    "np.diff(v, prepend=v[0], append=1.0)", "np.diff(a, axis=0, append=a[:1])", "np.diff(m)", "np.diff(v, n=0)",
    "np.gradient(v)", "np.gradient(a)", "np.gradient(a, axis=0)", "np.gradient(v, 0.5)", "np.gradient(a, 0.5, 2)",
    "np.gradient(v, o)", "np.gradient(c, axis=(2, 0))", "np.gradient(v, np.arange(6.0))",
    "np.gradient(v, edge_order=2)", "np.gradient(v, o, edge_order=2)", "np.gradient(a, x, axis=1, edge_order=2)",
    "np.gradient(c, o[:3], 2.0, o[:5])",
]  # fmt: skip
STORES = [
    "np.put(v, k, w[:4])\nreturn v", "np.put(v, k, 1)\nreturn v", "np.put(a, [1, 2], [5, 6])\nreturn a",
    "np.put(v, far, 0, mode='wrap')\nreturn v", "v.put(far, w[:4], mode='clip')\nreturn v",
    "np.put_along_axis(a, order[:, :1], 0, axis=1)\nreturn a", "np.put_along_axis(a, order, b, axis=1)\nreturn a",
    "np.place(a, m, [1, 2, 3])\nreturn a", "np.place(a, m, 0)\nreturn a", "np.putmask(a, m, 0)\nreturn a",
    "np.putmask(a, m, b)\nreturn a",
]  # fmt: skip
TABLES = {"chosen": CHOSEN, "picked": PICKED, "rounded": ROUNDED, "differences": DIFFERENCES, "stores": STORES}


@pytest.mark.parametrize("text", [text for texts in TABLES.values() for text in texts])
def test_doubles(text: str) -> None:
    check_text(text, values(), rtol=1e-9)
    function, args = function_of(text, values())
    source = mdsl.accelerate(function, target="python", cache=False).explain(*args).source
    assert f"{text.split('(')[0]}(" not in source or text.startswith(("round", "divmod"))  # compiled, not called


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool", "complex128"])
@pytest.mark.parametrize("topic", TABLES)
def test_other_dtypes(topic: str, dtype: str) -> None:
    for text in TABLES[topic]:
        check_text_right(text, values(dtype), rtol=1e-4 if dtype == "float32" else 1e-9)


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("topic", TABLES)
def test_edge_sizes(topic: str, size: int) -> None:
    few = values(size=size)
    for text in TABLES[topic]:
        check_text_right(text, few, rtol=1e-9)


def test_compiled() -> None:
    text = "np.take_along_axis(a, order, 1), np.gradient(a), np.round(a, 2), np.choose(which, [a, b, a]), np.diff(v, 2)"
    check_text(text, values(), target="numba", rtol=1e-9)
