# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5001, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) No implementation of
function Function(<built-in function le>) found for signature: >>> le(complex128, complex128) There are 22
candidate implementations: - Of which 18 did not match due to: Overload of function 
"""

import numpy as np

def program(a):
    c = a <= 1

def inputs_0():
    a = np.array(3, 'complex128')
    return (a,)
