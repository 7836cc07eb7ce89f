# ruff: noqa
# fmt: off
"""Differential fuzzing, number 304294, target numba: inputs_1, numba: exception of call: expected ValueError:
operands could not be broadcast together with shapes (2,) (7,) , got NameError: name 'result' is not defined
"""

import numpy as np

def helper0(p, q):
    if np.all(q):
        return 1 >= p[:2,]

def program(b):
    t0 = b
    helper0(t0, t0) == t0

def inputs_1():
    a = np.resize(1, 7)
    b = a
    return (b,)
