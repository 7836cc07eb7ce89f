# ruff: noqa
# fmt: off
"""Differential fuzzing, number 303939, target numba: inputs_1, numba: aliasing of result[3] and result[0]:
expected no shared memory, got shared memory
"""

import numpy as np

def helper0(p, q):
    return p * q

def program(a, b):
    t0 = helper0(b[:, -2:, ::3], np.min(b))
    w2 = 1
    w2 += 1
    t1 = a
    for k2 in range(3):
        t2 = t0.reshape(-1)
    return (t0, w2, t1, t2)

def inputs_1():
    a = 0
    b = np.resize(np.array([0.0], 'complex64'), (4, 6, 7)).T
    1
    s = -1.25
    flag = False
    return (a, b)
