# ruff: noqa
# fmt: off
"""Differential fuzzing, number 500275, target numba: inputs_0, numba: exception of call: expected no exception,
got NameError: name 'k2_is_bound' is not defined
"""

import numpy as np

def program(a):
    for j, row in enumerate(a):
        for k2 in range(0, 5, 2):
            pass
    return k2

def inputs_0():
    a = np.array([0])
    return (a,)
