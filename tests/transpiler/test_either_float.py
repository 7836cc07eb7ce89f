"""When may one compiled function serve Python's floats and NumPy's float64?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl.passes.context import Options
from mdsl.transpiler.either_float import either_float, same_but_for
from mdsl.transpiler.lift_text import lift_text
from mdsl.transpiler.module import read_module
from mdsl.transpiler.signature import signature_of
from mdsl.transpiler.transpile import transpile

ALIKE = ["u[1:] * s", "u.sum() / s", "np.exp(s) * u", "u ** s", "np.where(u > s, u, s)"]
APART = ["s * 2", "1 / s", "-s", "u * (s + 1)", "s", "(u, s)"]


def program(expression, s):
    return lift_text(f"def f(u, s):\n    u[1:] += s * u[:-1]\n    return {expression}", np.ones(3), s)


@pytest.mark.parametrize("expression", ALIKE)
def test_next_to_arrays_they_are_alike(expression):
    assert same_but_for(program(expression, 1.0), program(expression, np.float64(1)), {"s"})


@pytest.mark.parametrize("expression", APART)
def test_python_computes_with_its_own_numbers(expression):
    assert not same_but_for(program(expression, 1.0), program(expression, np.float64(1)), {"s"})


@pytest.mark.parametrize("expression", ALIKE)
@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_the_programs_being_alike_the_code_is(expression, target):
    module = read_module(f"import numpy as np\ndef f(u, s):\n    return {expression}\n", "m.py")
    source = module.source(module.functions[0])
    texts = [
        transpile(source, signature_of(["u", "s"], [np.ones(3), s]), target).module.functions
        for s in (1.0, np.float64(1))
    ]
    assert texts[0] == texts[1]


def test_a_function_without_floats_has_nothing_to_serve():
    module = read_module("def f(u):\n    return u + 1\n", "m.py")
    source = module.source(module.functions[0])
    artifact = transpile(source, signature_of(["u"], [np.ones(3)]), "numba")
    assert not either_float(artifact, source, Options())
