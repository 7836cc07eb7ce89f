# ruff: noqa
# fmt: off
"""Differential fuzzing, number 11986, target python: inputs_0, python: type of result: expected bool False, got
int 0
"""

def program(flag):
    return (0 > 0) ^ flag

def inputs_0():
    flag = False
    return (flag,)
