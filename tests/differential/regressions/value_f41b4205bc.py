# ruff: noqa
# fmt: off
"""Differential fuzzing, number 27005907, target python: inputs_1, python: value of result: expected
complex128[7] array([1.5+0.j, 1.5+0.j, 1.5+0.j, 1.5+0.j, 1.5+0.j, 1.5+0.j, 1.5+0.j]), got complex128[7]
array([1.5000001192092896+0.j, 1.5000001192092896+0.j, 1.5000001192092896+0.j, 1.5000001192092896+0.j,
1.5000001192092896+0.j, 1.5000001192092896+0.j, 1.5000001192092896+0.j])
"""

import numpy as np

def program(a, b):
    a, b = (b, a)
    t0 = np.mean(a)
    t2 = b + t0
    return t2

def inputs_1():
    a = np.resize(0, 7)
    b = np.resize(np.array(1.5, 'complex64'), 7)
    return (a, b)
