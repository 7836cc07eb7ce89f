# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1008979, target python: inputs_0, python: aliasing of result and argument array
0: expected a view at byte 0, strides (8,), got no shared memory
"""

import numpy as np

def program(a):
    t0, a = (a.reshape(3, -1).ravel(), a)
    return t0

def inputs_0():
    a = np.resize(3, 3)
    return (a,)
