# ruff: noqa
# fmt: off
"""Differential fuzzing, number 52873, target python: inputs_0, python: internal of transpile: expected no
exception, got IndexError: tuple index out of range
"""

import numpy as np

def helper0(p, q):
    pass

def program(a):
    a, t1 = (helper0, a)
    t0 = t1[:]
    for k in range(0):
        t0 = 1
    return t0

def inputs_0():
    a = np.array([0])
    return (a,)
