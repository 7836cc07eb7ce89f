# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4000880, target numba: inputs_0, numba: internal of transpile: expected no
exception, got NotDefinedError: Failed in nopython mode pipeline (step: analyzing bytecode) The compiler
failed to analyze the bytecode. Variable 't' is not defined.
"""

import numpy as np

def program(b, c):
    t2 = b ** 0.5 / b
    t2.all(axis=1) <= c[:100, 1]
    return t2

def inputs_0():
    return (np.resize(2, (100, 3)), np.resize(2, (100, 3)))
