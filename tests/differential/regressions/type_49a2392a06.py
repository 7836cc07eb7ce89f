# ruff: noqa
# fmt: off
"""Differential fuzzing, number 42008768, target python: inputs_0, python: type of result: expected bool False,
got bool np.False_
"""

import numpy as np

def program():
    t1 = 2.0
    t1 = 1j == np.sum(t1)
    return t1

def inputs_0():
    return ()
