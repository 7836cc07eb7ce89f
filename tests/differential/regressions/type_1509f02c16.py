# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10660, target python: inputs_0, python: type of result: expected int64
np.int64(1), got int 1
"""

import numpy as np

def program():
    return np.min(1)

def inputs_0():
    return ()
