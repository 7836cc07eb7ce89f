# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30181, target steps: inputs_1, after lower: exception of call: expected no
exception, got IndexError: index 1 is out of bounds for axis 0 with size 1
"""

import numpy as np

def program(a, b, c):
    if a[1]:
        c, b = (b, c)
        a[a < b] = 1

def inputs_1():
    a = np.resize(1, 8)
    b = np.resize(0, 8)
    c = np.resize(0, 1)
    return (a, b, c)
