# ruff: noqa
# fmt: off
"""Differential fuzzing, number 38000952, target python: inputs_0, python: exception of call: expected
ValueError: operands could not be broadcast together with shapes (4,4) (6,) , got no exception
"""

import numpy as np

def program(a, b):
    t1, t2 = a.shape
    for i in range(len(a.ravel())):
        b = 1
    a + np.zeros(6)
    return t2

def inputs_0():
    a = np.resize(2, (4, 4))
    b = a
    return (a, b)
