# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5153, target numba: inputs_0, numba: internal of transpile: expected no
exception, got NumbaNotImplementedError: Failed in nopython mode pipeline (step: native lowering) Cannot cast
complex64 to int64: %"inserted.imag" = insertvalue {float, float} %"inserted.real", float %".34", 1 During:
lowering "$44call.6 = call $16load_attr.2($30binary_subscr.5, func=$16load_attr.2
"""

import numpy as np

def program(a):
    b = np.asarray(a, dtype=np.int64)

def inputs_0():
    a = np.array(0, 'complex64')
    return (a,)
