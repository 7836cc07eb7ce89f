# ruff: noqa
# fmt: off
"""Differential fuzzing, number 25004359, target numba: inputs_2, numba: exception of call: expected no
exception, got ValueError: cannot convert float NaN to integer
"""

import numpy as np

def helper0(p, q, *, r=1):
    q = p
    return np.multiply.reduce(p.reshape(-1)) + q

def helper1(p, q):
    pass

def helper2(p, q):
    pass

def program(a, b, c):
    for k in range(3, 0, -1):
        t0 = a
        t1 = helper0(c, q=t0[0, 1])
    if int(t1[3, -2]):
        pass

def inputs_2():
    a = np.resize(1, (1, 2))
    b = np.resize([0.0, 10.0], (523, 2))
    c = b
    c
    0
    False
    return (a, b, c)
