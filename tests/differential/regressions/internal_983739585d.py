# ruff: noqa
# fmt: off
"""Differential fuzzing, number 303585, target numba: inputs_0, numba: internal of transpile: expected no
exception, got NotDefinedError: Failed in nopython mode pipeline (step: analyzing bytecode) The compiler
failed to analyze the bytecode. Variable 't1' is not defined.
"""

import numpy as np

def program(a):
    for k in range(4):
        return
    t0 = a
    for k2 in range(2):
        t1 = t0
    return t1

def inputs_0():
    a = np.array(0)
    return (a,)
