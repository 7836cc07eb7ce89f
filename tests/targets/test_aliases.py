"""Where kernels say that their arrays are apart: right for arguments that overlap, and said where it is so."""

import numpy as np
import pytest

from mdsl import accelerate

RNG = np.random.default_rng(7)


def both_stored(a, b):
    c = a * 2
    a[:] = c + b
    b[1:-1] = 0.5 * (a[2:] + a[:-2])
    return c


def turned(a, b):
    a[:] = b[::-1] + a
    b[:] = a * 2


def rounds(a, b):
    for _ in range(5):
        a[1:-1] = 0.5 * (b[2:] + b[:-2])
        a, b = b, a
    return a


def two_names(a, b):
    view = a[1:]
    for k in range(3):
        view[:-1] = a[2:] * b[2:] + k
        a[0] = view[0]


def held(a, b):
    rows = a.reshape(-1)
    rows[:] = b * 2
    a[::2] += rows[0]


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("function", [both_stored, turned, rounds, two_names, held], ids=lambda f: f.__name__)
def test_arguments_that_overlap(function, parallel, monkeypatch):
    if parallel:
        from mdsl.targets import numba

        monkeypatch.setattr(numba, "PARALLEL_WORK", 0)
    compiled = accelerate(function, target="numba", cache=False)
    n = 1000
    for first, second in ((0, None), (0, 0), (0, 1), (3, 0)):
        base, other = RNG.random(n + 3), RNG.random(n)
        results = []
        for call in (function, compiled):
            memory = base.copy()
            a = memory[first : first + n]
            b = other.copy() if second is None else memory[second : second + n]
            results.append([memory, b, call(a, b)])
        for expected, got in zip(*results, strict=True):
            if expected is not None:
                np.testing.assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "said"), [(both_stored, True), (turned, True), (rounds, False), (two_names, True)]
)
def test_what_is_said(function, said):
    text = accelerate(function, target="numba", cache=False).explain(RNG.random(50), RNG.random(50)).source
    assert ("apart=True" in text) == said
