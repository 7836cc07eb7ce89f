# ruff: noqa
# fmt: off
"""Differential fuzzing, number 26010726, target python: inputs_0, python: type of result: expected bool
np.False_, got bool[] array(False)
"""

import numpy as np

def program(a):
    t0, t1 = (2, np.nan_to_num(a))
    return t1

def inputs_0():
    a = np.resize(False, ())
    return (a,)
