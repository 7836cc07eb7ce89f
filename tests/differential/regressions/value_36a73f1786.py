# ruff: noqa
# fmt: off
"""Differential fuzzing, number 26005934, target python: inputs_2, python: value of result: expected float64
np.float64(nan), got float64 np.float64(inf)
"""

import numpy as np

def program(b):
    t0 = (b / b[1]).sum()
    return t0

def inputs_2():
    b = np.array([1, 0])
    return (b,)
