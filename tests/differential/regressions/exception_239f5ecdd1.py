# ruff: noqa
# fmt: off
"""Differential fuzzing, number 40131, target parallel: inputs_0, parallel: exception of call: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: native parfor lowering) Failed in
full_parfor_gufunc mode pipeline (step: nopython frontend) No implementation of function Function(<built-in
function getitem>) found for signature: >>> getitem(complex64, Tuple()) There are 22 c
"""

import numpy as np

def helper0(p, q):
    return p * q

def helper1(p, q):
    pass

def program(b):
    t0 = helper0(b[..., None], 0.5)
    return t0

def inputs_0():
    1
    b = np.resize(np.array([2j, 0.5 + 1j], 'complex64'), ())
    s = 0.1
    return (b,)
