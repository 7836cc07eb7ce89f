# ruff: noqa
# fmt: off
"""Differential fuzzing, number 26014618, target python: inputs_2, python: exception of call: expected
ValueError: operands could not be broadcast together with shapes (1,4) (2,5) , got VerifyError: after lift:
shapes (count, 5) and (1, 5) differ, in power of type float64[count, 5], in `c[:] = c**(c[mask] + np.ones((2,
5)))`
"""

import numpy as np

def program(c):
    c **= np.add(c[(c < 3)[..., 0]], np.ones((2, 5)))

def inputs_2():
    c = np.resize(2.0, (1, 4))
    return (c,)
