# ruff: noqa
# fmt: off
"""Differential fuzzing, number 50234, target numpy: inputs_1, numpy: mutation of argument array 0: expected
float64[] array(-0.), got float64[] array(0.)
"""

import numpy as np

def program(a):
    np.clip(a, 0, 2, out=a)

def inputs_1():
    a = np.array(-0.0)
    return (a,)
