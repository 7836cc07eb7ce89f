# ruff: noqa
# fmt: off
"""Differential fuzzing, number 120021, target python: inputs_0, python: exception of call: expected no
exception, got OverflowError: Python integer -3 out of bounds for uint32
"""

import numpy as np

def program(b, c):
    t0 = b
    for i in range(1):
        for j in range(1):
            t0[i, j] += c[i, j]

def inputs_0():
    b = np.resize(np.array(1, 'uint32'), (4, 3))
    c = np.resize(-4, (4, 3))
    return (b, c)
