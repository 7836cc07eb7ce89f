# ruff: noqa
# fmt: off
"""Differential fuzzing, number 900002, target python: inputs_0, python: aliasing of result: expected writable,
got read-only
"""

import numpy as np

def program(a):
    t0 = a[None]
    t1 = t0[1:]
    return t1

def inputs_0():
    a = np.resize(1, 1)
    return (a,)
