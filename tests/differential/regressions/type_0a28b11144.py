# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1000870, target python: inputs_0, python: type of result: expected int64
np.int64(0), got int64[] array(0)
"""

import numpy as np

def program(a):
    return np.flip(a)

def inputs_0():
    a = np.resize(0, ())
    return (a,)
