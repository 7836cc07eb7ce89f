# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5121, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) No implementation of
function Function(<built-in function lt>) found for signature: >>> lt(complex64, complex64) There are 22
candidate implementations: - Of which 18 did not match due to: Overload of function 'l
"""

import numpy as np

def program(a):
    t0 = a < 1

def inputs_0():
    a = np.array(0, 'complex64')
    return (a,)
