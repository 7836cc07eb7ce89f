# ruff: noqa
# fmt: off
"""Differential fuzzing, number 900836, target python: inputs_0, python: type of result: expected int64
np.int64(1), got int64[] array(1)
"""

import numpy as np

def program(a):
    return np.flip(a)

def inputs_0():
    a = np.resize(1, ())
    return (a,)
