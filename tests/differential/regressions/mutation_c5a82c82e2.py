# ruff: noqa
# fmt: off
"""Differential fuzzing, number 27009908, target python: inputs_2, python: mutation of argument array 0:
expected float64[523, 5] array([[52.30000000000001, 52.30000000000001, 52.30000000000001, 52.30000000000001,
52.30000000000001], [ 0.1 , 0.1 , 0.1 , 0.1 , 0.1 ], [ 0.1 , 0.1 , 0.1 , 0.1 , 0.1 ], [ 0.1 , 0.1 , 0.1 , 0.1
, 0.1 ], ..., [ 0.1 , 0.1 , 0.1 , 0.1
"""

import numpy as np

def program(a):
    np.sum(a, axis=0, out=a[0])

def inputs_2():
    a = np.resize(0.1, (5, 523)).T
    return (a,)
