# ruff: noqa
# fmt: off
"""Differential fuzzing, number 48019516, target python: inputs_2, python: value of result: expected bool
np.True_, got bool np.False_
"""

import numpy as np

def helper0(p, q=2.0, *, r=1):
    for k in range(r):
        q = q + k
    return p + q

def program(a):
    t0 = helper0(a, r=2)
    t0 = np.max(t0 < np.mean(t0))
    return t0

def inputs_2():
    a = np.resize(-0.7, (8, 7))
    return (a,)
