"""Which kernels are made of a program, and for what types."""

import numpy as np
import pytest

from mdsl import accelerate


def rebound(a, n):
    if n < 0:
        a = a >> a
    b = a
    return b % 2


def turned_in_rounds(a):
    for _ in range(2):
        a, a = (a, a**1)
    return a


@pytest.mark.parametrize("layout", [slice(None), slice(None, None, 2), slice(None, None, -1)], ids=str)
def test_names_that_stand_for_arrays_of_several_layouts(layout):
    """The kernel's machine code is for the layout that an array has, and a name may come to stand for another one."""
    a = np.arange(9)[layout]
    for function, args in ((rebound, (a, 4)), (rebound, (a, -4)), (turned_in_rounds, (a,))):
        compiled = accelerate(function, target="numba", cache=False)
        for _ in range(3):
            np.testing.assert_array_equal(compiled(*args), function(*args))
