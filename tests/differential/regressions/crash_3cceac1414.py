# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1002910, target python: exit code -9 while reducing
"""

import numpy as np


def program(a, b, c, n, s):
    t0 = a[()] > 1.5
    t1 = b[1]
    t1 += 1
    if t1 > -1:
        w2 = 0
        while w2 < 4:
            w2 += 1
            c[2] = np.max(b, axis=0)
            t2 = np.log2(c).mean()
    elif len(b) < 1:
        for k2 in range(n):
            t2 = (c < 2)
            c[t2] += t0
            t3 = b
            t3[...] = b[::-1]
    return t1, t2, (b[3] * a)


def inputs_0():
    a = np.resize(np.array([2.0, 0.0], "float64"), ())
    a.flags.writeable = False
    b = np.resize(np.array([4, 7], "uint32"), (4,))
    c = np.resize(np.array([0.5, 3.0, -2.0, 2.0], "float64"), (4,))[..., ::-1]
    n = 2
    s = 0.0
    return (a, b, c, n, s,)


def inputs_1():
    a = np.resize(np.array([-2.0, 2.0, 0.0, -0.7, 1.0], "float64"), ())
    a.flags.writeable = False
    b = np.resize(np.array([10, 255], "uint32"), (5,))[1:]
    c = np.resize(np.array([-1.5, -2.0, -1.5, -2.0, -1.5, -2.0, -1.5], "float64"), (4,))[..., ::-1]
    n = 2
    s = 0.5
    return (a, b, c, n, s,)


def inputs_2():
    a = np.resize(np.array([0.0], "float64"), ())
    a.flags.writeable = False
    b = np.resize(np.array([2, 0, 3, 5, 4], "uint32"), (4,))
    c = np.resize(np.array([0.1, -0.7, -2.0, 10.0, 1.0, 2.0, 0.5], "float64"), (4,))
    n = 3
    s = 0.1
    return (a, b, c, n, s,)
