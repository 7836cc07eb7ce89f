# ruff: noqa
# fmt: off
"""Differential fuzzing, number 175, target python: inputs_1, python: exception of call: expected IndexError:
too many indices for array: array is 1-dimensional, but 2 were indexed, got ValueError: setting an array
element with a sequence.
"""

import numpy as np

def program(a, b):
    if len(a):
        b, t2 = (a, np.where(b, b, b))
    b[2, 0]

def inputs_1():
    a = np.array([7, 4])
    b = np.resize(0, (5, 1))
    return (a, b)
