# ruff: noqa
# fmt: off
"""Differential fuzzing, number 821697, target python: inputs_1, python: exception of call: expected ValueError:
operands could not be broadcast together with shapes (2,) (0,) , got VerifyError: after lift: shapes (m,) and
(count,) differ, in `c`, in `a[::2][:count] = c`
"""

import numpy as np

def program(a, c):
    t0 = a[::2]
    c >= t0[1:]
    t0[:] = c

def inputs_1():
    a = np.array([1, 5])
    c = np.array([3, 0])
    return (a, c)
