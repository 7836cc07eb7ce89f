# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30007272, target parallel: inputs_0, parallel: internal of transpile: expected
no exception, got NotDefinedError: Failed in nopython mode pipeline (step: analyzing bytecode) The compiler
failed to analyze the bytecode. Variable 't0' is not defined.
"""

import numpy as np

def program(b):
    t0 = np.argmin(1)
    for i in range(0):
        t0 += 1
    if b[1, 1, 3]:
        return t0

def inputs_0():
    b = np.resize(0, (2, 2, 6))
    return (b,)
