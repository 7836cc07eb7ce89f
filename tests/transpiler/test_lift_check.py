"""Do `assert` and `if …: raise …` raise as in Python, and does a check that stands already stand only once?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mdsl
from mdsl.ir import array as arr
from mdsl.transpiler.diagnostics import Unsupported
from mdsl.transpiler.lift_text import lift_text


def in_range(a, k):
    if k < 0 or k >= 3:
        raise IndexError(f"no item {k} among {3}")
    a[0] = k
    if a[1] > 5:
        raise ValueError("too large")
    return a * 2


def positive(a):
    for i in range(a.shape[0]):
        if not a[i] > 0:
            raise ArithmeticError(f"item {i} is not positive")
        a[i] = np.log(a[i])
    return a


def on_shapes(a, b):
    if a.shape[0] != b.shape[0]:
        raise ValueError("the lengths differ")
    return a + b


def asserted(a):
    assert np.sum(a) > 0, "nothing there"
    a[:] = 0
    return a


def in_helper(a):
    return a / _nonzero(a[0])


def _nonzero(x):
    if x == 0:
        raise ZeroDivisionError("x is zero")
    return x


ONE = np.arange(1.0, 5.0)
CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (in_range, (ONE, 2)),
    (in_range, (ONE, 3)),
    (in_range, (ONE, -1)),
    (in_range, (ONE + 9, 1)),
    (positive, (ONE,)),
    (positive, (np.array([1.0, 2.0, -1.0, 3.0]),)),
    (positive, (np.array([1.0, np.nan]),)),
    (on_shapes, (ONE, ONE)),
    (on_shapes, (ONE, np.ones(1))),
    (asserted, (ONE,)),
    (asserted, (-ONE,)),
    (in_helper, (ONE,)),
    (in_helper, (ONE * 0,)),
]


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(("function", "args"), CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_it_raises_what_python_raises(function: Callable[..., Any], args: tuple[Any, ...], target: str) -> None:
    mine, theirs = (tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args) for _ in range(2))
    compiled = mdsl.accelerate(function, target=target, cache=False, fallback=False)
    try:
        expected = function(*mine)
    except Exception as error:
        with pytest.raises(type(error)) as raised:
            compiled(*theirs)
        assert str(raised.value) == str(error).splitlines()[0]  # pytest adds lines to a failed assertion
    else:
        np.testing.assert_allclose(compiled(*theirs), expected, rtol=1e-14)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


def checks(text: str, *args: Any) -> list[arr.Check]:
    return [s for s in arr.statements(lift_text(text, *args).body) if isinstance(s, arr.Check)]


def test_a_condition_on_sizes_is_asked_at_the_door() -> None:
    assert not checks('def f(a, b):\n    if len(a) < len(b): raise ValueError("short")\n    return a', ONE, ONE)


def test_a_check_that_stands_already_is_not_made_again() -> None:
    text = "def f(a, k):\n    x = a[k]\n    y = a[k] + a[k]\n    {}\n    return x + y"
    index = np.array([0, 2])
    assert len(checks(text.format("pass"), ONE, index)) == 1
    assert len(checks(text.format("k[0] = 1\n    x = x + a[k]"), ONE, index)) == 2  # the index is another one now


@pytest.mark.parametrize(
    "statement",
    [
        "raise",
        'raise ValueError("a", "b")',
        "raise ValueError",
        'raise ValueError("a") from None',
        'raise ValueError("{}")',
        'raise ValueError(f"{a}")',
        'raise ValueError(f"{n:3d}")',
        'raise np.exceptions.AxisError("a")',
        "raise SystemExit(1)",
    ],
)
def test_another_raise_is_raised_by_the_original(statement: str) -> None:
    body = lift_text(f"def f(a, n):\n    if a[0] > n: {statement}\n    return a", ONE, 3).body
    assert arr.BAIL in [s.exception for s in arr.statements(body) if isinstance(s, arr.Check)]


@pytest.mark.parametrize("statement", ["raise", 'raise ValueError("a", "b")'])
def test_the_original_cannot_take_over_once_something_is_stored(statement: str) -> None:
    with pytest.raises(Unsupported):
        lift_text(f"def f(a, n):\n    a[1] = 0\n    if a[0] > n: {statement}\n    return a", ONE, 3)
