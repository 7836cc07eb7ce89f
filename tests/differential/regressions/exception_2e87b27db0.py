# ruff: noqa
# fmt: off
"""Differential fuzzing, number 304269, target numba: inputs_2, numba: exception of call: expected no exception,
got VerifyError: after lift: `t3` has no value, in `Return (which does not print: module 'mdsl.ir.array' has
no attribute 'Call')`
"""

def program(a):
    for k in range(3):
        for k2 in range(4):
            continue
        t3 = a
    return t3

def inputs_2():
    a = 0
    return (a,)
