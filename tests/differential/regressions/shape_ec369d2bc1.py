# ruff: noqa
# fmt: off
"""Differential fuzzing, number 120280, target python: inputs_0, python: shape of result: expected (), got (1,)
"""

import numpy as np

def program(d):
    return d[1::2,].squeeze()

def inputs_0():
    d = np.resize(0, 3)
    return (d,)
