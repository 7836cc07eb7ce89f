# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5041, target numba: inputs_0, numba: exception of call: expected no exception,
got NameError: name 't' is not defined
"""

def program(n):
    n /= n

def inputs_0():
    n = 2
    return (n,)
