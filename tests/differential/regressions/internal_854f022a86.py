# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20020497, target numba: inputs_0, numba: internal of transpile: expected no
exception, got SyntaxError: 'break' outside loop (tmpiqrjs5ym_program.py, line 40)
"""

import numpy as np

def program(a, b, c):
    for k in range(0):
        if b[1]:
            break
        np.dot(a, c)

def inputs_0():
    a = np.array([True, True])
    b = np.array([False, False])
    c = np.array([False, True])
    return (a, b, c)
