# ruff: noqa
# fmt: off
"""Differential fuzzing, number 301755, target numba: inputs_0, numba: exception of call: expected no exception,
got NameError: name 'count' is not defined
"""

import numpy as np

def program(a):
    for k in range(3):
        t0 = a[a > 0]
    return t0[2]

def inputs_0():
    a = np.resize(1, 6)
    return (a,)
