# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30470, target steps: inputs_0, after lift: mutation of argument array 0:
expected int64[] array(1), got int64[] array(0)
"""

import numpy as np

def program(a, b):
    t0, t1 = (a, np.where(b, b, b))
    t1[()] = 0

def inputs_0():
    a = 1
    b = np.resize(1, ())
    return (a, b)
