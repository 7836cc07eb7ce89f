# ruff: noqa
# fmt: off
"""Differential fuzzing, number 21003620, target numba: inputs_0, numba: internal of transpile: expected no
exception, got NotDefinedError: Failed in nopython mode pipeline (step: analyzing bytecode) The compiler
failed to analyze the bytecode. Variable 't1' is not defined.
"""

import numpy as np

def program(c, d, flag):
    t0 = c
    for k in range(1):
        if flag:
            return
        t1 = t0 * d
    return t1

def inputs_0():
    c = 1
    d = np.array([])
    flag = False
    return (c, d, flag)
