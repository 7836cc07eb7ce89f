# ruff: noqa
# fmt: off
"""Differential fuzzing, number 500292, target numba: inputs_0, numba: exception of call: expected
UFuncTypeError: ufunc 'add' did not contain a loop with signature matching types (dtype('<U5'),
dtype('int64')) -> None, got NameError: name 'total' is not defined
"""

import numpy as np

def program(b, d):
    for k in range(3, 0, -1):
        t0 = d.reshape(-1)
    t0 -= t0
    b += 0

def inputs_0():
    b = np.array('int64')
    d = np.resize(0, (5, 5))
    return (b, d)
