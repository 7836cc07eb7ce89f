# ruff: noqa
# fmt: off
"""Differential fuzzing, number 28003355, target python: inputs_0, python: value of result: expected float64
np.float64(0.0), got float64 np.float64(nan)
"""

import numpy as np

def program(a, c):
    t2 = np.mean(a)
    t3 = np.sum(np.multiply(c, t2))
    return t3

def inputs_0():
    a = np.resize(1, 0)
    c = np.resize(3, 0)
    return (a, c)
