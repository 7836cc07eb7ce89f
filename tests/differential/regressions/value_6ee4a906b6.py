# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1000531, target python: inputs_0, python: value of result: expected bool
np.False_, got bool np.True_
"""

import numpy as np

def program(a, n):
    t1 = np.isclose(a + n, 1)
    return t1

def inputs_0():
    a = np.array(-128, 'int8')
    n = 1
    return (a, n)
