# ruff: noqa
# fmt: off
"""Differential fuzzing, number 821119, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) Untyped global name
'prange': Cannot determine Numba type of <class 'numba.core.ir.UndefinedType'>
"""

import numpy as np

def program(a):
    for i in range(len(a) - 1, 1, -1):
        if a[i]:
            pass

def inputs_0():
    a = np.array([5, 1])
    return (a,)
