# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20010539, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after small_products: the array `result` is not there, in `return result`
"""

import numpy as np

def program(a, b):
    t0 = 0
    for k in range(t0):
        return b @ a

def inputs_0():
    a = np.array([])
    b = np.resize(0, (5, 4))
    return (a, b)
