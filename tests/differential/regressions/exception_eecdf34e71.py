# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4001068, target numba: inputs_0, numba: exception of call: expected no
exception, got VerifyError: after lower: `t` has no value, in `t_1 = np.sqrt(t)`
"""

import numpy as np

def program(b):
    return np.sqrt(b, out=np.ones(b.shape), where=np.where(b <= 3.0, b, float()) > 0)

def inputs_0():
    b = np.array([-1, 1, 2, 3, 4, 5])
    return (b,)
