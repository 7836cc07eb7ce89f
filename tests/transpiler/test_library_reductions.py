"""Ufuncs with all their arguments and methods, reductions and cumulative functions do what NumPy's do."""

from __future__ import annotations

import numpy as np
import pytest
from whole_texts import check_text, check_text_right

RNG = np.random.default_rng(3)


def values(dtype: str = "float64") -> dict[str, object]:
    a = (RNG.normal(size=(4, 5)) * 9).astype(dtype)
    return {
        "a": a, "b": (RNG.normal(size=(4, 5)) * 9).astype(dtype), "v": (RNG.normal(size=6) * 9).astype(dtype),
        "w": (RNG.normal(size=6) * 9).astype(dtype), "c": (RNG.normal(size=(2, 3, 4)) * 9).astype(dtype),
        "m": RNG.random((4, 5)) > 0.5, "row": RNG.random(5) > 0.5, "k": np.array([0, 3, -1, 2]),
        "i": np.array([0, 3, 2]),
    }  # fmt: skip


CALLS = [
    "np.add(a, b, out=a)", "np.add(a, b, a)", "np.subtract(a, b, where=m, out=a)",
    "np.sqrt(abs(a), out=b, where=row)", "np.divide(a, b, out=np.zeros(a.shape), where=m)",
    "np.add(a, 1, dtype=np.float32)", "np.exp(v / 9, dtype='f8')", "np.add(a, b, dtype=np.complex128)",
    "np.multiply(a, b, casting='same_kind')", "np.negative(v, out=v[::-1])", "np.divmod(a, b)", "np.divmod(a, 2)",
    "np.modf(a)", "np.modf(v[0])", "np.modf([np.inf, -np.inf, -2.0, np.nan])", "np.vecdot(a, b)",
    "np.matvec(a, v[:5])", "np.vecmat(v[:4], a)", "np.add(v[1:], v[:-1], out=v[1:])",
    "np.multiply(a, v[:5], out=a, where=row)", "np.add(a[0], 1, out=a)",
]  # fmt: skip
METHODS = [
    "np.add.outer(v, w)", "np.multiply.outer(a, v)", "np.maximum.outer(v, 2)", "np.add.reduce(a)",
    "np.add.reduce(c, axis=(0, 2))", "np.add.reduce(a, axis=None, keepdims=True)", "np.maximum.reduce(a, axis=1)",
    "np.multiply.reduce(v, initial=2)", "np.multiply.reduce(v, initial=-1)", "np.minimum.reduce(a, where=m, initial=1)",
    "np.logical_and.reduce(m, axis=1)", "np.add.reduce(a, 1, None, np.zeros(4))", "np.fmax.reduce(a, axis=1)",
    "np.subtract.reduce(v)", "np.logical_xor.reduce(m)", "np.fmin.reduce(c, axis=-1)", "np.add.accumulate(v)",
    "np.add.accumulate(c, axis=1)", "np.multiply.accumulate(a, axis=1)", "np.maximum.accumulate(a)",
    "np.minimum.accumulate(v[::-1])", "np.logical_or.accumulate(m, axis=1)", "np.subtract.accumulate(v)",
    "np.fmax.accumulate(a, axis=1)", "np.add.accumulate(v, out=w)", "np.add.reduceat(v, k)", "np.add.reduceat(v, i)",
    "np.add.reduceat(v, [0, 3, 1])", "np.maximum.reduceat(a, i, axis=1)", "np.multiply.reduceat(a, [1], axis=-1)",
]  # fmt: skip
REDUCED = [
    "np.sum(a, axis=(0, 1))", "np.sum(c, axis=(-1, 0), keepdims=True)", "np.sum(a, axis=1, initial=3)",
    "np.sum(a, where=m)", "np.sum(a, axis=1, where=row)", "a.sum(axis=0, where=m, initial=2)",
    "np.sum(a, axis=0, out=b[0])", "np.sum(a, dtype=np.float32)", "np.prod(a, dtype=complex)",
    "np.max(a, axis=1, initial=100)", "np.min(a, where=m, initial=-5)", "a.max(0, where=row, initial=0)",
    "np.any(a, axis=(0, 1))", "np.all(m, axis=1, where=row)", "np.any(m, where=m, keepdims=True)",
    "np.all(m, out=np.zeros((), bool))", "np.argmax(a, keepdims=True)", "np.argmin(a, 1, keepdims=True)",
    "np.argmax(v)", "np.argmin(a, axis=0, out=np.zeros(5, np.int64))",
]  # fmt: skip
CUMULATIVE = [
    "np.cumsum(v)", "np.cumsum(a)", "np.cumsum(a, axis=0)", "np.cumsum(a, 1)", "a.cumsum(axis=-1)",
    "np.cumsum(a.T, 0)", "np.cumsum(c, axis=0)", "np.cumsum(c, axis=1)", "c.cumsum(axis=2)",
    "np.cumsum(v, dtype=np.float32)", "np.cumsum(v, out=v)", "np.cumprod(v / 9)", "np.cumprod(a, axis=1)",
    "np.nancumsum(v)", "np.nancumprod(a, axis=0)", "np.cumulative_sum(v)",
    "np.cumulative_sum(a, axis=1, include_initial=True)", "np.cumulative_prod(v)", "np.cumsum(v * 2) + a[0, 0] * v",
    "np.cumsum(v[v > 0])", "np.cumsum(a[0, 0])",
]  # fmt: skip


@pytest.mark.parametrize("text", CALLS + METHODS + REDUCED + CUMULATIVE)
def test_floats(text: str) -> None:
    check_text(text, values())


@pytest.mark.parametrize("dtype", ["float32", "int8", "uint16", "bool", "complex128"])
@pytest.mark.parametrize("texts", [METHODS, REDUCED, CUMULATIVE], ids=["methods", "reductions", "cumulative"])
def test_other_dtypes(texts: list[str], dtype: str) -> None:
    statuses = [check_text_right(text, values(dtype), rtol=1e-4 if dtype == "float32" else 1e-12) for text in texts]
    assert statuses.count("full") >= len(texts) * 0.4


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("texts", [METHODS, REDUCED, CUMULATIVE], ids=["methods", "reductions", "cumulative"])
def test_edge_sizes(texts: list[str], size: int) -> None:
    few = {n: v[tuple(slice(size) for _ in v.shape)] for n, v in values().items()}
    for text in texts:
        if "[0, 3, 1]" not in text and "[0]" not in text and "[0, 0]" not in text:
            check_text_right(text, few)


def test_an_array_of_rank_zero() -> None:
    check_text("np.sum(x.astype(np.float64)) + np.sum(x)", {"x": np.array(2.5)})
    check_text("np.max(x * 2), np.any(x), np.cumsum(x)", {"x": np.array(2.5)})


def test_at_of_a_single_element() -> None:
    check_text("np.add.at(v, 3, 2.0)\nnp.maximum.at(v, -1, 100)\nreturn v", values())


def test_compiled() -> None:
    text = "np.cumsum(v), np.cumsum(a, axis=1), np.maximum.accumulate(a), np.add.reduceat(v, i), np.sum(a, where=m)"
    check_text(text, values(), target="numba")


def test_accumulated_zeros_keep_their_sign() -> None:
    check_text("np.signbit(np.cumsum(v))", {"v": np.array([-0.0, -0.0, 0.0])})


@pytest.mark.parametrize("target", ["python", "numba"])
def test_products_go_from_one_element_to_the_next(target: str) -> None:
    """As NumPy's do: the product of a part may overflow, or vanish, where the whole does not."""
    values = {
        "v": np.resize([0.0, 10.0], 1046),  # every second element alone: infinite
        "w": np.resize([1e200, 1e-200], 4000).astype(complex),
        "x": np.resize([1e30, 1e-30], (3, 3000)).astype(np.float32),
    }
    check_text(
        "np.prod(v), np.multiply.reduce(v * 1.0), np.prod(w), np.prod(x), np.prod(x, axis=1)", values, target=target
    )
