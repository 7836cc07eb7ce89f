# ruff: noqa
# fmt: off
"""Differential fuzzing, number 44013630, target python: inputs_0, python: value of result: expected complex64
np.complex64(0j), got complex64 np.complex64(nan+nanj)
"""

import numpy as np

def program(a, b):
    t0 = a - b
    t2 = t0
    t3 = np.prod(t2, initial=0)
    return t3

def inputs_0():
    a = 7
    b = np.resize(np.array(0, 'complex64'), (5, 5, 2))
    return (a, b)
