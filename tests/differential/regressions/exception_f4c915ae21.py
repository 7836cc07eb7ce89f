# ruff: noqa
# fmt: off
"""Differential fuzzing, number 60073, target numba: inputs_0, numba: exception of call: expected no exception,
got NameError: name 'i' is not defined
"""

import numpy as np

def program(a):
    t0, t1 = (np.std(a[None]), np.arccos(a))
    return (t0, t1)

def inputs_0():
    a = np.resize(1, (4, 4))
    return (a,)
