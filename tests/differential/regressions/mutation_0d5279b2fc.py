# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23015603, target numba: inputs_0, numba: mutation of argument array 0: expected
int64[5] array([4, 0, 0, 0, 0]), got int64[5] array([4, 0, 0, 0, 4])
"""

import numpy as np

def program(a):
    a[::2] = a[:-2]

def inputs_0():
    a = np.resize([4, 0], 5)
    return (a,)
