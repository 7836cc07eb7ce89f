# ruff: noqa
# fmt: off
"""Differential fuzzing, number 28000141, target numba: inputs_0, numba: value of result: expected int64[2]
array([1, 1]), got int64[2] array([1, 0])
"""

import numpy as np

def program(a, n):
    if n < 0:
        a = a >> a
    t1 = a
    return t1 % 2

def inputs_0():
    a = np.resize([7, 0], 3)[::2,]
    n = 4
    return (a, n)
