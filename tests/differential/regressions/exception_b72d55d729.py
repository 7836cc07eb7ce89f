# ruff: noqa
# fmt: off
"""Differential fuzzing, number 300127, target numba: inputs_1, numba: exception of call: expected no exception,
got NameError: name 'result' is not defined
"""

import numpy as np

def program(b):
    t0 = b
    if np.any(b):
        return np.clip(t0, 1, 0)

def inputs_1():
    b = np.array([True])
    return (b,)
