"""Are indices that are known to be in range not checked, and all others?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl.ir import array as arr
from mdsl.transpiler.lift_text import lift_text

KNOWN = [
    "b[np.clip(k, 0, len(b) - 1)]",
    "b[np.minimum(np.maximum(k, -len(b)), len(b) - 1)]",
    "b[k % len(b)]",
    "b[k & 1]",
    "b[(k > 0).astype(np.int64)]",
    "b[np.where(k > 0, 1, 0)]",
    "b[np.clip(k, 1, len(b) - 1) - (k > 2)]",
]
UNKNOWN = [
    "b[k]",
    "b[np.clip(k, 0, len(b))]",
    "b[np.minimum(k, len(b) - 1)]",
    "b[np.clip(k, 0, len(b) - 1) + (k > 2)]",
    "b[k % (len(b) + 1)]",
    "b[k & -2]",
    "b[np.clip(k, 0, len(b) - 1) * 2]",
    "b[np.minimum(k + 1, len(b) - 1) - 1]",
]


def checks(expression):
    program = lift_text(f"def f(b, k):\n    assert len(b) > 1\n    return {expression}\n", np.ones(5), np.arange(4))
    return [s for s in arr.statements(program.body) if isinstance(s, arr.Check)]


@pytest.mark.parametrize("expression", KNOWN)
def test_known_to_be_in_range(expression):
    assert not checks(expression)


@pytest.mark.parametrize("expression", UNKNOWN)
def test_checked(expression):
    assert checks(expression)


def test_a_variable_that_changes():
    body = "    i = np.clip(k, 0, len(b) - 1)\n    i[0] = 7\n    return b[i]\n"
    program = lift_text(f"def f(b, k):\n{body}", np.ones(5), np.arange(4))
    assert any(isinstance(s, arr.Check) for s in arr.statements(program.body))


def test_an_integer_that_fits_is_not_checked():
    text = "def f(data, c):\n    for x in data:\n        c = (c & 63) ^ ((c & 255) ^ x)\n    return c\n"
    program = lift_text(text, np.ones(4, np.uint8), 3)
    assert not any(isinstance(s, arr.Check) and s.exception == "OverflowError" for s in arr.statements(program.body))
