# ruff: noqa
# fmt: off
"""Differential fuzzing, number 23016277, target python: inputs_1, python: mutation of argument array 0:
expected complex64[7, 7] array([[0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], [0.+0.j, 0.+0.j,
0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], [0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], [0.+0.j,
0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], [0.+0.j, 0.+0.j, 0.+0.j, 0.+0.j, 0
"""

import numpy as np

def helper0(p, q):
    p[...] = np.var(p, axis=1)

def program(a):
    helper0(a, 1)

def inputs_1():
    a = np.resize(np.array(1.5, 'complex64'), (7, 7))
    return (a,)
