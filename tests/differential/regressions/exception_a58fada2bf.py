# ruff: noqa
# fmt: off
"""Differential fuzzing, number 302539, target numba: inputs_0, numba: exception of call: expected no exception,
got VerifyError: after lift: version 1 of `a` is gone, in `Return (which does not print: module
'mdsl.ir.array' has no attribute 'Call')`
"""

import numpy as np

def program(a):
    np.add(a, np.cumprod(a), out=a)
    return a

def inputs_0():
    a = np.array([])
    return (a,)
