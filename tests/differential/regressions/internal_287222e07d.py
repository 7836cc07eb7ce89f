# ruff: noqa
# fmt: off
"""Differential fuzzing, number 61001, target python: inputs_1, python: internal of transpile: expected no
exception, got TypeError: 'set' object is not callable
"""

import numpy as np

def program(b):
    return b <= 1

def inputs_1():
    b = np.resize(3, 0)
    return (b,)
