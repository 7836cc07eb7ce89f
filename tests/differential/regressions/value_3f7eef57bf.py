# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30874, target steps: inputs_2, after lift: value of result: expected int64
np.int64(-1), got int64 np.int64(1)
"""

import numpy as np

def helper0(p, q):
    p[...] = 1
    return q

def program(a):
    t0 = a
    t1 = helper0(t0, np.min(t0))
    return t1

def inputs_2():
    a = np.resize(-1, 8)
    return (a,)
