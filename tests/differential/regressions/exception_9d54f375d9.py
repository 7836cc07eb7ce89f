# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20013616, target python: inputs_0, python: exception of call: expected no
exception, got ValueError: attempt to get argmax of an empty sequence
"""

import numpy as np

def program(b):
    t0 = b
    return np.argmax(t0[::-2,])

def inputs_0():
    b = np.resize(0.25j, 5)
    return (b,)
