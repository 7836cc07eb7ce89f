# ruff: noqa
# fmt: off
"""Differential fuzzing, number 48017265, target python: exit code -9, a trial with 41 elements along each of six axes
"""

import numpy as np

def program(a):
    t0 = np.tensordot(a, a, 0)
    np.concatenate((t0, np.ones((1, 1, 1, 1))))

def inputs_0():
    a = np.resize(np.array([7, -128, 1, 0, -1], 'int32'), (4, 3, 2))
    return (a,)
