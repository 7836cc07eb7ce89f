# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11748, target python: inputs_0, python: value of result: expected int64
np.int64(2), got int64 np.int64(3)
"""

import numpy as np

def helper0(p, q):
    p += 1
    return q

def program(a):
    t1 = helper0(a, a[3, 1])
    return t1

def inputs_0():
    a = np.resize(2, (4, 3))
    return (a,)
