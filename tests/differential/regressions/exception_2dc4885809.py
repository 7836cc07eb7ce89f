# ruff: noqa
# fmt: off
"""Differential fuzzing, number 35001499, target python: inputs_0, python: exception of call: expected no
exception, got OverflowError: Python integer -1 out of bounds for uint64
"""

import numpy as np

def program(b):
    _ = 1
    for i in range(len(b.ravel())):
        if b.ravel()[i]:
            _ = -_
        _ = max(_, b.ravel()[i])

def inputs_0():
    b = np.resize(np.array(5, 'uint64'), (1, 4))
    return (b,)
