# ruff: noqa
# fmt: off
"""Differential fuzzing, number 20018650, target numba: inputs_0, numba: internal of transpile: expected no
exception, got TypingError: Failed in nopython mode pipeline (step: nopython frontend) NameError: name
'elements' is not defined During: Pass nopython_type_inference
"""

import numpy as np

def program(a, b, c, d, n):
    for k in range(3, 0, -1):
        if abs(a[1, 0]) >= c.shape[-1]:
            pass
    t0, t1 = (c[0:1, n], np.log(b.reshape((4, 5))))
    z = b.reshape(7, 11)
    return (k, t0, t1)

def inputs_0():
    a = np.resize(np.array([-1.5 - 0.25j, 0.0, 3 - 2j, 1.0, 2j, 0.5 + 1j, -1.5 - 0.25j], 'complex64'), (5, 4))
    b = np.resize(np.array([3, 5, 7, -128, 1], 'int32'), (5, 4))
    c = np.resize(np.array([2j], 'complex64'), (5, 4))
    d = np.resize(np.array([1.0], 'complex128'), (5, 4))[..., ::-1]
    n = 3
    return (a, b, c, d, n)
