# ruff: noqa
# fmt: off
"""Differential fuzzing, number 27016332, target numba: inputs_2, numba: exception of call: expected ValueError:
Integers to negative integer powers are not allowed., got no exception
"""

import numpy as np

def program(b):
    np.power(b >= 0, b)

def inputs_2():
    b = -4
    return (b,)
