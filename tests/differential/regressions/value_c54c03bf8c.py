# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11233, target python: inputs_0, python: value of result: expected int64
np.int64(2), got int64 np.int64(6)
"""

import numpy as np

def program(a):
    a = t1 = a.sum(axis=-2)
    t1[1] = 2
    for row in a:
        a.conj()
    return row

def inputs_0():
    a = np.resize(2, (3, 2))
    return (a,)
