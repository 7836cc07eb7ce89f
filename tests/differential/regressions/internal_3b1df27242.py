# ruff: noqa
# fmt: off
"""Differential fuzzing, number 5166, target numba: inputs_0, numba: internal of transpile: expected no
exception, got KeyError: 'right_shift'
"""

def program(c):
    c >> 2

def inputs_0():
    c = 1
    return (c,)
