# ruff: noqa
# fmt: off
"""Differential fuzzing, number 34003305, target python: inputs_2, python: mutation of argument array 0:
expected int64[3, 3] array([[ 18606, 340224, 0], [ 10632, 18606, 340224], [ 0, 10632, 18606]]), got int64[3,
3] array([[ 18605, 340223, 0], [ 10631, 18605, 340223], [ 0, 10631, 18605]])
"""

import numpy as np

def program(a):
    t0 = a
    np.multiply(t0, np.var(t0), out=t0, casting='unsafe')

def inputs_2():
    a = np.resize([7, 128, 0, 4], (3, 3))
    return (a,)
