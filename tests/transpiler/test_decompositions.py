"""Every function that is written in simpler NumPy is compiled whole and does what NumPy's own does."""

from __future__ import annotations

import re

import numpy as np
import pytest
from whole_texts import check_text, check_text_right

from mdsl.ir.ops.decompositions import decomposed

RNG = np.random.default_rng(11)


def values(dtype: str = "float64", size: int | None = None) -> dict[str, object]:
    def array(*shape: int) -> np.ndarray:
        return (RNG.normal(size=shape) * 5).astype(dtype)[tuple(slice(size) for _ in shape)]

    a = array(4, 5)
    return {
        "a": a, "b": array(4, 5), "v": array(6), "w": array(6), "c": array(2, 3, 4), "s": array(5, 5), "t": array(5, 3),
        "q": np.where(a > 2, np.nan, a) if np.dtype(dtype).kind == "f" else a, "m": a > 0, "p": np.abs(array(4, 5)) + 1,
        "o": np.cumsum(np.abs(array(6)) + 1), "k": RNG.integers(-5, 5, 6)[:size], "n": 4, "x": 1.5,
    }  # fmt: skip


STATISTICS = [
    "np.mean(a)", "np.mean(a, axis=(0, 1))", "a.mean(1, keepdims=True)", "np.mean(a, where=m)", "np.mean(k)",
    "np.mean(a, axis=1, where=m)", "np.mean(a, dtype=np.float64)",
    "np.mean(c, axis=0, out=np.zeros((3, 4), c.dtype))", "np.var(a)", "np.var(a, axis=0, ddof=1)",
    "np.var(a, axis=1, correction=1)", "np.var(a, where=m)", "np.var(k)", "np.var(a, mean=np.mean(a))",
    "np.var(a + 1j * b)", "np.std(a, ddof=1)", "np.std(c, axis=(0, 2), keepdims=True)", "np.std(a, axis=0, where=m)",
    "np.ptp(a)", "np.ptp(a, axis=0, keepdims=True)", "np.count_nonzero(m, axis=1)",
    "np.count_nonzero(a, keepdims=True)", "np.nansum(q)", "np.nansum(q, axis=1)", "np.nanprod(q, axis=0)",
    "np.nanmean(q)", "np.nanmean(q, axis=1)", "np.nanmean(q, axis=0, keepdims=True)", "np.nanvar(q)", "np.nanvar(k)",
    "np.nanvar(q, axis=0, ddof=1)", "np.nanstd(q, axis=1)", "np.nanmax(q)", "np.nanmax(q, axis=1)", "np.nanmin(q)",
    "np.nanmin(q, axis=0, keepdims=True)", "np.nanargmax(q)", "np.nanargmin(q, axis=1)", "np.nanmax(k)",
    "np.average(a)", "np.average(a, axis=0)", "np.average(v, weights=o)", "np.average(a, weights=p)",
    "np.average(a, axis=1, weights=np.arange(5.0))", "np.average(v, weights=o, returned=True)",
    "np.average(a, axis=0, weights=p, returned=True)", "np.cov(a)", "np.cov(v, w)", "np.cov(v)",
    "np.cov(a, rowvar=False)", "np.cov(a, bias=True)", "np.cov(a, b, ddof=0)", "np.corrcoef(a)", "np.corrcoef(v, w)",
    "np.histogram(v, 5)", "np.histogram(a, 3)", "np.histogram(v, 4, (0, 1), weights=w)",
    "np.corrcoef(v, w)[0, 1]", "np.corrcoef(a, rowvar=False)",
]  # fmt: skip
CREATION = [
    "np.eye(n)", "np.eye(n, 3, k=1)", "np.eye(3, n, k=-1, dtype=np.int32)", "np.identity(n, dtype=int)", "np.tril(a)",
    "np.tril(c, 1)", "np.triu(a, k=-1)", "np.tri(4)", "np.tri(n, 5, 1)", "np.tri(3, 5, -1, dtype=int)",
    "np.vander(v)", "np.vander(v, 3)", "np.vander(v, 3, increasing=True)", "np.vander(k, n)", "np.diagflat(a)",
    "np.diagflat(v, 1)", "np.logspace(0, 2, 5)", "np.logspace(0, x, n, base=2)", "np.geomspace(1, 1000, 4)",
    "np.geomspace(x, 9, n, False)", "np.hanning(n)", "np.hamming(5)", "np.blackman(n)", "np.bartlett(5)",
]  # fmt: skip
ELEMENTS = [
    "np.isclose(a, a + 1e-9)", "np.isclose(a, a * np.nan, equal_nan=True)", "np.isclose(a, 1.0, rtol=1e-3)",
    "np.allclose(a, a + 1e-9)", "np.allclose(a, b)", "np.array_equal(a, b)", "np.array_equal(a, a)",
    "np.array_equal(a, v)", "np.array_equal(q, q, equal_nan=True)", "np.array_equiv(a, a[0])", "np.fix(a)",
    "np.isposinf(1 / (a - a[0, 0]))", "np.isneginf(a)", "np.isreal(a + 1j * m)", "np.iscomplex(a)",
    "np.angle(a + 1j * b)", "np.angle(a, deg=True)", "np.sinc(a)", "np.sinc(v - v[0])", "np.unwrap(v)",
    "np.unwrap(a, axis=0)", "np.unwrap(a * 3, discont=4.0)",
]  # fmt: skip
PRODUCTS = [
    "np.outer(k, v)", "np.outer(a, k)", "np.linalg.outer(v, w)", "np.inner(v, w)", "np.inner(a, b)",
    "np.inner(a, 2.0)", "np.vdot(v, w)", "np.vdot(a, b)", "np.vdot(v + 1j * w, w)", "np.linalg.vecdot(a, b)",
    "np.linalg.vecdot(a, b, axis=0)", "np.linalg.matmul(a, t)", "np.trace(s)", "np.trace(a, 1)", "np.trace(c)",
    "np.trace(c, axis1=1, axis2=2)", "s.trace(offset=-1)", "np.linalg.trace(c)", "np.linalg.diagonal(s) + 1",
    "np.cross(v[:3], w[:3])", "np.cross(t, t[::-1])", "np.cross(t.T, t.T, axis=0)", "np.linalg.cross(t, v[:3])",
    "np.linalg.norm(v)", "np.linalg.norm(a)", "np.linalg.norm(k)", "np.linalg.norm(a, axis=1)",
    "np.linalg.norm(v, 1)", "np.linalg.norm(v, np.inf)", "np.linalg.norm(v, -np.inf)", "np.linalg.norm(v, 3)",
    "np.linalg.norm(v, 0)", "np.linalg.norm(a, 'fro')", "np.linalg.norm(a, 1)", "np.linalg.norm(a, -np.inf)",
    "np.linalg.norm(a, ord=2, axis=1)", "np.linalg.norm(a, ord=1, axis=0, keepdims=True)",
    "np.linalg.norm(v + 1j * w)", "np.linalg.norm(c, axis=(1, 2))", "np.linalg.norm([x, 2.0])",
    "np.linalg.vector_norm(a)", "np.linalg.vector_norm(v, ord=1)", "np.linalg.matrix_norm(c)",
    "np.linalg.matrix_power(s, 3)", "np.linalg.matrix_power(s, 6)",
]  # fmt: skip
NUMERIC = [
    "np.trim_zeros(np.where(k > 0, v, 0))", "np.trim_zeros(k, 'f')", "np.trim_zeros(v * 0)",
    "np.trim_zeros(k, trim='b')", "np.interp(v, o, w)", "np.interp(a, o, w)", "np.interp(x, o, w)",
    "np.interp(v * 9, o, w, left=0.0, right=1)", "np.interp(o, o, w)", "np.interp(q, o, w)", "np.trapezoid(v)",
    "np.trapezoid(v, o)", "np.trapezoid(a, dx=0.5)", "np.trapezoid(a, axis=0)",
    "np.trapezoid(a, np.cumsum(p, axis=1))", "np.ediff1d(a)", "np.ediff1d(v, to_begin=v[0])",
    "np.ediff1d(v, to_end=w)", "np.convolve(v, w[:3])", "np.convolve(v, w[:2], 'same')", "np.convolve(v, w, 'valid')",
    "np.convolve(v, [1.0, 2.0, 1.0], mode='same')", "np.convolve(k, k[:2])", "np.correlate(v, w[:3])",
    "np.correlate(v, w, 'full')", "np.correlate(v, w[:3] * 1j, 'same')", "np.polyval(v, x)", "np.polyval(v, a)",
    "np.polyval([1.0, 2.0, 3.0], v)", "np.polyval([1, 2, 3], k)", "np.polyval(k, 3)", "np.polyder(v)",
    "np.polyint(v)",
]  # fmt: skip
TABLES = {
    "statistics": STATISTICS, "creation": CREATION, "elements": ELEMENTS, "products": PRODUCTS, "numeric": NUMERIC,
}  # fmt: skip


def test_every_decomposition_has_a_case() -> None:
    texts = "\n".join(text for texts in TABLES.values() for text in texts)
    called = set(re.findall(r"np\.((?:linalg\.)?\w+)\(", texts)) | set(re.findall(r"\.(\w+)\(", texts))
    for function in decomposed():
        linear = function is getattr(np.linalg, function.__name__, None)
        assert (f"linalg.{function.__name__}" if linear else function.__name__) in called


@pytest.mark.parametrize("text", [text for texts in TABLES.values() for text in texts])
def test_doubles(text: str) -> None:
    check_text(text, values(), rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "int64", "int16", "bool", "complex128"])
@pytest.mark.parametrize("topic", TABLES)
def test_other_dtypes(topic: str, dtype: str) -> None:
    statuses = [
        check_text_right(text, values(dtype), rtol=1e-3 if dtype == "float32" else 1e-9) for text in TABLES[topic]
    ]
    assert statuses.count("full") >= len(statuses) * 0.25


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("topic", TABLES)
def test_edge_sizes(topic: str, size: int) -> None:
    few = values(size=size)
    for text in TABLES[topic]:
        check_text_right(text, few, rtol=1e-9)


def test_lost_slices() -> None:
    lost = {"q": np.array([[np.nan, np.nan], [1.0, np.nan]])}
    check_text("np.nanmax(q, axis=1), np.nanmin(q), np.nanmean(q, axis=1), np.nanvar(q, axis=1), np.nansum(q)", lost)
    check_text("np.nanargmax(q, axis=1)", lost)


def test_compiled() -> None:
    text = (
        "np.interp(v, o, w), np.convolve(v, w[:3]), np.nanmean(q, axis=1), np.cov(a), np.polyval(v, a), np.cross(t, t)"
    )
    check_text(text, values(), target="numba", rtol=1e-9)
