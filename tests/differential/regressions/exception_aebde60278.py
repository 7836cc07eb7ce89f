# ruff: noqa
# fmt: off
"""Differential fuzzing, number 38003463, target python: inputs_0, python: exception of call: expected no exception, got
IndexError: index 3 is out of bounds for axis 1 with size 2
"""

import numpy as np

def program(a, flag):
    t0, a = (a.T - np.min(a), flag)
    return t0[1, 3]

def inputs_0():
    a = np.resize(3, (4, 2))
    flag = True
    return (a, flag)
