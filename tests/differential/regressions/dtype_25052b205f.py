# ruff: noqa
# fmt: off
"""Differential fuzzing, number 483, target python: inputs_0, python: dtype of result: expected float64, got
complex128
"""

import numpy as np

def program(a):
    t1, t5 = (a, np.std(a))
    return t5

def inputs_0():
    a = 2j
    return (a,)
