# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20021399, target python: inputs_0, python: value of result: expected float64
np.float64(-0.0), got float64 np.float64(0.0)
"""

import numpy as np

def helper1(p, q):
    p[:] = -1

def program(a):
    t0 = a
    t1, t2 = (a, np.clip(t0, 2.0, None))
    helper1(t2, t2)
    t0, t4 = (t2, np.dot(t2, t0))
    return t4

def inputs_0():
    a = np.resize(0, 1)
    return (a,)
