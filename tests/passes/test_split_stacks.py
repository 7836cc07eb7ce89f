"""Are stacks of matrices times one matrix NumPy's, on both sides of the choice?"""

import numpy as np
import pytest

from mdsl import accelerate

RNG = np.random.default_rng(5)


def turned(a, b):
    return a @ b.T


def summed(a, b):
    return np.sum(np.exp(-a) @ b, axis=-1)


def stored(a, b):
    out = np.zeros((2, *a.shape[:-1], b.shape[1]))
    out[1] = (a + 1) @ b
    return out


def repeated(a, b):
    for _ in range(3):
        a = a @ b - a
    return a


@pytest.mark.parametrize("target", ["python", "numpy", "numba"])
@pytest.mark.parametrize("function", [turned, summed, stored, repeated], ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(4, 5, 3), (200, 200, 3), (3, 2, 5, 3), (9, 1, 3), (0, 4, 3)], ids=str)
def test_stacks(function, shape, target):
    a, b = RNG.random(shape), RNG.random((3, 3))
    compiled = accelerate(function, target=target, cache=False)
    for left in (a, a.astype(np.float32), a[..., ::-1]):
        expected = function(left.copy(), b)
        got = compiled(left.copy(), b)
        assert got.dtype == expected.dtype
        # Of the size of the terms, not of the result: `repeated` subtracts numbers of about the same size.
        tolerance = 1e-5 if left.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)
    assert compiled.last_report.status == "full"
