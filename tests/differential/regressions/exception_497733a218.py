# ruff: noqa
# fmt: off
"""Differential fuzzing, number 43011415, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: shapes (m - 1,) and (count,) differ, in a View of type int64[m - 1],
in `a_1 = a[1, ::2][:count] + a[3, 1:]`
"""

import numpy as np

def program(a):
    c = a[1, :-1:2]
    np.where(c, c, a)
    a = c + a[3, 1:]

def inputs_0():
    a = np.resize(4, (5, 2))
    return (a,)
