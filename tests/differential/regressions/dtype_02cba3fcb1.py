# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11585, target python: inputs_2, python: dtype of result: expected int64, got bool
"""

import numpy as np

def program(a, b):
    t0 = a
    if 4 >= b[3]:
        pass
    else:
        b, t0 = (t0, b)
    return t0

def inputs_2():
    a = np.array(False)
    b = np.resize(7, 5)
    return (a, b)
