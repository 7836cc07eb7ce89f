# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11785, target python: inputs_2, python: exception of call: expected
OverflowError: cannot convert float infinity to integer, got ValueError: cannot convert float NaN, infinity
or a number past int64 to integer
"""

import numpy as np

def program(a):
    if int(a):
        pass

def inputs_2():
    a = np.resize([np.inf], ())
    return (a,)
