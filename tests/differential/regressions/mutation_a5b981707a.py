# ruff: noqa
# fmt: off
"""Differential fuzzing, number 24009484, target numba: inputs_2, numba: mutation of argument array 0: expected
float64[1] array([0.]), got float64[1] array([-0.])
"""

import numpy as np

def program(a, b):
    np.maximum(a * b, b > b, a)

def inputs_2():
    a = np.resize(0.0, 1)
    b = -1
    return (a, b)
