# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1101389, target python: inputs_0, python: internal of transpile: expected no
exception, got KeyError: 'E-3'
"""

import numpy as np

def program(a):
    t0, t1 = (a.sum(axis=0), a)
    np.add(t0 + t0, a.reshape(-1), out=t0)

def inputs_0():
    a = np.resize(0, (7, 0))
    return (a,)
