# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23002461, target numba: inputs_0 again, numba: value of result[0]: expected
float64[3, 3, 2] array([[[0.8325546111576977, 0.8325546111576977], [0.8325546111576977, 0.8325546111576977],
[0.8325546111576977, 0.8325546111576977]], [[0.8325546111576977, 0.8325546111576977], [0.8325546111576977,
0.8325546111576977], [0.8325546111576977, 0.8325546111576977]], [[0.83255461115
"""

import numpy as np

def helper0(p, q=2.0, *, r=1):
    return ((p >= -1) & (p < -1)) + q

def program(a):
    t1 = helper0(a, r=2)
    t2 = np.log(t1) ** 0.5
    b = np.asarray(np.clip(t1, 3, 1j), dtype=np.int8)
    for i in range(t2.shape[0]):
        for j in range(t2.shape[1]):
            for k in range(t2.shape[2]):
                pass
    return (t2, i, j, k)

def inputs_0():
    a = np.resize(np.array([10.0, 0.0, 10.0, 0.0, 10.0, 0.0, 10.0], 'float64'), (3, 3, 4))[..., ::2]
    b = a.T
    n = 0
    return (a,)
