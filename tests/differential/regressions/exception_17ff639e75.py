# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20003418, target python: inputs_1, python: exception of call: expected
OverflowError: Python integer -1 out of bounds for uint8, got no exception
"""

import numpy as np

def helper0(p, q, *, r=1):
    return p[r]

def program(a, b):
    a = helper0(a, True)
    a, b = (b, a)
    t0 = 1
    for i in range(1, -1, -1):
        t0 = -t0
        t0 = t0 + b[i]

def inputs_1():
    a = np.resize(np.array(0, 'uint8'), (2, 3))
    b = False
    return (a, b)
