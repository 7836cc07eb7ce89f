# ruff: noqa
# fmt: off
"""Differential fuzzing, number 7000670, target python: inputs_0, python: internal of transpile: expected no
exception, got KeyError: 'E-3'
"""

import numpy as np

def program(a, b):
    return b * b - a[::2]

def inputs_0():
    a = np.resize(3, 3)
    b = a
    return (a, b)
