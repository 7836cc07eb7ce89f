# ruff: noqa
# fmt: off
"""Differential fuzzing, number 365, target python: inputs_0, python: aliasing of result[1] and result[0]:
expected shared memory, got no shared memory
"""

import numpy as np

def program(a):
    t0 = t1 = a.copy()
    return (t0, t1)

def inputs_0():
    a = np.array(1)
    return (a,)
