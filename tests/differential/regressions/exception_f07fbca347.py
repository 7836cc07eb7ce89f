# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1002398, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: `k` has no value, in `k_2 = k`
"""

import numpy as np

def program(a):
    if np.all(a):
        return np.cumsum(a)
    for k in range(5, 2):
        pass
    for i in range(0):
        a[i] *= k

def inputs_0():
    a = np.resize(0, (5, 4))
    return (a,)
