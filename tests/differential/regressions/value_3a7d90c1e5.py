# ruff: noqa
# fmt: off
"""A loop's target that the body assigns in a branch, used after a loop that may have no round: it has the value that it
had before (the variable was that of the body, which has none then).
"""

import numpy as np

def program(a, n):
    x = 7
    for x in range(n):
        if n > 2:
            x = np.sum(a > 1)
    for i in range(n):
        x += 1
    return x

def inputs_0():
    return (np.array([1., 2., .5]), 0)
def inputs_1():
    return (np.array([1., 2., .5]), 2)
def inputs_2():
    return (np.array([1., 2., .5]), 3)
