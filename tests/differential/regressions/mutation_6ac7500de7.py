# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10596, target python: inputs_1, python: mutation of argument array 1: expected
int64[3] array([0, 0, 0]), got int64[3] array([0, 0, 1])
"""

import numpy as np

def program(a, b):
    if not np.max(b):
        pass
    else:
        b, a = (a, b)
    a[2] = 0

def inputs_1():
    a = np.array([0, 0, 0])
    b = np.array([0, 0, 1])
    return (a, b)
