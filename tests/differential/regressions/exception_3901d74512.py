# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30513, target steps: inputs_0, after lower: exception of call: expected no
exception, got UnboundLocalError: cannot access local variable 'total' where it is not associated with a value
"""

import numpy as np

def program(a, b):
    for k2 in range(0):
        a = b.ravel()
    t0 = np.abs(a)

def inputs_0():
    a = np.array(0)
    b = np.resize(0, (2, 4))
    return (a, b)
