# ruff: noqa
# fmt: off
"""Differential fuzzing, number 821007, target python: inputs_0, python: type of result: expected int 1, got
int64 np.int64(1)
"""

import numpy as np

def program(a):
    t0 = 1
    for i in range(1, 1):
        t0 = a[i]
    return t0

def inputs_0():
    a = np.resize(5, 4)
    return (a,)
