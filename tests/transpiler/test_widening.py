"""A variable that becomes another type in a loop: its first value is what NumPy sees until it is assigned."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mdsl import accelerate


def negated_first(b):
    t = 1
    for i in range(b.shape[0]):
        t = -t
        t = t + b[i]
    return t


def used_by_itself(b):
    t = 0.1
    for i in range(b.shape[0]):
        x = t * 3
        t = t + b[i] + x
    return t, x


def divided(b):
    s = 0.0
    for i in range(b.shape[0]):
        x = 1 / s
        s = s + b[i] + x
    return s


def number_to_vector(a):
    s = 0
    for row in a:
        s += row * 2
    return s


def horner(c, x):
    p = 0
    for i in range(c.shape[0]):
        p = p * x + c[i]
    return p


def largest(b):
    m = -1
    for i in range(b.shape[0]):
        if b[i] > m:
            m = b[i]
    return m


def in_a_branch(b):
    t = 1
    if b[0] > 0:
        x = -t
        t = b[0]
    else:
        x = t
        t = b[1]
    return t + x


def while_loop(b, n):
    t = 1
    while n > 0:
        x = t * 2
        t = b[n % b.shape[0]]
        n -= 1
        t = t + x
    return t


def smoothed(b):
    s = 0.0
    for i in range(b.shape[0]):
        s = s * 0.5 + b[i]
    return s


_VECTORS = [np.arange(1, 5).astype(kind) for kind in ("uint8", "int64", "float32", "float64")]
_CASES = [
    *(
        (f, (v,))
        for f in (negated_first, used_by_itself, divided, largest, in_a_branch, smoothed, number_to_vector)
        for v in (*_VECTORS, np.zeros(3, np.uint8), np.zeros(3, np.float32))
    ),
    *((while_loop, (v, n)) for v in _VECTORS for n in (1, 3)),
    *((number_to_vector, (np.ones(shape, kind),)) for shape in ((3, 2), (1, 4), (0, 4)) for kind in ("f4", "i8")),
    *((horner, (c, x)) for c in _VECTORS[2:] for x in (2.0, np.arange(3.0), np.arange(3, dtype=np.float32))),
]


def outcome(function, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = function(*arguments)
        except Exception as error:
            return type(error), str(error)
    items = result if isinstance(result, tuple) else (result,)
    return [(type(item), getattr(item, "dtype", None), repr(item)) for item in items]


@pytest.mark.parametrize(("function", "arguments"), _CASES)
def test_the_first_round_sees_the_first_type(function, arguments):
    compiled = accelerate(function, target="python", cache=False)
    assert outcome(compiled, arguments) == outcome(function, arguments)


@pytest.mark.parametrize("function", [smoothed, number_to_vector, used_by_itself])
def test_the_first_round_is_lifted_apart(function):
    """Where the first type shows, the loop is still compiled."""
    for vector in _VECTORS[2:]:
        compiled = accelerate(function, target="python", cache=False)
        compiled(vector)
        assert compiled.last_report.status == "full"


def test_nothing_is_lifted_apart_where_the_type_does_not_show():
    compiled = accelerate(smoothed, target="python", cache=False)
    compiled(np.ones(3))
    assert "range(n)" in compiled.explain(np.ones(3)).source
