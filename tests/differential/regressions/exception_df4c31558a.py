# ruff: noqa
# fmt: off
"""Differential fuzzing, number 51003268, target python: inputs_0, python: exception of call: expected
IndexError: too many indices for array: array is 0-dimensional, but 1 were indexed, got ZeroDivisionError:
float division by zero
"""

import numpy as np

def program(a, b):
    w1 = 1
    while w1 < 3:
        w1 += 1
        for i in range(len(a)):
            if i:
                pass
    b[0]

def inputs_0():
    a = np.array([0, 0])
    b = np.array(False)
    return (a, b)
