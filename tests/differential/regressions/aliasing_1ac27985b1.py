# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1008890, target python: inputs_0, python: aliasing of result and argument array
0: expected a view at byte 40, strides (-8,), got no shared memory
"""

import numpy as np

def program(a):
    t0 = np.flip(a.ravel())
    return t0

def inputs_0():
    a = np.resize(0, (3, 2))
    return (a,)
