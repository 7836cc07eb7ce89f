# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11892, target python: inputs_0, python: value of result: expected int64
np.int64(2), got int64 np.int64(1)
"""

import numpy as np

def helper0(p, q):
    p[:] = 1
    return q

def program(a):
    t1 = helper0(a, a[0, 2])
    return t1

def inputs_0():
    a = np.resize(2, (5, 4))
    return (a,)
