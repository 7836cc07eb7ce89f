# ruff: noqa
# fmt: off
"""Differential fuzzing, number 22003126, target python: inputs_0, python: internal of transpile: expected no
exception, got AssertionError:
"""

import numpy as np

def helper0(p, q):
    r = q[0].flatten()
    return r.max()

def program(a, b):
    a[...] = helper0(a, b)

def inputs_0():
    a = np.array(7)
    b = np.array([4])
    return (a, b)
