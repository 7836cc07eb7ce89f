# ruff: noqa
# fmt: off
"""Differential fuzzing, number 51009071, target numba: inputs_0, numba: type of result: expected int 1, got
int64 np.int64(1)
"""

def program(n):
    n //= n
    return n

def inputs_0():
    n = 3
    return (n,)
