# ruff: noqa
# fmt: off
"""Differential fuzzing, number 10912, target python: inputs_0, python: exception of call: expected no
exception, got IndexError: too many indices for array: array is 0-dimensional, but 1 were indexed
"""

import numpy as np

def program(a):
    a[None] = a

def inputs_0():
    a = np.resize(1, ())
    return (a,)
