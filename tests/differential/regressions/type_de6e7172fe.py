# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30205, target steps: inputs_0, after lift: type of result: expected bool False,
got int 0
"""

import numpy as np

def program(a, s):
    t0, b = a
    t2, t0 = ((s >= 1) & (s > t0.size), 0)
    return t2

def inputs_0():
    a = np.resize(0, 2)
    s = 1
    return (a, s)
