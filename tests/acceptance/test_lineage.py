"""Do the programs that explained the earlier projects of this kind run, give NumPy's results and cost what they should?

The numbers are those of the list of acceptance programs. "Costs O(1)" means that the generated code neither allocates
nor loops.
"""

from __future__ import annotations

import importlib.util
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import mdsl

TARGETS = ("python", "numba")
RNG = np.random.default_rng(3)


def compiled(function: Callable[..., Any], *args: Any, target: str = "python", **options: Any) -> tuple[Any, str]:
    """What the compiled function gives, and the text of the generated function. It has to be compiled whole."""
    fast = mdsl.accelerate(function, target=target, cache=False, fallback=False, **options)
    explanation = fast.explain(*args)
    assert explanation.status == "full", explanation.diagnostics
    return fast(*args), function_text(explanation.source, function.__name__)


def function_text(source: str, name: str) -> str:
    """The generated function, without the runtime and the kernels in front of it; every new array is np.empty's."""
    return source[source.index(f"def {name}(") :].replace("held_empty(", "np.empty(")


def assert_numpy(got: Any, expected: Any) -> None:
    assert type(got) is type(expected)
    assert np.asarray(got).dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-13)


def assert_constant_cost(text: str) -> None:
    assert "np.empty" not in text and "np.zeros" not in text and "for " not in text, text


# -- 1: an element of a sum of ranges ----------------------------------------------------------------------------------


def element_of_ranges(n):
    return (np.arange(n) + np.arange(n))[5]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", [10, 100, 10_000])
def test_1_an_element_of_a_sum_of_ranges(n: int, target: str) -> None:
    got, text = compiled(element_of_ranges, n, target=target)
    assert_numpy(got, np.int64(10))
    assert_constant_cost(text)


# -- 2: an element of a sum --------------------------------------------------------------------------------------------


def element_of_double(a):
    return (a + a)[5]


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.int8, np.float32])
def test_2_an_element_of_a_sum_is_a_sum_of_elements(dtype: type) -> None:
    a = np.arange(9, dtype=dtype)
    got, text = compiled(element_of_double, a)
    assert_numpy(got, element_of_double(a))
    assert_constant_cost(text)
    assert "a[5] + a[5]" in text


def test_2_a_row_of_a_sum_is_a_sum_of_rows() -> None:
    a = RNG.normal(size=(9, 4))
    got, text = compiled(element_of_double, a)
    assert_numpy(got, element_of_double(a))
    assert "np.empty(m)" in text and "np.empty((" not in text


@pytest.mark.parametrize("target", TARGETS)
def test_2_an_array_of_five_raises_as_numpy_does(target: str) -> None:
    fast = mdsl.accelerate(element_of_double, target=target, cache=False)
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 5"):
        fast(np.arange(5))


# -- 4: the road map's program -----------------------------------------------------------------------------------------


def road_map(n):
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)


def element_of_road_map(n, i, j):
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)[i, j]


@pytest.mark.parametrize("target", TARGETS)
def test_4_one_nest_and_no_temporaries(target: str) -> None:
    got, text = compiled(road_map, 12, target=target)
    assert_numpy(got, road_map(12))
    assert got.dtype == np.int64
    assert re.findall(r"(\w+) = np\.empty", text) == ["result"]


def test_4_one_loop_nest() -> None:
    _, text = compiled(road_map, 12)
    assert len(re.findall(r"^    for ", text, flags=re.M)) == 1


def test_4_an_element_costs_an_element() -> None:
    got, text = compiled(element_of_road_map, 12, 7, 9)
    assert_numpy(got, element_of_road_map(12, 7, 9))
    assert_constant_cost(text)


# -- 5: what does not broadcast ----------------------------------------------------------------------------------------


def misfit():
    return np.arange(10) < np.arange(10, 100, dtype="int64") + np.arange(10)


@pytest.mark.parametrize("target", TARGETS)
def test_5_numpys_own_broadcast_error(target: str) -> None:
    with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(90,\) \(10,\)"):
        mdsl.accelerate(misfit, target=target, cache=False)()


# -- 6 and 7: slices and indices of slices -----------------------------------------------------------------------------


def _subscripts(draw: random.Random, length: int) -> str:
    """Two or three slices in a row, any signs, now and then an index at the end."""

    def bound() -> str:
        return "" if draw.random() < 0.3 else str(draw.randint(-length - 3, length + 3))

    parts = []
    for _ in range(draw.randint(2, 3)):
        step = draw.choice(["", "", "1", "2", "3", "-1", "-2", "-4"])
        parts.append(f"[{bound()}:{bound()}" + (f":{step}]" if step else "]"))
    return "".join(parts)


@pytest.fixture(scope="module")
def sliced(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A module of functions that slice slices, as if written by hand."""
    draw = random.Random(11)
    texts = ["[1:2:2][2:3:4]", *(_subscripts(draw, 9) for _ in range(80))]
    path = Path(tmp_path_factory.mktemp("slices")) / "slices_of_slices.py"
    path.write_text("\n\n".join(f"def cut_{k}(a):\n    return a{text}" for k, text in enumerate(texts)) + "\n")
    spec = importlib.util.spec_from_file_location("slices_of_slices", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("k", range(81))
def test_6_slices_of_slices_are_one_slice(sliced: ModuleType, k: int) -> None:
    function = getattr(sliced, f"cut_{k}")
    fast = mdsl.accelerate(function, target="python", cache=False)
    for length in (9, 30):
        a = np.arange(length)
        got, expected = fast(a), function(a)
        np.testing.assert_array_equal(got, expected, strict=True)
        assert got.size == 0 or np.shares_memory(got, a)
    text = function_text(fast.explain(np.arange(9)).source, f"cut_{k}")
    assert "for " not in text and "np.empty" not in text
    assert len(re.findall(r"\[", text[text.rindex("return") :])) <= 2


def index_of_index(a):
    return a[10][10]


def deeper(a):
    return a[2:][3, ::-2][1:][4][1]


@pytest.mark.parametrize("target", TARGETS)
def test_7_indices_of_indices_are_one_indexing(target: str) -> None:
    a = RNG.normal(size=(12, 13))
    got, text = compiled(index_of_index, a, target=target)
    assert_numpy(got, a[10, 10])
    assert "a[10, 10]" in mdsl.accelerate(index_of_index, target=target, cache=False).explain(a).source
    assert_constant_cost(text)


def test_7_deeper_and_mixed_with_slices() -> None:
    a = RNG.normal(size=(9, 20, 3))
    got, text = compiled(deeper, a)
    assert_numpy(got, deeper(a))
    assert_constant_cost(text)


# -- 9 and 10: what is constant ----------------------------------------------------------------------------------------


def sum_of_zeros(n):
    return np.sum(np.zeros(n))


@pytest.mark.parametrize("target", TARGETS)
def test_9_a_sum_of_zeros(target: str) -> None:
    for n in (0, 7, 10**9):
        got, text = compiled(sum_of_zeros, n, target=target)
        assert_numpy(got, np.float64(0.0))
        assert_constant_cost(text)


def outer_of_ranges():
    return np.multiply.outer(np.arange(10) + np.ones(10), np.arange(10))


@pytest.mark.parametrize("target", TARGETS)
def test_10_one_nest(target: str) -> None:
    got, text = compiled(outer_of_ranges, target=target)
    assert_numpy(got, outer_of_ranges())
    assert re.findall(r"(\w+) = np\.empty", text) == ["result"]


# -- 12: linear discriminant analysis ----------------------------------------------------------------------------------


def discriminant(X, y, components):
    """Fit and transform, as scikit-learn's SVD solver does them, for three classes."""
    n = X.shape[0]
    means = np.empty((3, X.shape[1]))
    counts = np.empty(3)
    for c in range(3):
        member = (y == c).astype(np.float64)
        counts[c] = np.sum(member)
        means[c] = member @ X / counts[c]
    priors = counts / n
    overall = priors @ means
    within = X - means[y]
    spread = np.sqrt(np.sum(within**2, axis=0) / n)
    spread[spread == 0] = 1.0
    factor = 1.0 / (n - 3)
    scaled = np.sqrt(factor) * (within / spread)
    _, S, V = np.linalg.svd(scaled, full_matrices=False)
    rank = 4
    scalings = (V[:rank] / spread).T / S[:rank]
    between = ((np.sqrt((n * priors) * (1.0 / 2.0)) * (means - overall).T).T) @ scalings
    _, _, V2 = np.linalg.svd(between, full_matrices=False)
    return ((X - overall) @ (scalings @ V2.T))[:, :components]


def test_12_linear_discriminant_analysis() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_iris(return_X_y=True)
    fast = mdsl.accelerate(discriminant, target="numba", cache=False)
    assert fast.explain(X, y, 2).status in ("full", "partial")
    np.testing.assert_allclose(fast(X, y, 2), discriminant(X, y, 2), rtol=1e-9, atol=1e-9)


# -- 13: a norm over two axes ------------------------------------------------------------------------------------------


def norm(x):
    return np.linalg.norm(x, axis=(0, 1))


@pytest.mark.parametrize("shape", [(3, 2, 3, 4), (40, 50, 6, 7)])
def test_13_a_norm_is_a_loop(shape: tuple[int, ...]) -> None:
    x = RNG.normal(size=shape)
    got, text = compiled(norm, x)
    assert_numpy(got, norm(x))
    assert "for " in text and len(text.splitlines()) < 30


# -- 15: what is constant stands outside of the sum --------------------------------------------------------------------


def sum_of_quotients(x, y):
    return (x / y).sum(axis=(0, 2))


def test_15_divide_after_the_sum() -> None:
    x, y = RNG.normal(size=(6, 5, 7)), RNG.normal(size=(1, 5, 1)) + 3
    got, text = compiled(sum_of_quotients, x, y)
    assert_numpy(got, sum_of_quotients(x, y))
    divisions = [line for line in text.splitlines() if re.search(r" /=? y", line)]
    assert len(divisions) == 1 and "x[" not in divisions[0]  # not in the loops over x
    for c in (0.0, np.inf):  # where dividing first makes a difference, it is done first
        with np.errstate(all="ignore"):
            assert_numpy(mdsl.accelerate(sum_of_quotients, cache=False)(x, y * c), sum_of_quotients(x, y * c))


# -- 16: only the selected elements are computed -----------------------------------------------------------------------


def selected(x, index):
    return np.abs(x)[index]


def test_16_an_element() -> None:
    x = RNG.normal(size=9)
    got, text = compiled(selected, x, 4)
    assert_numpy(got, selected(x, 4))
    assert_constant_cost(text)


def test_16_elements_at_integers() -> None:
    x, index = RNG.normal(size=1000), np.array([3, -2, 700])
    got, text = compiled(selected, x, index)
    assert_numpy(got, selected(x, index))
    assert "np.empty(n)" not in text  # n is the size of x


# -- 17: the order of a product ----------------------------------------------------------------------------------------


def chain(A, B, C):
    return A @ B @ C


def matrix_matrix_vector(A, B, v):
    return A @ B @ v


@pytest.fixture
def multiplications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What each call of np.matmul from now on costs."""
    counts: list[int] = []
    original = np.matmul

    def counting(a: np.ndarray, b: np.ndarray, **kwargs: Any) -> np.ndarray:
        counts.append(int(np.prod(a.shape) * np.prod(b.shape[1:], dtype=int)))
        return original(a, b, **kwargs)

    monkeypatch.setattr(np, "matmul", counting)
    return counts


def test_17_the_cheap_order(multiplications: list[int]) -> None:
    fast = mdsl.accelerate(chain, target="python", cache=False)
    A, B, C = RNG.normal(size=(64, 8)), RNG.normal(size=(8, 256)), RNG.normal(size=(256, 2))
    np.testing.assert_allclose(fast(A, B, C), A.dot(B).dot(C), rtol=1e-12, atol=1e-12)
    assert sum(multiplications) == 5_120
    multiplications.clear()
    np.testing.assert_allclose(fast(C.T, B.T, A.T), C.T.dot(B.T).dot(A.T), rtol=1e-12, atol=1e-12)
    assert sum(multiplications) == 5_120


def test_17_a_vector_first(multiplications: list[int]) -> None:
    A, B, v = RNG.normal(size=(30, 40)), RNG.normal(size=(40, 50)), RNG.normal(size=50)
    got, text = compiled(matrix_matrix_vector, A, B, v)
    np.testing.assert_allclose(got, A.dot(B).dot(v), rtol=1e-12)
    assert sum(multiplications) == 40 * 50 + 30 * 40
    assert "if " not in text.partition("_numpy")[2]  # cheaper for all sizes: nothing to decide at run time


# -- 18: labels of k-means ---------------------------------------------------------------------------------------------


def labels(X, M):
    return np.argmin(((X[:, None, :] - M[None, :, :]) ** 2).sum(-1), axis=1)


@pytest.mark.parametrize("target", TARGETS)
def test_18_no_three_dimensional_temporary(target: str) -> None:
    X, M = RNG.normal(size=(200, 5)), RNG.normal(size=(4, 5))
    got, text = compiled(labels, X, M, target=target)
    assert_numpy(got, labels(X, M))
    assert "np.empty((" not in text
    assert re.findall(r"(\w+) = np\.empty", text) == ["result"]
