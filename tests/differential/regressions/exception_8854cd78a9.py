# ruff: noqa
# fmt: off
"""Differential fuzzing, number 25, target python: inputs_0, python: exception of call: expected no exception,
got NameError: name 'rows' is not defined
"""

import numpy as np

def program(a):
    a.reshape(5, -1)

def inputs_0():
    a = np.resize(3, 5)
    return (a,)
