# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20023343, target numpy: inputs_1, numpy: aliasing of result: expected writable,
got read-only
"""

import numpy as np

def program():
    t0 = np.float32().flatten()
    return t0

def inputs_1():
    return ()
