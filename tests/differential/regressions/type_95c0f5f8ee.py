# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11355, target python: inputs_0, python: type of result: expected int64
np.int64(1), got int 1
"""

import numpy as np

def program(n):
    t0 = np.sum(n)
    return t0

def inputs_0():
    n = 1
    return (n,)
