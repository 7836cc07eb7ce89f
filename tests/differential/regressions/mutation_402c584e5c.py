# ruff: noqa
# fmt: off
"""Differential fuzzing, number 33002483, target python: inputs_2, python: mutation of argument array 0:
expected float64[6, 300] array([[1.0e+00, 1.0e-01, 1.0e+00, 1.0e-01, ..., 1.0e+00, 1.0e-01, 1.0e+00,
1.0e-01], [9.9e+02, 9.9e+02, 9.9e+02, 9.9e+02, ..., 9.9e+02, 9.9e+02, 9.9e+02, 9.9e+02], [1.0e+00, 1.0e-01,
1.0e+00, 1.0e-01, ..., 1.0e+00, 1.0e-01, 1.0e+00, 1.0e-01], [1.0e+00, 1.0e-01, 1.0e+00, 1
"""

import numpy as np

def helper0(p, q):
    p[1] = np.sum(p)

def program(a):
    helper0(a, 0)

def inputs_2():
    a = np.resize([1, 0.1], (6, 300))
    return (a,)
