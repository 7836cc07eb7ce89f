# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5001736, target python: inputs_0, python: aliasing of result: expected
read-only, got writable
"""

import numpy as np

def program(a):
    return np.diag(np.broadcast_to(a, (2,) + a.shape))

def inputs_0():
    a = np.array([])
    return (a,)
