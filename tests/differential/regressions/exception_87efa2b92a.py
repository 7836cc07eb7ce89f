# ruff: noqa
# fmt: off
"""Differential fuzzing, number 45003111, target python: inputs_2, python: exception of call: expected
OverflowError: Python integer -1 out of bounds for uint16, got no exception
"""

import numpy as np

def program(s):
    np.asarray(s, dtype=np.uint16)

def inputs_2():
    s = -1.25
    return (s,)
