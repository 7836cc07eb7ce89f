"""Which scalar code gives on a GPU what NumPy's ufuncs give, where numba-cuda has none or another?

Device functions. What takes floats computes in float64 where a constant does; the printer casts float32 results back.
Division and shifts follow runtime/scalar.py.
"""

import math

import numpy as np
from numba import cuda

# In numba-cuda's simulator kernels run as Python, whose math raises where a GPU gives an infinity or NaN.
libm = np if cuda.config.ENABLE_CUDASIM else math


@cuda.jit(device=True)
def uint64_of_float(x):
    if x < 0.0:
        return np.uint64(np.int64(x))
    return np.uint64(x)


@cuda.jit(device=True)
def floor_divide_int(x, y):
    if y == 0:
        return x - x
    if y == -1:
        return -x
    return x // y


@cuda.jit(device=True)
def floor_divide_uint(x, y):
    if y == 0:
        return y
    return x // y


@cuda.jit(device=True)
def remainder_int(x, y):
    if y == 0 or y == -1:
        return x - x
    return x % y


@cuda.jit(device=True)
def remainder_uint(x, y):
    if y == 0:
        return y
    return x % y


@cuda.jit(device=True)
def fmod_int(x, y):
    rest = remainder_int(x, y)
    if rest != 0 and (rest < 0) != (x < 0):
        return rest - y
    return rest


@cuda.jit(device=True)
def power_int(x, y):
    result = x - x + np.uint8(1)
    while y > 0:
        if y & np.uint8(1):
            result = result * x
        x = x * x
        y = y >> np.uint8(1)
    return result


@cuda.jit(device=True)
def left_shift_any(x, y):
    if 0 <= y < 64:
        return x << y
    return x - x


@cuda.jit(device=True)
def right_shift_int(x, y):
    if 0 <= y < 64:
        return x >> y
    return x >> 63


@cuda.jit(device=True)
def right_shift_uint(x, y):
    if y < 64:
        return x >> y
    return x - x


@cuda.jit(device=True)
def gcd_any(x, y):
    while y:
        x, y = y, x % y
    return x


@cuda.jit(device=True)
def lcm_any(x, y):
    divisor = gcd_any(x, y)
    if divisor == 0:
        return divisor
    return x // divisor * y


@cuda.jit(device=True)
def floor_divide_float(x, y):
    if y == 0:
        return x / y
    rest = libm.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0 and (y < 0) != (rest < 0):
        quotient -= 1
    if quotient == 0:
        return libm.copysign(quotient - quotient, x / y)
    whole = libm.floor(quotient)
    if quotient - whole > 0.5:
        whole += 1
    return whole


@cuda.jit(device=True)
def remainder_float(x, y):
    rest = libm.fmod(x, y)
    if y == 0:
        return rest
    if rest == 0:
        return libm.copysign(rest - rest, y)
    if (y < 0) != (rest < 0):
        rest += y
    return rest


@cuda.jit(device=True)
def rint_float(x):
    """The nearest integer, of two the even one: adding 2**52 leaves no digit behind the point."""
    if abs(x) < 4503599627370496.0:
        return libm.copysign((abs(x) + 4503599627370496.0) - 4503599627370496.0, x + 0.0)
    return x + 0.0


@cuda.jit(device=True)
def sign_float(x):
    if x > 0:
        return 1.0
    if x < 0:
        return -1.0
    if x == 0:
        return 0.0
    return x + 0.0


@cuda.jit(device=True)
def heaviside_float(x, at_zero):
    if x < 0:
        return 0.0
    if x > 0:
        return 1.0
    if x == 0:
        return at_zero + 0.0
    return x + 0.0


@cuda.jit(device=True)
def logaddexp_float(x, y):
    if x == y:
        return x + 0.6931471805599453
    gap = x - y
    if gap > 0:
        return x + 0.0 + libm.log1p(libm.exp(-gap))
    return y + 0.0 + libm.log1p(libm.exp(gap))


@cuda.jit(device=True)
def logaddexp2_float(x, y):
    if x == y:
        return x + 1.0
    gap = x - y
    if gap > 0:
        return x + 1.4426950408889634 * libm.log1p(libm.exp2(-gap))
    return y + 1.4426950408889634 * libm.log1p(libm.exp2(gap))


@cuda.jit(device=True)
def compensated_add(total, lost, x):
    """The rounded total + x, and the sum of all that the roundings have lost so far."""
    rounded = total + x
    x_kept = rounded - total
    return rounded, lost + ((total - (rounded - x_kept)) + (x - x_kept))


@cuda.jit(device=True)
def compensated_total(total, lost):
    """The sum; after an infinity or an overflow, where the loss is NaN, the plain one."""
    if lost != lost:
        return total
    return total + lost
