# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20012879, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after small_products: the array `r` is not there, in `return r`
"""

import numpy as np

def helper1(p, q):
    r = p @ p.T
    return r

def program(a, b):
    for k in range(2):
        return helper1(b, a)

def inputs_0():
    a = 1
    b = np.resize(0, (7, 2))
    return (a, b)
