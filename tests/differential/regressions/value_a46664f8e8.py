# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5129, target numba: inputs_0, numba: value of result: expected int64
np.int64(0), got int64 np.int64(2)
"""

import numpy as np

def helper1(p, q):
    p[...] = 2
    return q

def program(b):
    t0 = helper1(b, np.max(b))
    return t0

def inputs_0():
    b = np.array(0)
    return (b,)
