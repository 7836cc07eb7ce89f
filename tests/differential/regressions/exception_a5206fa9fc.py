# ruff: noqa
# fmt: off
"""Differential fuzzing, number 281, target python: inputs_0, python: exception of call: expected no exception,
got UnboundLocalError: cannot access local variable 'a_1' where it is not associated with a value
"""

import numpy as np

def program(a, n):
    w1 = 0
    while n > 1 and len(a) == len(b):
        for k2 in range(1, 4):
            a = np.eye(1, dtype=np.float32)
    return a

def inputs_0():
    a = np.resize(np.array([0.0, 3 - 2j, 1.0], 'complex128'), (5, 3, 1)).T
    b = np.resize(np.array([0.0, -1.5 - 0.25j, 0.5 + 1j, 2j], 'complex128'), (1, 3, 5))
    n = -1
    flag = True
    return (a, n)
