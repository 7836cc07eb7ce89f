# ruff: noqa
# fmt: off
"""Differential fuzzing, number 21000783, target numba: inputs_1, numba: value of result: expected int 3, got
int 0
"""

import numpy as np

def program(a, b, c, d):
    for k in range(a.shape[0]):
        b
    for k in range(0):
        b, c = (c, b)
    return k

def inputs_1():
    a = np.array([True, False, True, False])
    b = np.resize([True, False, True, False], (3, 2))
    c = np.resize(np.array([True, False, True, False, True], 'bool'), (2, 3)).T
    d = np.array([False, True, False, True, False, True, False], 'bool')
    0
    False
    return (a, b, c, d)
