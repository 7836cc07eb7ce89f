# ruff: noqa
# fmt: off
"""Differential fuzzing, number 292, target python: inputs_0, python: internal of transpile: expected no
exception, got KeyError: 'left_shift'
"""

import numpy as np

def program(c):
    c << c

def inputs_0():
    c = np.array(3)
    return (c,)
