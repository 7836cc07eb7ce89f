# ruff: noqa
# fmt: off
"""Differential fuzzing, number 34001622, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lower: `c` has 1 axes, not 2, in `stored[0] = c[0, 0]`
"""

import numpy as np

def helper0(p, q):
    p[...] = p[[0]].sum()

def program(b, c):
    t0, t1 = (b, c)
    helper0(t1, 0)

def inputs_0():
    b = 'int64'
    c = np.array([5])
    return (b, c)
