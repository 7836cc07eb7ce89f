# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20024, target numba: inputs_0, numba: exception of call: expected no exception,
got TypingError: Failed in nopython mode pipeline (step: nopython frontend) Cannot unify array(int64, 0d, C)
and array(float64, 1d, C) for 'a_1.2', defined at
/tmp/mdsl-fuzz-cache-3bkzd1zq/v1/once/tmp8ujgqwdt_program.py (91) File
"../../tmp/mdsl-fuzz-cache-3bkzd1zq/v1/once/tmp8ujgqwdt_progr
"""

import numpy as np

def program(a):
    if a:
        a = np.ones(1)
    a[()] *= a

def inputs_0():
    a = np.resize(0, ())
    return (a,)
