# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5001184, target python: inputs_0, python: mutation of argument array 1: expected
uint16[3, 2] array([[0, 0], [0, 0], [0, 0]], dtype=uint16), got uint16[3, 2] array([[ 0, 48517], [ 0, 48517],
[ 0, 48517]], dtype=uint16)
"""

import numpy as np

def helper0(p, q):
    return p * q

def program(a, b):
    w1 = 0
    while w1 < 3 and (not float(a[2, 2, 1]) == 2):
        w1 += 1
        a = helper0(a, a.size)
    t0 = np.min(b) >= np.any(b)
    t2 = a
    np.multiply(np.where(t2[0, :, :] <= 3, t2[0, :, :], a[3, :, :]), np.sqrt(t2[-2, ::-1, :]), out=b[...], casting='unsafe')

def inputs_0():
    a = np.resize(np.array([-128, 127], 'int64'), (4, 3, 2))
    b = np.resize(np.array([0, 10, 0, 10], 'uint16'), (3, 2))
    n = 1
    s = 3.0
    flag = True
    return (a, b)
