# ruff: noqa
# fmt: off
"""Differential fuzzing, number 21003278, target python: inputs_1, python: value of result: expected float64
np.float64(0.0), got float64 np.float64(-0.0)
"""

import numpy as np

def program(a):
    t1 = np.sum(a * int())
    return t1

def inputs_1():
    a = np.array([0, -1.5])
    return (a,)
