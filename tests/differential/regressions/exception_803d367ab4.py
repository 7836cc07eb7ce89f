# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20019331, target python: inputs_0, python: exception of call: expected no
exception, got OverflowError: Python integer -1 out of bounds for uint32
"""

import numpy as np

def program(a, n):
    a -= np.where(a, a, -1 << n)

def inputs_0():
    a = np.array(2, 'uint32')
    n = 0
    return (a, n)
