# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1005998, target python: inputs_2, python: value of result: expected float64
np.float64(0.0), got float64 np.float64(-0.0)
"""

import numpy as np

def program(a):
    t0, t3 = (a.mean(), a)
    return t0

def inputs_2():
    a = np.resize(-0.0, ())
    return (a,)
