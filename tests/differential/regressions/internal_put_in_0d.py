# ruff: noqa
# fmt: off
"""Found by hand beside number 6000444, all targets: internal of transpile: StopIteration, `np.put` into an array without
axes.
"""

import numpy as np

def program(a, p):
    if p == 0:
        np.put(a, 0, 4)
    else:
        a[...] -= 1
    return a

def inputs_0():
    return (np.array(3.), 0)

def inputs_1():
    return (np.array(3.), 1)

def inputs_2():
    return (np.array([3.]), 0)

def inputs_3():
    return (np.float64(3), 1)
