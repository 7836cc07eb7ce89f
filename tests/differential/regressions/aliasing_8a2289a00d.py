# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10303, target python: inputs_0, python: aliasing of result and argument array 0:
expected no shared memory, got a view at byte 0, strides (8,)
"""

import numpy as np

def program(b):
    return np.min(b, axis=())

def inputs_0():
    b = np.resize(0, 5)
    return (b,)
