# ruff: noqa
# fmt: off
"""Differential fuzzing, number 1100343, target python: inputs_0, python: exception of call: expected no
exception, got VerifyError: after lift: absolute of (dtype('bool'),) is typed int, by the loop
(dtype('bool'), dtype('bool')), in `pad_1 = np.pad(abs(False), 1)`
"""

import numpy as np

def program():
    np.pad(abs(bool()), 1)

def inputs_0():
    return ()
