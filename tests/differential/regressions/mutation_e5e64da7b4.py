# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20013599, target python: inputs_1, python: mutation of argument array 0:
expected complex128[5, 7] array([[1.9114891756116648e-16-4.778722939029162e-17j,
1.9114891756116648e-16-4.778722939029162e-17j, 1.9114891756116648e-16-4.778722939029162e-17j,
1.9114891756116648e-16-4.778722939029162e-17j, 1.9114891756116648e-16-4.778722939029162e-17j,
1.9114891756116648e-16-4.7787
"""

import numpy as np

def program(a):
    a += 1
    np.multiply(a * a[1, 0], 2, out=a)
    for k in range(4):
        a[:] = a.std() / a
        a[np.nonzero(a)] = a[1, 2]

def inputs_1():
    a = np.resize([0.0, 0 - 0.25j, 0.5 + 1j], (5, 7))
    1
    return (a,)
