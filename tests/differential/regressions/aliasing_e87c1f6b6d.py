# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30767, target steps: inputs_0, after lift: aliasing of result and argument array
0: expected no shared memory, got a view at byte 0, strides ()
"""

import numpy as np

def program(a):
    a = np.where(a, a, a)
    return a

def inputs_0():
    a = np.resize(0, ())
    return (a,)
