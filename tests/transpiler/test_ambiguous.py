"""What `max(0.0, x[i])` gives is Python's or NumPy's as the run has it: values, kinds and errors are Python's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mdsl import accelerate

CASES: list[tuple[Callable[..., Any], str]] = []


def compared(status: str = "full") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        CASES.append((function, status))
        return function

    return add


@compared()
def positive_part(a, c):
    x = max(0.0, a[0] - c)
    return x, a / 2 + x, a - min(c, a[1])


@compared()
def total_of_positive_parts(a, c):
    total = 0
    for i in range(len(a)):
        total += max(0, a[i] - c)
    return total


@compared()
def mean_of_positive_parts(a, c):
    total = 0.0
    for x in a:
        total += max(x - c, 0)
    return total / len(a)


@compared()
def extent_of_values(a, c):
    low, high = 1e300, -1e300
    for x in a:
        low, high = min(low, x), max(high, x)
    return low, high, high - low


@compared()
def running_maximum(a, c):
    out, best = np.zeros(len(a)), -1
    for i in range(len(a)):
        best = max(best, a[i])
        out[i] = best
    return out, best


@compared()
def reciprocal(a, c):
    return 1.0 / max(0.0, a[0] - c)


@compared()
def quotient(a, c):
    return max(0.0, a[0] - c) / max(0, a[1] - c)


@compared()
def functions_of_it(a, c):
    x = max(0.0, a[0] - c)
    return x**2, -x, +x, abs(x), math.sqrt(x), np.sqrt(x), float(x), int(x), not x


@compared()
def decisions(a, c):
    x = max(0.0, a[0] - c)
    if x > 0 and not x >= 3:
        return a * x
    while x < 1:
        x = x * 2 + 0.5
    return a + x


@compared()
def clamped_norm(a, c):
    norm = np.linalg.norm(a)
    if norm < c:
        norm = 10.0
    return a / norm, norm


@compared()
def newton(a, c):
    x = max(0.0, a.max() - c)
    z = x
    for _ in range(3):
        z = 0.5 * (z + x / max(z, 1e-9))
    return np.array([z, x]), np.full(2, z), np.maximum(a, z), np.clip(a, 0, z), a @ a + z, a.sum() / z


@compared()
def through_a_helper(a, c):
    def rectified(v):
        return max(0.0, v)

    return np.array([rectified(v - c) for v in a]), rectified(a[0])


@compared()
def given_to_helpers(a, c):
    def kept(v):
        return v

    def scaled(v, by=2):
        return v * by

    x = max(0.0, a[0] - c)
    return kept(x), scaled(x), (lambda v: -v)(x)


@compared("")
def attributes_and_classes(a, c):
    x = max(0.0, a[0] - c)
    return isinstance(x, np.floating), type(x), x.real, x.conjugate(), np.result_type(x, np.float32), round(x), f"{x}"


@compared("")
def methods_of_arrays(a, c):
    x = max(0.0, a[0] - c)
    b = np.zeros(3, np.float32)
    b.fill(x)
    return a.clip(0, x), b, b + x, b * x


@compared("")
def as_an_index(a, c):
    return a[max(0.0, a[0] - c)]


@compared("")
def in_messages(a, c):
    x = max(0.0, a[0] - c)
    if x > 0.75:
        raise ValueError(f"{x} is large")
    if x == 0:
        raise ArithmeticError(x)
    return x


@compared()
def appended(a, c):
    out = []
    for v in a:
        out.append(max(0.0, v - c))
    return np.array(out)


@compared()
def left_early(a, c):
    total = 0.0
    for i in range(len(a)):
        d = max(a[i] - c, 0.0)
        if d > 1:
            continue
        if d < 0.25:
            break
        total = total + d * d if d > 0.5 else total - 1
    return total


@compared()
def two_loops(a, c):
    out = np.zeros((len(a), len(a)))
    for i in range(len(a)):
        for j in range(len(a)):
            out[i, j] = max(0.0, min(a[i], a[j]) - c) + max(a[i] - a[j], 0)
    return out


@compared()
def a_conditional_expression(a, c):
    x = a[1] if c > 1 else 0.5
    y = x + 1
    y -= x * c
    return y, [x, y]


@compared()
def in_place(a, c):
    a[1:] *= max(0.5, a[0])
    a[0] += min(1.0, a[1])
    return a


@compared("")
def a_comparison_as_a_result(a, c):
    return max(0.0, a[0] - c) > 0


@compared("")
def remainders(a, c):
    x = max(0.25, a[0] - c)
    return x % 2, x // 1, x**0.5


@compared("")
def integers_decide_dtypes(a, c):
    x = max(0, a.max() - c)
    return np.full(2, x), np.maximum(a, x), x + 1, x * 1.5, np.array([x])


@compared("")
def int_float_or_numpy(a, c):
    x = max(0, a[0] - c)
    for k in range(2):
        if a[k] > c:
            x = 0.5
    return x


@compared("")
def many_integers(a, c):
    total = 1
    for _ in range(70):
        total = total * max(3, a[0] - c)
    return total


@compared()
def zeros_without_a_sign(a, c):
    out = np.zeros(3)
    x = max(0, a[0] - c)
    out[0] = -x
    out[1] = x * -3
    out[2] = x * -1.5
    return np.signbit(out), out, -x, x * -2


INPUTS = [
    np.array([0.5, 2.0, 1.0, -3.0]),
    np.array([-0.0, np.nan, 0.0]),
    np.array([np.inf, 1e200, -np.inf]),
    np.ones(1),
]


def outcome(function: Callable[..., Any], *args: Any) -> str:
    with np.errstate(all="ignore"):
        try:
            return repr(function(*args))
        except Exception as error:
            return repr(error)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize(("function", "status"), CASES, ids=[function.__name__ for function, _ in CASES])
def test_kinds_values_and_errors(function: Callable[..., Any], status: str, dtype: str) -> None:
    compiled = accelerate(function, target="python", cache=False)
    for values in INPUTS[:1] if dtype == "int64" else INPUTS:
        for c in (-1.0, 0.0, 0.5, 1.0, 20.0):
            mine, theirs = values.astype(dtype), values.astype(dtype)
            assert outcome(compiled, mine, c) == outcome(function, theirs, c)
            assert repr(mine) == repr(theirs)
    if dtype == "float64" and status:
        report = compiled.explain(INPUTS[0].copy(), 0.5)
        assert report.status == status, report.diagnostics


@pytest.mark.parametrize("function", [total_of_positive_parts, extent_of_values, newton])
def test_compiled(function: Callable[..., Any]) -> None:
    compiled = accelerate(function, target="numba")
    for c in (0.5, 20.0):
        assert outcome(compiled, INPUTS[0], c) == outcome(function, INPUTS[0], c)
