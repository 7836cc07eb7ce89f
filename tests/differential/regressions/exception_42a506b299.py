# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20019370, target python: inputs_1, python: exception of call: expected no
exception, got OverflowError: Python integer -1 out of bounds for uint16
"""

import numpy as np

def program(a, b):
    np.where(1, int(b[1]), a)

def inputs_1():
    a = np.array(0, 'uint16')
    b = np.array([0, -1])
    return (a, b)
