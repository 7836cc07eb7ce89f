# ruff: noqa
# fmt: off
"""Differential fuzzing, number 500994, target numba: inputs_0, numba: aliasing of result: expected read-only,
got writable
"""

import numpy as np

def program(b):
    t0 = b
    t1 = np.imag(t0)
    return t1

def inputs_0():
    b = np.array(0)
    return (b,)
