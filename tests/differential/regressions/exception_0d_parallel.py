# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1020, target parallel: inputs_0, parallel: exception of call: expected no exception,
got TypingError: No implementation of function Function(<built-in function getitem>) found for signature int16, Tuple()
"""

import numpy as np

def program(b, d):
    t1 = ((d + b) + d)
    return t1, np.linalg.norm(t1, axis=-1)

def inputs_0():
    b = np.resize(np.array([-4], "int16"), ())
    d = np.resize(np.array([(0.5+1j)], "complex128"), (8,))[..., ::2]
    return (b, d)
