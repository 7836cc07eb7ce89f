# ruff: noqa
# fmt: off
"""Differential fuzzing, number 840622, target python: inputs_0, python: exception of call: expected no
exception, got ZeroDivisionError: float division by zero
"""

import numpy as np

def helper0(p):
    return 1.5

def program(b):
    t4 = helper0(b)
    np.sum(np.var(t4, ddof=1), axis=0)

def inputs_0():
    b = 1
    return (b,)
