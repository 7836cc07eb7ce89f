# ruff: noqa
# fmt: off
"""Differential fuzzing, number 501207, target numba: inputs_0, numba: exception of call: expected no exception,
got OverflowError: Python integer 114682 out of bounds for int16
"""

import numpy as np

def helper0(p, q):
    return p @ q

def program(a, c):
    a, c = (c, a)
    a[1] *= a[2]
    np.add(1, helper0(c, a), out=c)

def inputs_0():
    a = np.resize(np.array(7, 'int16'), 3)
    c = np.resize(127, 3)
    return (a, c)
