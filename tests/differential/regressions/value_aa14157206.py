# ruff: noqa
# fmt: off
"""Differential fuzzing, number 45007724, target python: inputs_2, python: value of result: expected int64
np.int64(6), got int64 np.int64(2)
"""

import numpy as np

def program(a, s):
    if s:
        t0 = s
    for i in range(1):
        for j in range(a.shape[1]):
            t0 += a[i, j]
    return t0

def inputs_2():
    a = np.resize(1, (2, 5))
    s = 1
    return (a, s)
