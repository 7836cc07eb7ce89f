# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4020220, target numba: inputs_0, numba: type of result: expected int64
np.int64(1), got int64[] array(1)
"""

import numpy as np

def program(flag):
    t2 = np.choose(1, [flag, 1])
    return t2

def inputs_0():
    flag = False
    return (flag,)
