# ruff: noqa
# fmt: off
"""Differential fuzzing, number 304168, target numba: inputs_1, numba: exception of call: expected
OverflowError: Python integer -1 out of bounds for uint16, got no exception
"""

import numpy as np

def program(b, n):
    for i in range(1):
        n += b[i]

def inputs_1():
    b = np.array([0], 'uint16')
    n = -1
    return (b, n)
