# ruff: noqa
# fmt: off
"""Differential fuzzing, number 301914, target numba: inputs_1, numba: exception of call: expected
OverflowError: Python integer 301 out of bounds for int8, got no exception
"""

import numpy as np

def program(b):
    b[1] = np.min(b.shape)

def inputs_1():
    b = np.resize(np.array(1, 'int8'), 301)
    return (b,)
