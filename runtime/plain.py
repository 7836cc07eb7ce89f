"""What do the functions of the other files compute, as plain Python?

The python target runs printed loops without compiling them. It pastes these definitions of the same names.
"""

import math

import numpy as np


def sum_add(acc, x):
    """The next partial sum of a reduction."""
    return acc + x


def prod_mul(acc, x):
    """The next partial product of a reduction."""
    return acc * x


def dot_add(acc, x, y):
    """The next partial sum of a contraction."""
    return acc + x * y


def compensated_add(total, lost, x):
    """The rounded total + x, and the sum of all that the roundings have lost so far."""
    rounded = total + x
    x_kept = rounded - total
    return rounded, lost + ((total - (rounded - x_kept)) + (x - x_kept))


def compensated_total(total, lost):
    """The sum; after an infinity or an overflow, where the loss is NaN, the plain one."""
    if lost != lost:
        return total
    return total + lost


def int64_of_float(x):
    """What is not finite, or out of range, gives what a conversion of an array gives."""
    return np.asarray(x).astype(np.int64)[()]


def int32_of_float(x):
    return np.asarray(x).astype(np.int32)[()]


def uint64_of_float(x):
    """A negative number wraps, as in a conversion of an array."""
    return np.asarray(x).astype(np.uint64)[()]


vec_exp = np.exp
vec_exp2 = np.exp2
vec_expm1 = np.expm1
vec_log = np.log
vec_log2 = np.log2
vec_log10 = np.log10
vec_log1p = np.log1p
vec_sin = np.sin
vec_cos = np.cos
vec_tan = np.tan
vec_arcsin = np.arcsin
vec_arccos = np.arccos
vec_arctan = np.arctan
vec_sinh = np.sinh
vec_cosh = np.cosh
vec_tanh = np.tanh
vec_arcsinh = np.arcsinh
vec_arccosh = np.arccosh
vec_arctanh = np.arctanh
vec_cbrt = np.cbrt
vec_erf = math.erf
vec_power = np.power
vec_arctan2 = np.arctan2
vec_hypot = np.hypot

minimum = np.minimum
maximum = np.maximum
fmin = np.fmin
fmax = np.fmax
least = np.minimum
greatest = np.maximum
least_known = np.fmin
greatest_known = np.fmax


def run_parallel(serial, parallel, *arguments):
    """Python loops are never parallel."""
    return serial(*arguments)


def either(condition, then, orelse):
    """`then if condition else orelse`; both are computed."""
    return then if condition else orelse


either_next = either


# Bytes of an array from which on its elements are stored past the caches.
PAST_CACHES = 8 << 20

# Whether a kernel fills arrays by tiles.
STREAMS = False


def stream_tile(out):
    """A vector of 128 elements like those of `out`."""
    return np.empty(128, out.dtype)


def stream_shift(out, first):
    """How many elements of `out` lie between the last border of a line of the cache and its element number `first`."""
    return 0


def stream(out, first, tile):
    """Store a tile to `out`, contiguous, from its element number `first` on."""
    out.reshape(-1)[first : first + len(tile)] = tile
