# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30005476, target python: inputs_2, python: exception of call: expected no
exception, got ValueError: negative dimensions are not allowed
"""

import numpy as np

def program(a, c):
    for k in range(c.shape[0]):
        a[:0:-1] = a[1:]
    return np.where(c, a, c)

def inputs_2():
    a = np.resize(0, 0)
    c = np.resize(True, 0)
    return (a, c)
