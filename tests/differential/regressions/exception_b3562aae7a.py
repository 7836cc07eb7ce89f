# ruff: noqa
# fmt: off
"""Differential fuzzing, number 800206, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: shapes (rows,) and (n,) differ, in cast of type int64[rows], in `a[:]
= np.sqrt(np.sum(d * d, axis=0) / 7)`
"""

import numpy as np

def program(a):
    a[:] = a.reshape(7, -1).std(axis=0)

def inputs_0():
    a = np.resize(2, 7)
    return (a,)
