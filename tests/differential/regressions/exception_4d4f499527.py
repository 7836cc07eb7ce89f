# ruff: noqa
# fmt: off
"""Differential fuzzing, number 52181, target python: inputs_1, python: exception of call: expected no
exception, got AttributeError: 'int' object has no attribute 'shape'
"""

import numpy as np

def program(b, c):
    c ^ b
    c = b.shape[0]

def inputs_1():
    a = np.resize(4, 5)
    b = np.resize(7, 6)[1:]
    c = a
    return (b, c)
