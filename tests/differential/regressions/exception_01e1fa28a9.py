# ruff: noqa
# fmt: off
"""Differential fuzzing, number 28002038, target python: inputs_1, python: exception of call: expected
OverflowError: Python integer 128 out of bounds for int8, got no exception
"""

import numpy as np

def program(b):
    np.asarray(int(b[1, 2]), dtype=np.int8)

def inputs_1():
    b = np.resize(128, (6, 7))
    return (b,)
