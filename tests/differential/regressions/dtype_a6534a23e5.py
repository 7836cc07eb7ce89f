# ruff: noqa
# fmt: off
"""Differential fuzzing, number 43, target python: inputs_0, python: dtype of result: expected float32, got
complex64
"""

import numpy as np

def helper1(p, q):
    pass

def program(a):
    t1, t2 = (helper1, a.var())
    return t2

def inputs_0():
    a = np.array(1, 'complex64')
    return (a,)
