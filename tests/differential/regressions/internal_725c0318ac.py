# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20292, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) No implementation of
function Function(<built-in function getitem>) found for signature:
"""

import numpy as np

def program(a, b):
    a[1] = b

def inputs_0():
    a = np.resize(np.array(1, 'int8'), (5, 2))
    b = np.array(1, 'int8')
    return (a, b)
