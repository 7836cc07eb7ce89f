# ruff: noqa
# fmt: off
"""Differential fuzzing, number 6000444, target python: exception of call: expected TypeError: 'numpy.complex128' object
does not support item assignment, got VerifyError: a NumPy scalar was stored to through `[...]`
"""

import numpy as np

def program(a, b):
    for k in range(3):
        a[...] -= 1
        w = 1
        while w < 4:
            w += 1
            a = a + b
        a = a[()].clip(1.5, 0.5)
    return a

def inputs_0():
    return (np.array(3.), 2)

def inputs_1():
    return (np.array(3j), 2)

def inputs_2():
    return (np.float64(3), 2)

def inputs_3():
    return (np.array([3., 1]), 2)
