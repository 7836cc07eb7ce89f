# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20005349, target numpy: inputs_0, numpy: aliasing of result and argument array
0: expected no shared memory, got a view at byte 0, strides (8,)
"""

import numpy as np

def program(a):
    t0 = np.where(a, a, a).ravel()
    return t0

def inputs_0():
    a = np.resize(0, (3, 4))
    return (a,)
