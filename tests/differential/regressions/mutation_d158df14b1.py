# ruff: noqa
# fmt: off
"""Differential fuzzing, number 24008371, target python: inputs_1, python: mutation of argument array 0:
expected uint8[4, 4] array([[7, 1, 0, 1], [0, 7, 1, 0], [1, 0, 7, 1], [0, 1, 0, 7]], dtype=uint8), got
uint8[4, 4] array([[7, 1, 0, 1], [0, 7, 1, 0], [0, 0, 7, 1], [0, 1, 0, 7]], dtype=uint8)
"""

import numpy as np

def program(a, b):
    a[2, a % 2] *= b

def inputs_1():
    a = np.resize(np.array([7, 0, 1, 0, 1], 'uint8'), (4, 4)).T
    b = np.resize(np.array([0, 1], 'uint64'), 4)
    return (a, b)
