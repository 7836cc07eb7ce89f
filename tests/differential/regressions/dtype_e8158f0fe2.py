# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5171, target numba: inputs_0, numba: dtype of result: expected float64, got int64
"""

import numpy as np

def program(a):
    t0 = a ** 2.0
    return t0

def inputs_0():
    a = np.array(7)
    return (a,)
