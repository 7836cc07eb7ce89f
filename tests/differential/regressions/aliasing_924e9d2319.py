# ruff: noqa
# fmt: off
"""Differential fuzzing, number 60153, target numba: inputs_0, numba: aliasing of result[1] and result[0]:
expected the same object, got no shared memory
"""

import numpy as np

def helper0(p, q):
    pass

def program(b):
    b, t1 = (helper0, b)
    t1 = t1[:]
    t0 = t1
    return (t1, t0)

def inputs_0():
    a = np.array([])
    b = a
    return (b,)
