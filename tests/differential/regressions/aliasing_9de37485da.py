# ruff: noqa
# fmt: off
"""Differential fuzzing, number 37004463, target python: inputs_0, python: aliasing of result: expected
read-only, got writable
"""

import numpy as np

def program(d):
    t0 = d
    t2 = t0
    return np.diagonal(np.expand_dims(t2, 0))

def inputs_0():
    d = np.array([])
    return (d,)
