# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1002962, target python: inputs_0, python: type of result: expected int64
np.int64(1), got int64[] array(1)
"""

import numpy as np

def program(a, b):
    t0, t1 = (b, np.choose(1, [a, 1]))
    return t1

def inputs_0():
    a = False
    b = 1
    return (a, b)
