# ruff: noqa
# fmt: off
"""Differential fuzzing, number 28004009, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: shapes (n,) and (2,) differ, in add of type int64[n], in `a[:2] = a +
c[mask]`
"""

import numpy as np

def program(a, c):
    a[:2] = a + c[c < 1]

def inputs_0():
    a = np.resize(0, 2)
    c = np.array([-4])
    return (a, c)
