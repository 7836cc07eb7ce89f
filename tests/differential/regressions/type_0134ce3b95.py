# ruff: noqa
# fmt: off
"""Differential fuzzing, number 821308, target python: inputs_0, python: type of result: expected int 1, got
int64 np.int64(1)
"""

import numpy as np

def program(a):
    t0 = 1
    for i in range(1):
        if i < 2.0:
            continue
        t0 += a.ravel()[i]
    return t0

def inputs_0():
    a = np.array(0)
    return (a,)
