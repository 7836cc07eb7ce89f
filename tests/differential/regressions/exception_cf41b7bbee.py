# ruff: noqa
# fmt: off
"""Differential fuzzing, number 821509, target python: inputs_2, python: exception of call: expected IndexError:
invalid index to scalar variable., got OverflowError: Python integer 128 out of bounds for int8
"""

import numpy as np

def program(a, d):
    t0 = d.prod()
    t1 = t0
    a[[0]] = t1
    t1[1]

def inputs_2():
    a = np.array([1], 'int8')
    d = np.array(128)
    return (a, d)
