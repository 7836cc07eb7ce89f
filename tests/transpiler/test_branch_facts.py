"""Does a branch know what its condition says of sizes, there and nowhere else?"""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
from whole_texts import function_of

from mdsl import accelerate
from mdsl.ir import array as arr
from mdsl.transpiler.lift_text import lift_text

RNG = np.random.default_rng(11)


def solved(a, b):
    if a.shape[1] == b.shape[1]:
        x = np.linalg.inv(a)
    else:
        x = np.linalg.solve(a, b)
    return x * 2 + np.ones(b.shape)


def widest(a, b):
    if a.shape[1] != b.shape[1]:
        x = b + 1
    else:
        x = a.T @ b
    return x - b


def either(a, b):
    x = np.zeros(b.shape)
    if not (len(a) != len(b) or len(a) == 0):
        x = a[:, :1] * np.ones(b.shape[1]) - b
    return x


def carried(a, b):
    n, m = b.shape
    x = np.zeros((n, m))
    for _ in range(3):
        if n != m:
            x = a @ x + b
        else:
            x = x @ a
    return x


SHAPES = [((4, 4), (4, 4)), ((4, 4), (4, 3)), ((4, 4), (4, 0)), ((1, 1), (1, 1))]


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("function", [solved, widest, either, carried], ids=lambda f: f.__name__)
def test_arrays_of_one_shape_where_the_condition_says_so(function, target) -> None:
    compiled = accelerate(function, target=target, cache=False)
    for one, other in SHAPES:
        a, b = RNG.random(one) + np.eye(one[0]), RNG.random(other)
        np.testing.assert_allclose(compiled(a, b), function(a, b), rtol=1e-12)
        assert compiled.last_report.status == "full"


@pytest.mark.parametrize("function", [solved, carried], ids=lambda f: f.__name__)
def test_both_ways_are_compiled(function) -> None:
    """The door does not ask that the sizes which the condition compares are equal."""
    compiled = accelerate(function, target="python", cache=False)
    compiled(np.eye(4), np.ones((4, 3)))
    source = compiled.last_report.source
    door = next(line for line in source.splitlines() if "if not (" in line)
    rows, columns = re.search(r"(\w+), (\w+) = b.shape", source).groups()
    assert f"{rows} == {columns}" not in door and f"{columns} == {rows}" not in door
    assert re.search(rf"if \w+ [!=]= {columns}:|if {columns} [!=]= \w+:", source)


NEIGHBOURS = [
    "if i > 0: s += a[i - 1]",
    "if 0 < i and i < len(a) - 1: s += a[i - 1] + a[i + 1]",
    "if not (i == 0 or i <= 1): s += a[i - 2]",
    "if i >= len(a) - 3: pass\n        else: s += a[i + 3]",
    "if i < 2: pass\n        elif i - 2 < len(a): s += a[i - 2]",
    "if k == len(a):\n            if i < k: s += a[i]",
]
CHECKED = [
    "if i > 0: s += a[i - 2]",
    "if i > 0 or k > 3: s += a[i - 1]",
    "if i > 0: s += 1.0\n        s += a[i - 1]",
    "if i < len(a) - 1: s += 1.0\n        else: s += a[i + 1]",
    "if not (i == 0 and k == 1): s += a[i - 1]",
    "if k == len(a): pass\n        else: s += a[k - 1]",
]


def of(lines: str) -> str:
    return f"def f(a, k):\n    s = 0.0\n    for i in range(len(a)):\n        {lines}\n    return float(s)\n"


def checks(lines: str) -> list[arr.Stmt]:
    program = lift_text(of(lines), np.ones(9), 4)
    return [s for s in arr.statements(program.body) if isinstance(s, arr.Check) and s.exception == "IndexError"]


@pytest.mark.parametrize("lines", NEIGHBOURS)
def test_what_the_condition_proves_is_not_checked(lines) -> None:
    assert not checks(lines)


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize("lines", NEIGHBOURS + CHECKED)
def test_results_and_errors(lines, target) -> None:
    body = [line[4:] for line in of(lines).splitlines()[1:]]
    function, _ = function_of("\n".join(body), {"a": None, "k": None})
    compiled = accelerate(function, target=target, cache=False)
    for size, k in [(5, 4), (5, 5), (1, 1), (2, 7), (0, 0), (0, 3)]:
        values = {"a": RNG.random(size), "k": k}
        args = [values[name] for name in inspect.signature(function).parameters]
        try:
            expected = function(*args)
        except IndexError as error:
            with pytest.raises(IndexError) as found:
                compiled(*args)
            assert str(found.value) == str(error)
        else:
            np.testing.assert_allclose(compiled(*args), expected, rtol=1e-14)
