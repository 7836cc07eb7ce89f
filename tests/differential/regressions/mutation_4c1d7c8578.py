# ruff: noqa
# fmt: off
"""Differential fuzzing, number 900574, target parallel: inputs_1, parallel: mutation of argument array 1:
expected uint8[7, 7] array([[ 1, 1, 1, 1, 1, 1, 1], [ 1, 252, 1, 252, 1, 252, 1], [252, 1, 252, 1, 252, 1,
252], [ 1, 252, 1, 252, 1, 252, 1], [252, 1, 252, 1, 252, 1, 252], [ 1, 252, 1, 252, 1, 252, 1], [252, 1,
252, 1, 252, 1, 252]], dtype=uint8), got uint8[7, 7] array([[255, 255, 255, 255, 25
"""

import numpy as np

def helper0(p, q):
    p[:1] = float(p[2, -2])

def program(a, b, n):
    b *= b[-2, 2].min()
    if 0.0 > 0.5:
        return np.where(((b <= 2) ^ ((b > 1) ^ (b == 3)) <= len(a)) | ((b <= 2) ^ ((b > 1) ^ (b == 3)) >= 3), (b <= 2) ^ ((b > 1) ^ (b == 3)), b)
    a = a[0, -4]
    if 1 > 1 and 0.5 == np.mean(b):
        b[~(b >= a)] *= b[1, 1:-3]
    else:
        helper0(b, float(b[2, 1]))
        t0 = b
    if np.max(t0) == 0.5:
        pass
    z = b[np.array([6])] + 1
    return t0

def inputs_1():
    a = np.resize(np.array([255, 2, 5], 'uint8'), (7, 7))
    b = np.resize(np.array([4, 255], 'uint8'), (7, 7))
    n = 1
    return (a, b, n)
