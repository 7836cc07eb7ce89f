# ruff: noqa
# fmt: off
"""Differential fuzzing, number 500913, target numba: inputs_0, numba: exception of call: expected no exception,
got NameError: name 't0_is_bound' is not defined
"""

def program(flag):
    for k in range(4):
        if flag:
            t0 = 0
    return t0

def inputs_0():
    flag = True
    return (flag,)
