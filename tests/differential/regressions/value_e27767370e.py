# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1003440, target python: inputs_1, python: value of result: expected float64
np.float64(-0.0), got float64 np.float64(0.0)
"""

import numpy as np

def helper0(p, q):
    p += p
    return p * q

def program(a):
    t0 = helper0(a, 0.0)
    return np.nanmax(t0)

def inputs_1():
    a = np.array([127, 2], 'int8')
    return (a,)
