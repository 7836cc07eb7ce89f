# ruff: noqa
# fmt: off
"""A name that only a compiled part binds is a variable of the function all the same: expected UnboundLocalError, got
NameError, or the value of a global of that name.
"""

import numpy as np

x = 5
def program(a, n):
    if n > 3:
        print(x)
    if n > 2:
        a[0] = np.sum(x)
        print(end='')
    b = a + 1
    print(end='')
    x = a * 2
    return x

def inputs_0():
    return (np.arange(3.), 1)
def inputs_1():
    return (np.arange(3.), 4)
def inputs_2():
    return (np.arange(3.), 3)
