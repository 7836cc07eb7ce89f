# ruff: noqa
# fmt: off
"""Differential fuzzing, number 800019, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: version 0 of `a` is gone, in `row = a[i]`
"""

import numpy as np

def program(a):
    t0 = a.clip()
    for row in a:
        a -= t0

def inputs_0():
    a = np.array([])
    return (a,)
