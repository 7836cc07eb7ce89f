# ruff: noqa
# fmt: off
"""Differential fuzzing, number 900003, target numpy: inputs_0, numpy: exception of call: expected no exception,
got IndexError: arrays used as indices must be of integer (or boolean) type
"""

import numpy as np

def program(d):
    return d[np.array([], dtype=np.int64)]

def inputs_0():
    d = np.array([])
    return (d,)
