"""Products with inverses are solved, where nothing else wants the inverse and the user allows the difference."""

from __future__ import annotations

import numpy as np
import pytest

import mdsl

RNG = np.random.default_rng(3)
A = RNG.random((6, 6)) + 6 * np.eye(6)


def weights(a, b):
    return np.linalg.inv(a) @ b


def shifted(a, b, c):
    inverse = np.linalg.inv(a)
    right = b * 2 + c
    return inverse.dot(right) + c


def both(a, b):
    inverse = np.linalg.inv(a)
    return inverse @ b, inverse


def twice(a, b):
    inverse = np.linalg.inv(a)
    return inverse @ b + inverse @ (b * b)


def stored(a, b):
    inverse = np.linalg.inv(a)
    a[0] = 0.0
    return inverse @ b


def mixed(a, b):
    return np.linalg.inv(a.astype(np.float32)) @ b


B = RNG.random(6)
CASES = {
    weights: [(A, B), (A, RNG.random((6, 3))), (A + 1j, B + 2j)],
    shifted: [(A, B, B)],
    both: [(A, B)],
    twice: [(A, B)],
    stored: [(A, B)],
    mixed: [(A, B)],
}


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("fastmath", [False, True])
def test_equals_numpy(function, fastmath):
    compiled = mdsl.accelerate(function, target="python", fastmath=fastmath, cache=False, fallback=False)
    for args in CASES[function]:
        got, want = (f(*(x.copy() for x in args)) for f in (compiled, function))
        pairs = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
        for x, y in pairs:
            np.testing.assert_allclose(x, y, rtol=1e-5 if function is mixed else 1e-12)
            assert x.dtype == y.dtype


def source_of(function, fastmath=True):
    compiled = mdsl.accelerate(function, target="python", fastmath=fastmath, cache=False)
    return compiled.explain(*CASES[function][0]).source


@pytest.mark.parametrize("function", [weights, shifted], ids=lambda f: f.__name__)
def test_nobody_else_asks_for_the_inverse(function):
    assert "linalg.solve" in source_of(function) and "linalg.inv" not in source_of(function)
    assert "linalg.inv" in source_of(function, fastmath=False)


@pytest.mark.parametrize("function", [both, twice, stored, mixed], ids=lambda f: f.__name__)
def test_somebody_does_or_the_matrix_changes(function):
    assert "linalg.inv" in source_of(function) and "linalg.solve" not in source_of(function)


def test_a_singular_matrix_raises_what_numpy_raises():
    compiled = mdsl.accelerate(weights, target="python", fastmath=True, cache=False)
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        compiled(np.zeros((3, 3)), np.ones(3))
    with pytest.raises(np.linalg.LinAlgError, match="must be square"):
        compiled(np.zeros((3, 4)), np.ones(4))
