# ruff: noqa
# fmt: off
"""Differential fuzzing, number 22004833, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: version 1 of `a` is gone, in `a[:] = np.float64(2.0) if
(np.float64(0.0) if t2 < 0 else t2) > 2 else np.float64(0.0) if t2 < 0 else t2`
"""

import numpy as np

def program(a):
    t2 = np.mean(np.cumsum(a))
    np.clip(a, 0, 2, out=a)
    np.clip(t2, 0, 2, out=a)

def inputs_0():
    a = np.array([])
    return (a,)
