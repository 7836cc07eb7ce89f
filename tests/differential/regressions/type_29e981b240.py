# ruff: noqa
# fmt: off
"""Differential fuzzing, number 37009469, target numba: inputs_0, numba: type of result: expected int 1, got
int64 np.int64(1)
"""

def program(n):
    return n >> 0

def inputs_0():
    n = 1
    return (n,)
