# ruff: noqa
# fmt: off
"""Differential fuzzing, number 51002972, target python: inputs_0, python: exception of call: expected no
exception, got ZeroDivisionError: float division by zero
"""

import numpy as np

def program(b):
    for k in range(0):
        w2 = 0
        while w2:
            pass
        for i in range(len(b)):
            if i:
                pass

def inputs_0():
    b = np.array([0, 1])
    return (b,)
