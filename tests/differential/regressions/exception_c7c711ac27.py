# ruff: noqa
# fmt: off
"""Differential fuzzing, number 8000099, target python: inputs_1, python: exception of call: expected TypeError:
Cannot cast scalar from dtype('int64') to dtype('bool') according to the rule 'safe', got no exception
"""

import numpy as np

def program(a, b):
    np.any(b, where=a)

def inputs_1():
    a = np.resize(1, ())
    b = 'int64'
    return (a, b)
