# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20004351, target python: inputs_0, python: aliasing of result: expected
read-only, got writable
"""

import numpy as np

def program(a):
    t0 = np.diag(np.negative(a))
    return t0

def inputs_0():
    a = np.resize(0, (6, 5))
    return (a,)
