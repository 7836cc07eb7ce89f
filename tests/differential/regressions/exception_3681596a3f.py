# ruff: noqa
# fmt: off
"""Differential fuzzing, number 840424, target python: inputs_0, python: exception of call: expected ValueError:
operands could not be broadcast together with shapes (1,3) (1,2) , got VerifyError: after lift: `count` has
no value, in a guard, in `the function`
"""

import numpy as np

def program(b):
    b[-1, :2] = b - b[:, ::2]

def inputs_0():
    b = np.resize(7, (1, 3))
    return (b,)
