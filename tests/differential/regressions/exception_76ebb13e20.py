# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23005884, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: shapes (count,) and (0,) differ, in cast of type int64[count], in
`t0[:] = t0[0:0] - t1[t1]`
"""

import numpy as np

def program(a):
    t0 = np.argmin(a[1, :, :0], axis=0)
    t1 = t0 >= 1
    t0[:] -= t1[t1]

def inputs_0():
    a = np.resize(1, (4, 3, 4))
    return (a,)
