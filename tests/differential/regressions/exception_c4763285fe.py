# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20021440, target python: inputs_2, python: exception of call: expected no
exception, got OverflowError: Python int too large to convert to C long
"""

import numpy as np

def program(a, b):
    t0 = np.prod(np.arange(a.shape[-1]))
    t1 = b
    w1 = 0
    while w1 < 3:
        w1 += 1
        t5 = np.where(t1, t0, 1)
    t5

def inputs_2():
    a = np.resize(3, 523)
    b = 1
    return (a, b)
