# ruff: noqa
# fmt: off
"""Differential fuzzing, number 335, target python: inputs_1, python: mutation of argument array 0: expected
complex128[2] array([6.25+0.j, 3.25+2.j]), got complex128[2] array([4.25-3.j, 1.25-1.j])
"""

import numpy as np

def helper0(p, q):
    p += np.var(p)

def program(b, flag):
    helper0(b, flag)
    raise ValueError

def inputs_1():
    b = np.array([3, 2j])
    flag = False
    return (b, flag)
