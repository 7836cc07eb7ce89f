"""Which scalar code gives what NumPy's ufuncs give, where Python's operators give something else?

Plain functions of Python: they run on NumPy scalars and, with a decorator, in Numba. Integer division by zero is 0, and
division of the lowest integer by -1, which the processor traps, is the negation; the rules for floats are those of
npy_divmod (numpy/_core/src/npymath). Shifts by the width or more are decided here, since the machine leaves them open.
"""

import numpy as np
from numba.extending import register_jitable


@register_jitable
def floor_divide(x, y):
    if y == 0:
        return x - x
    if y + 1 == 0:
        return -x
    return x // y


@register_jitable
def remainder(x, y):
    if y == 0 or y + 1 == 0:
        return x - x
    return x % y


@register_jitable
def floor_divide_real(x, y):
    if y == 0:
        return x / y
    rest = np.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0 and (y < 0) != (rest < 0):
        quotient -= 1
    if quotient == 0:
        return np.copysign(quotient - quotient, x / y)
    whole = np.floor(quotient)
    if quotient - whole > 0.5:
        whole += 1
    return whole


@register_jitable
def remainder_real(x, y):
    rest = np.fmod(x, y)
    if y == 0:
        return rest
    if rest == 0:
        return np.copysign(rest - rest, y)
    if (y < 0) != (rest < 0):
        rest += y
    return rest


@register_jitable
def left_shift(x, y):
    if 0 <= y < 64:
        return x << y
    return x - x


@register_jitable
def right_shift(x, y):
    if 0 <= y < 64:
        return x >> y
    return x >> 63
