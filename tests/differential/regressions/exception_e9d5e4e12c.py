# ruff: noqa
# fmt: off
"""Differential fuzzing, number 840523, target numba: inputs_0, numba: exception of call: expected no exception,
got VerifyError: after batch_products: the array `t2` is not there, in `return t2, int(w2), t4, t5`
"""

import numpy as np

def program(a, b, c, n, s):
    for row in a:
        t0 = np.dot(row.T, a.T)
        t1 = np.log(row) ** 0.5
        t2 = np.prod(a - c, axis=-1, keepdims=True)
        w2 = 1
        while w2 < 3 and np.all(row > t0[0]):
            pass
        t3 = t1 @ t1 % c[1:, :]
        t4 = np.subtract(a, t3, dtype=np.float64)
        t5 = np.min(t4, axis=-1, keepdims=True)
    t6, a = a.shape
    return (t2, w2, t4, t5)

def inputs_0():
    a = np.resize(np.array([5], 'int64'), (1, 3))
    b = a[...]
    c = np.resize(np.array([2, 3, 5], 'int64'), (2, 3))
    n = 0
    s = 0.0
    return (a, b, c, n, s)
