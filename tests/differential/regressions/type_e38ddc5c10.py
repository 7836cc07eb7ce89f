# ruff: noqa
# fmt: off
"""Differential fuzzing, number 21000132, target python: inputs_0, python: type of result: expected tuple (),
got float64[0] array([], dtype=float64)
"""

import numpy as np

def program(b):
    return np.diff(b, 0)

def inputs_0():
    a = ()
    b = a
    return (b,)
