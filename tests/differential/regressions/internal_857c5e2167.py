# ruff: noqa
# fmt: off
"""Differential fuzzing, number 26014860, target python: inputs_0, python: internal of transpile: expected no
exception, got KeyError: _Form(symbol='f0', operands=('E-0',))
"""

import numpy as np

def program(a, b):
    t0 = b @ a.T - b @ b.T

def inputs_0():
    a = np.resize(5, (2, 3))
    b = a[:1]
    return (a, b)
