# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5196, target numba: inputs_0, numba: aliasing of result[1] and result[0]:
expected shared memory, got no shared memory
"""

import numpy as np

def program(c):
    t1 = t2 = c & 1
    return (t1, t2)

def inputs_0():
    c = np.array([5])
    return (c,)
