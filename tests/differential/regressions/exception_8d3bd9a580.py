# ruff: noqa
# fmt: off
"""Differential fuzzing, number 95, target python: inputs_1, python: exception of call: expected no exception,
got UnboundLocalError: cannot access local variable 'count' where it is not associated with a value
"""

import numpy as np

def program(b):
    b[::3,] - b

def inputs_1():
    b = np.resize(2, 6)[::2,]
    return (b,)
