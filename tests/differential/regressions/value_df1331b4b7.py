# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1008175, target python: inputs_2, python: value of result: expected float64
np.float64(3.520690679550171), got float64 np.float64(3.5206905603408813)
"""

import numpy as np

def program(a, b):
    t0 = a
    t5, t6 = abs(b[0]) + t0
    return t5

def inputs_2():
    a = np.resize(2, 2)
    b = np.array([1.5 - 0.25j], 'complex64')
    return (a, b)
