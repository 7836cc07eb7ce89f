# ruff: noqa
# fmt: off
"""Differential fuzzing, number 304091, target numba: inputs_0, numba: exception of call: expected no exception,
got ValueError: assignment destination is read-only
"""

import numpy as np

def program(a):
    for k in range(3, 0, -1):
        a = np.where(a, a, a)
    a[()] *= a

def inputs_0():
    a = np.array(7)
    a.flags.writeable = False
    return (a,)
