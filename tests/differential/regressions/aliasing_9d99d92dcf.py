# ruff: noqa
# fmt: off
"""Differential fuzzing, number 820287, target python: inputs_0, python: aliasing of result: expected read-only,
got writable
"""

import numpy as np

def program():
    t1 = np.broadcast_to(2, 2)
    return t1

def inputs_0():
    return ()
