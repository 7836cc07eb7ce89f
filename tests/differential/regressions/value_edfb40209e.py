# ruff: noqa
# fmt: off
"""Differential fuzzing, number 4001372, target numba: inputs_0, numba: value of result: expected float64[2, 6]
array([[0. , 2.718281828459045, 0. , 2.718281828459045, 0. , 2.718281828459045], [0. , 2.718281828459045, 0.
, 2.718281828459045, 0. , 2.718281828459045]]), got float64[2, 6] array([[54.59815003314424 ,
2.7182818284590455, 54.59815003314424 , 2.7182818284590455, 54.59815003314424 , 2.718281
"""

import numpy as np

def program(b, c):
    t0 = b + b > c
    t1 = np.exp(c) * t0
    return t1

def inputs_0():
    b = 1
    c = np.resize([4, 1], (3, 6))[::2,]
    return (b, c)
