# ruff: noqa
# fmt: off
"""Differential fuzzing, number 820409, target python: inputs_0, python: aliasing of result: expected read-only,
got writable
"""

import numpy as np

def program(a, b):
    t1, t2 = (a, b.imag)
    return t2

def inputs_0():
    a = 4
    b = np.array(0)
    return (a, b)
