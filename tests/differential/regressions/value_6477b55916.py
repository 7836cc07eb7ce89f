# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23007788, target python: inputs_1, python: value of result: expected bool
np.True_, got bool np.False_
"""

import numpy as np

def program(b, flag):
    b[1] /= flag
    t4 = 1 < b[1]
    return t4

def inputs_1():
    b = np.resize(np.array(2, 'complex64'), 8)
    flag = False
    return (b, flag)
