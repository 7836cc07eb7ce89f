# ruff: noqa
# fmt: off
"""Differential fuzzing, number 580, target python: inputs_0, python: aliasing of result[1] and result[0]:
expected shared memory, got no shared memory
"""

import numpy as np

def program():
    t2 = t3 = np.arange(1)
    return (t2, t3)

def inputs_0():
    return ()
