# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20000551, target python: inputs_0, python: type of result: expected int 1, got
bool True
"""

import numpy as np

def program(a):
    n = np.array_equal(a, a).real
    return n

def inputs_0():
    a = 1
    return (a,)
