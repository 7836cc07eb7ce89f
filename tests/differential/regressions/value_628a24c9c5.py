# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5193, target numba: inputs_1, numba: value of result: expected int64[2]
array([1, 1]), got int64[2] array([6, 6])
"""

import numpy as np

def program(a, b, c):
    t0 = c = a + c
    np.clip(1, 0, 2, out=c)
    return t0

def inputs_1():
    a = np.resize(5, 2)
    b = np.resize(0, ())
    c = 1
    1
    0
    return (a, b, c)
