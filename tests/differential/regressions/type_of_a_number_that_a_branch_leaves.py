# ruff: noqa
# fmt: off
"""Python's numbers that a branch and a loop may leave as they are stay Python's."""

import numpy as np
def program(a, c, n):
    t0 = 1
    if c > 1:
        t0 = a[0]
    t1 = 1.0
    k = 0
    while k < n:
        t1 = a[k] * 0.5
        k += 1
    return t0, t1

def inputs_0():
    return (np.array([1,2]),0, 0)
