# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4020108, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) Untyped global name
'prange': Cannot determine Numba type of <class 'numba.core.ir.UndefinedType'>
"""

import numpy as np

def program(d):
    for i in range(len(d)):
        if i:
            pass

def inputs_0():
    d = np.array([3, 0])
    return (d,)
