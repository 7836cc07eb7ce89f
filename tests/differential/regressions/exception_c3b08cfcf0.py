# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5185, target numba: inputs_0, numba: exception of call: expected no exception,
got ZeroDivisionError: complex division by zero
"""

import numpy as np

def program(b):
    t0 = b.std(axis=1)

def inputs_0():
    b = np.resize(2j, (5, 0))
    return (b,)
