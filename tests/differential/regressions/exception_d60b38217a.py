# ruff: noqa
# fmt: off
"""Differential fuzzing, number 500955, target numba: inputs_0, numba: exception of call: expected ValueError:
negative dimensions are not allowed, got VerifyError: after lift: nothing leads here, in `return None`
"""

import numpy as np

def program():
    np.zeros(-1)

def inputs_0():
    return ()
