# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30587, target steps: inputs_1, after lift: value of result: expected int64
np.int64(0), got int64 np.int64(1)
"""

import numpy as np

def helper0(p, q):
    p[...] = 1
    return q

def program(a):
    t0 = helper0(a, np.sum(a))
    return t0

def inputs_1():
    a = np.array(0)
    return (a,)
