# ruff: noqa
# fmt: off
"""Differential fuzzing, number 6000444, target python: inputs_2, python: exception of call: expected TypeError:
'numpy.complex128' object does not support item assignment, got VerifyError: after lift: the target is no
variable and no view of one, in `a[...] = np.broadcast_to(a, ()) - 1`
"""

import numpy as np

def program(a, b):
    for k in range(3, 0, -1):
        a[...] -= 1
        w2 = 1
        while w2 < 4:
            w2 += 1
            t0 = a <= 0.5
            np.copyto(a, b.shape[-1], where=t0)
        a = a[()].clip(1.5, 0.5)
    0

def inputs_2():
    a = np.resize(np.array([3 - 2j, 1.0, 2j, 0.5 + 1j, -1.5 - 0.25j, 0.0, 3 - 2j], 'complex128'), ())
    b = np.resize(np.array([2, 5], 'uint64'), (7, 64, 7))
    0
    True
    return (a, b)
