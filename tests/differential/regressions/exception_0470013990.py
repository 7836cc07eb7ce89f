# ruff: noqa
# fmt: off
"""Differential fuzzing, number 47001399, target python: raised ZeroDivisionError where NumPy gives infinity: the
dividend was a Python float whenever the condition held, the divisor a literal.
"""

import numpy as np

def program(a):
    a = np.where(a, 1.5, a) / (a != a)
    return a

def inputs_1():
    return (np.array([1, 6]),)

def inputs_2():
    return (np.array([0.0, 6.0]),)
