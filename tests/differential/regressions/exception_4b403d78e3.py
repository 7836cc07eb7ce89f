# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11025, target python: inputs_0, python: exception of call: expected no
exception, got TypeError: only 0-dimensional arrays can be converted to Python scalars
"""

import numpy as np

def program(a, n):
    for k in range(0):
        a = 0
    a[n]

def inputs_0():
    a = np.array([7, 0])
    n = 1
    return (a, n)
