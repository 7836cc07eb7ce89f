"""May a function call its variables and parameters as it likes? Also by names that generated code needs itself."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.transpiler.outcome import Request
from mdsl.transpiler.transpile_module import transpile_module


def limits(x, min, max):
    return np.minimum(np.maximum(x, min), max) * np.abs(x)


def variables(x):
    abs = x * 2
    min = np.min(x)
    range = len(x)
    minimum = np.maximum(x, min) + range
    sum_add = minimum.sum()
    return np.abs(abs - 3) + np.minimum(x, min) * sum_add


def an_array(abs, len=3):
    for i in range(abs.shape[0]):
        abs[i] += len
    return np.abs(abs)


def loops(x):
    total = 0
    for int in range(x.shape[0]):
        for np_ in range(3):
            total += int * np_
    return total


def swapped(vec_exp, max):
    max[:] = np.exp(vec_exp) + max
    return max


CASES = [
    (limits, (np.arange(-3.0, 4), -1.0, 2.0)),
    (variables, (np.arange(5.0),)),
    (an_array, (np.arange(4) - 2,)),
    (loops, (np.arange(4.0),)),
    (swapped, (np.arange(3.0), np.ones(3))),
]


@pytest.mark.parametrize("target", ["python", "numba", "numpy"])
@pytest.mark.parametrize(("function", "arguments"), CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_results_are_numpys(function, arguments, target):
    compiled = accelerate(function, target=target, cache=False)
    expected = function(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))
    got = compiled(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert compiled.last_report.status == "full"


def test_overlap_is_noticed_under_another_name():
    compiled = accelerate(swapped, cache=False)
    memory, other = np.arange(6.0), np.arange(6.0)
    np.testing.assert_array_equal(compiled(memory[:-1], memory[1:]), swapped(other[:-1], other[1:]))
    np.testing.assert_array_equal(memory, other)


def test_a_generated_file_keeps_the_names_of_parameters():
    text = "import numpy as np\n\n\ndef f(x: 'float64[:]', min: float):\n    return np.maximum(x, min)\n"
    (function,) = transpile_module(text, "names.py", Request(functions=("f",))).functions
    assert function.status == "none"
    assert "`min`" in function.diagnostics[-1].message
