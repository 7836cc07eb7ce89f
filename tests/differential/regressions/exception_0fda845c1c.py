# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10519, target python: inputs_1, python: exception of call: expected IndexError:
too many indices for array: array is 0-dimensional, but 1 were indexed, got NameError: name 'b_0' is not
defined
"""

import numpy as np

def program(a, b, c):
    np.var(b)
    c **= a[1]

def inputs_1():
    a = np.array('int64')
    b = (6,)
    c = 0
    return (a, b, c)
