# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1006153, target python: inputs_0, python: type of result: expected int64
np.int64(1), got int64[] array(1)
"""

import numpy as np

def program(b):
    t0 = np.choose(1, [b, 1])
    return t0

def inputs_0():
    b = 1
    return (b,)
