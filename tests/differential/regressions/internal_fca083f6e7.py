# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20008890, target numba: inputs_0, numba: internal of transpile: expected no
exception, got SyntaxError: 'break' outside loop (tmp2g6y4lz3_program.py, line 40)
"""

import numpy as np

def program(b):
    for j in range(1):
        if b:
            break
        np.argmin(b)

def inputs_0():
    b = 7
    return (b,)
