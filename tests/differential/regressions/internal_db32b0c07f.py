# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11506, target python: inputs_0, python: internal of transpile: expected no
exception, got AssertionError:
"""

import numpy as np

def helper0(p, q):
    p += p

def program(a):
    helper0(a.reshape(-1), 0)

def inputs_0():
    a = np.resize(0, (0, 4))
    return (a,)
