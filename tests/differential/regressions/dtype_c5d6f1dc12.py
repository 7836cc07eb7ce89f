# ruff: noqa
# fmt: off
"""Differential fuzzing, number 50052, target numpy: inputs_1, numpy: dtype of result: expected float64, got
int64
"""

import numpy as np

def program(b):
    b = b / b
    t1 = b
    w1 = 0
    return np.where(w1, t1[w1], 1)

def inputs_1():
    b = np.array([0])
    return (b,)
