# ruff: noqa
# fmt: off
"""Differential fuzzing, number 840290, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: `rows` has no value, in a guard, in `the function`
"""

import numpy as np

def helper2(p, q, *, r=1):
    return p.reshape(2, -1) + q

def program(c):
    t1 = c
    helper2(t1, q=c)

def inputs_0():
    c = np.array([3, 4])
    return (c,)
