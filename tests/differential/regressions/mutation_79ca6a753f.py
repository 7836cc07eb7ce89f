# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4000292, target numba: inputs_0, numba: mutation of argument array 1: expected
int64[5, 4] array([[0, 2, 0, 2], [0, 2, 0, 2], [0, 2, 0, 2], [0, 2, 0, 2], [0, 2, 0, 2]]), got int64[5, 4]
array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
"""

import numpy as np

def program(a, b):
    b[..., (b > 1)[0]] = a

def inputs_0():
    a = np.resize([0, 2], 4)
    b = np.resize(5, (5, 4))
    return (a, b)
