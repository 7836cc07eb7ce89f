# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23012975, target numba: inputs_0, numba: exception of call: expected ValueError:
could not broadcast input array from shape (0,) into shape (2,), got VerifyError: after lift: shapes (count,)
and (0,) differ, in compress of type int64[count], in `a[:] = a[mask]`
"""

import numpy as np

def program(a):
    t0 = a
    a[...] = t0[t0 >= 1]
    t0[2:1] = a

def inputs_0():
    a = np.array([0, 0])
    return (a,)
