# ruff: noqa
# fmt: off
"""Differential fuzzing, number 40110, target parallel: inputs_0, parallel: exception of call: expected
NameError: name 'undefined' is not defined, got SystemError: CPUDispatcher(<function
__program_part1_line4_kernel_parallel at 0x7fb4873a2660>) returned a result with an exception set
"""

import numpy as np

def program(a, b):
    np.multiply((bool(b[-1, 3]) < 0) ^ (bool(b[-1, 3]) > a.shape[-1]), 2, out=a)
    b /= a
    np.log(b)
    z = undefined + 1

def inputs_0():
    a = np.resize(np.array([127, 2, 3, 5], 'int64'), (2, 7))
    b = np.resize(np.array([3 - 2j], 'complex64'), (2, 7))
    n = 4
    return (a, b)
