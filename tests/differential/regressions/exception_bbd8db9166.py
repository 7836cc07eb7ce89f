# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10524, target python: inputs_0, python: exception of call: expected no
exception, got TypeError: 'int' object is not subscriptable
"""

import numpy as np

def program(a, b, d):
    t0 = b / a
    t1, a = d.shape
    return t1

def inputs_0():
    a = np.resize(4, 2)
    b = 1
    d = np.resize(0, (2, 3))
    return (a, b, d)
