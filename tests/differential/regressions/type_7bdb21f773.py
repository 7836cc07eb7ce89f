# ruff: noqa
# fmt: off
"""Differential fuzzing, number 303271, target numba: inputs_0, numba: type of result: expected int64
np.int64(0), got int64[] array(0)
"""

import numpy as np

def program(b):
    t3 = b.round()
    return t3

def inputs_0():
    b = np.resize(0, ())
    return (b,)
