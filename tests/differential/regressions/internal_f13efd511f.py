# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5013, target numba: inputs_0, numba: internal of transpile: expected no
exception, got NotImplementedError: float16
"""

import numpy as np

def program(a):
    return np.tanh(a)

def inputs_0():
    a = True
    return (a,)
