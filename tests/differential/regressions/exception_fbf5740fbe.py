# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1002667, target python: inputs_1, python: exception of call: expected
OverflowError: Python int too large to convert to C long, got no exception
"""

import numpy as np

def program(b):
    np.int64(float(b[1, 3, 5]))

def inputs_1():
    b = np.resize(1e+30, (3, 5, 7))
    return (b,)
