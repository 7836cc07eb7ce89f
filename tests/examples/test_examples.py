"""Is each example's result NumPy's, and is as much of it compiled as is said here?"""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

#: What becomes of each example's function, for its small input.
STATUS = {
    "black_scholes": "full",
    "diffusion": "full",
    "edges": "full",
    "floyd_warshall": "full",
    "gram_schmidt": "full",
    "great_circle": "full",
    "heat": "full",
    "horizontal_diffusion": "full",
    "kmeans": "full",
    "lda": "full",
    "mandelbrot": "full",
    "nbody": "full",
    "roadmap": "full",
    "softmax_regression": "full",
}
pytestmark = pytest.mark.filterwarnings("ignore::mdsl.transpiler.accelerate.MdslWarning")


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script finds what lies beside it."""
    monkeypatch.syspath_prepend(EXAMPLES)


def _load(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_every_example_is_listed() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*STATUS, "_harness", "demo"}


@pytest.mark.parametrize("name", STATUS)
def test_result_is_numpys(name: str) -> None:
    example = _load(name)
    comparison = _load("_harness").compare(getattr(example, name), example.inputs("small"), repeat=1)
    assert comparison.status == STATUS[name], comparison.reasons
    assert (comparison.status == "full") == (not comparison.reasons)


@pytest.mark.parametrize("name", STATUS)
def test_large_input_is_real_work(name: str) -> None:
    """What the benchmarks measure has more than 10 000 elements in it, as a result or on the way."""
    example = _load(name)
    arguments = example.inputs("large")
    elements = max((a.size for a in arguments if isinstance(a, np.ndarray)), default=0)
    assert elements > 10_000 or name in {"mandelbrot", "nbody", "roadmap"}


def test_an_element_of_the_road_map() -> None:
    roadmap = _load("roadmap")
    comparison = _load("_harness").compare(roadmap.element, (20, 7, -1), repeat=1)
    assert comparison.status == "full"
    with pytest.raises(IndexError):
        roadmap.element(20, 7, 20)


def test_lda_is_scikit_learns() -> None:
    """As the example says, but for the directions' signs, which are arbitrary, and the scale, which is a convention."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    lda = _load("lda")
    X, y, k = lda.inputs("small")
    expected = LinearDiscriminantAnalysis(solver="svd").fit(X, y).transform(X)
    actual = lda.lda(X, y, k)
    scale = np.linalg.norm(expected) / np.linalg.norm(actual)
    np.testing.assert_allclose(np.abs(actual) * scale, np.abs(expected), rtol=1e-8)


def test_softmax_regression_learns() -> None:
    example = _load("softmax_regression")
    X, Y, *options = example.inputs()
    W, b, losses = example.softmax_regression.__wrapped__(X, Y, *options)
    assert losses[-1] < 0.2
    assert np.mean(np.argmax(X @ W + b, axis=1) == np.argmax(Y, axis=1)) > 0.95


def test_gram_schmidt_is_a_factorisation() -> None:
    example = _load("gram_schmidt")
    (A,) = example.inputs("small")
    Q, R = example.gram_schmidt(A)
    np.testing.assert_allclose(Q @ R, A, atol=1e-12)
    np.testing.assert_allclose(Q.T @ Q, np.eye(A.shape[1]), atol=1e-12)
    np.testing.assert_array_equal(R, np.triu(R))


def test_black_scholes_keeps_put_call_parity() -> None:
    example = _load("black_scholes")
    spot, strike, years, rate, volatility = example.inputs("small")
    call, put = example.black_scholes(spot, strike, years, rate, volatility)
    np.testing.assert_allclose(call - put, spot - strike * np.exp(-rate * years), atol=1e-12)


def test_great_circle_around_the_globe() -> None:
    example = _load("great_circle")
    lat, lon = np.array([0.0, 90.0]), np.array([0.0, 0.0])
    distances = example.great_circle(lat, lon, np.array([0.0, -90.0]), np.array([180.0, 0.0]))
    half = np.pi * example.EARTH_RADIUS
    np.testing.assert_allclose(distances, [[half, half / 2], [half / 2, half]], rtol=1e-12)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.float64(1.0), 1.0),
        (np.ones(3), np.ones(4)),
        (np.ones(3, np.float32), np.ones(3)),
        (np.array([1, 2]), np.array([1, 3])),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9])),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0])),
        ((1, 2), (1, 2, 3)),
        ((1, 2), [1, 2]),
        (1, 2),
    ],
)
def test_a_difference_is_seen(actual: Any, expected: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(AssertionError):
            _load("_harness").agree(actual, expected)


@pytest.mark.parametrize(("seconds", "text"), [(2.0, "2 s"), (0.0042, "4.2 ms"), (1.26e-5, "12.6 µs"), (5e-8, "50 ns")])
def test_durations(seconds: float, text: str) -> None:
    assert _load("_harness").duration(seconds) == text
