# ruff: noqa
# fmt: off
"""Differential fuzzing, number 41000941, target python: inputs_0, python: exception of call: expected
ValueError: too many values to unpack (expected 2), got VerifyError: after lift: shapes (m, 1) and (5, 1)
differ, in any of type bool[m, 1], in `value[np.any(c[1] != 0, axis=1, keepdims=True)] = 1 + c[1, 4, 1]`
"""

import numpy as np

def helper0(p, q):
    np.maximum(1, q[:3:2, 1:], out=p[:-1:2, :1])
    return np.add(1, p[4, 1], out=np.ones((5, 1)), where=np.any(p, axis=1, keepdims=True))

def program(c):
    t0, t1 = c
    helper0(c[1], t1)

def inputs_0():
    c = np.resize(0, (3, 5, 3))
    return (c,)
