# ruff: noqa
# fmt: off
"""Differential fuzzing, number 6000856, target python: inputs_0, python: type of result: expected int -1, got
bool np.True_
"""

def program():
    return ~bool()

def inputs_0():
    return ()
