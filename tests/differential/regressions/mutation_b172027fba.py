# ruff: noqa
# fmt: off
"""Differential fuzzing, number 39008354, target python: inputs_0, python: mutation of argument array 0:
expected int64[2, 7] array([[-9223372036854775808, -9223372036854775808, -9223372036854775808,
-9223372036854775808, -9223372036854775808, -9223372036854775808, -9223372036854775808], [ 1, 1, 1, 1, 1, 1,
1]]), got int64[2, 7] array([[-78, -78, -78, -78, -78, -78, -78], [ 1, 1, 1, 1, 1, 1, 1]])
"""

import numpy as np

def program(b, c):
    np.sum(c - np.sum(c), axis=0, out=b[0])

def inputs_0():
    b = np.resize(1, (2, 7))
    c = np.resize(np.array(3, 'uint64'), (2, 7))
    return (b, c)
