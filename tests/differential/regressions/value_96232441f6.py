# ruff: noqa
# fmt: off
"""Differential fuzzing, number 28005422, target parallel: inputs_0, parallel: value of result: expected
int64[5] array([0, 0, 0, 0, 0]), got int64[5] array([ 0, -6510615555426900571, -6510615555426900571,
-6510615555426900571, -6510615555426900571])
"""

import numpy as np

def program(a):
    for k in range(2):
        a, a = (a, a ** 1)
    return a

def inputs_0():
    a = np.resize(0, 5)[::-1,]
    return (a,)
