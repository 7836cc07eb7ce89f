# ruff: noqa
# fmt: off
"""Differential fuzzing, number 22005507, target numpy: inputs_0, numpy: exception of call: expected no
exception, got VerifyError: after lift: position 0 of an axis of 0, in `t3 =
np.logical_xor(np.concatenate([np.broadcast_to(np.nonzero(mask)[0], (1, count))]), a[None, :count])`
"""

import numpy as np

def program(a, b):
    b[2:] = a
    t0 = a
    t2 = t0
    t3 = np.logical_xor(np.nonzero(a), t2)

def inputs_0():
    a = np.resize(1, 0)
    b = np.array([3])
    return (a, b)
