# ruff: noqa
# fmt: off
"""Differential fuzzing, number 30483, target steps: inputs_0: internal of transpile: expected no exception, got
AssertionError: (array.py:402, buffer_of)
"""

import numpy as np

def helper0(p, q):
    p += p

def program(b):
    helper0(b.reshape(4), 1)

def inputs_0():
    b = np.resize(0, 4)
    return (b,)
