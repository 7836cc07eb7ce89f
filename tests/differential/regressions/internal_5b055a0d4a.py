# ruff: noqa
# fmt: off
"""Differential fuzzing, number 21008906, target parallel: inputs_2, parallel: internal of transpile: expected
no exception, got NotImplementedError: float16
"""

import numpy as np

def program(c, s):
    s += c
    return s

def inputs_2():
    c = ()
    s = np.float16()
    return (c, s)
