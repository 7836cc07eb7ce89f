# ruff: noqa
# fmt: off
"""Differential fuzzing, number 900138, target parallel: inputs_0, parallel: exception of call: expected no
exception, got AssertionError: key already in dictionary: 'result_1'
"""

import numpy as np
K = 3

def program(a, n):
    if np.mean(a) == a[1, -2]:
        return n
    if n == 0.0:
        return (a == a) * a.shape[-1]
    a[...] = a
    return a

def inputs_0():
    a = np.resize(np.array([10.0, 0.5, 3.0], 'float64'), (2, 4))[..., ::-1]
    n = 2
    return (a, n)
