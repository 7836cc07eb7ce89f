"""Which scalar code gives what NumPy's ufuncs give, where Python's operators or Numba's functions give something else?

A function is named after the ufunc and the kind of its operands. It computes in their width, but integers may come
back wider: the caller casts them. The algorithms are those of numpy/_core/src (umath/loops.c.src and npymath). Integer
division by zero is 0 there; what the processor traps or the language leaves open (the lowest integer by -1, shifts by
the width or more) is decided here.
"""

import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic, register_jitable


@intrinsic
def like(typing_context, x, value):
    """The number `value` in the type of x: Numba's literals are 64 bits wide, and would widen what they meet."""
    return x(x, value), lambda context, builder, signature, args: context.cast(builder, args[1], signature.args[1], x)


# -- integers ----------------------------------------------------------------------------------------------------------


@register_jitable
def uint64_of_float(x):
    """A negative number wraps; the conversion alone would leave it open."""
    if x < 0.0:
        return np.uint64(np.int64(x))
    return np.uint64(x)


@register_jitable
def floor_divide_int(x, y):
    if y == 0:
        return x - x
    if y == -1:
        return -x
    return x // y


@register_jitable
def floor_divide_uint(x, y):
    if y == 0:
        return y
    return x // y


@register_jitable
def remainder_int(x, y):
    if y == 0 or y == -1:
        return x - x
    return x % y


@register_jitable
def remainder_uint(x, y):
    if y == 0:
        return y
    return x % y


@register_jitable
def fmod_int(x, y):
    rest = remainder_int(x, y)
    if rest != 0 and (rest < 0) != (x < 0):
        return rest - y
    return rest


@register_jitable
def power_int(x, y):
    """x ** y for y >= 0, modulo the width."""
    result = like(x, 1)
    while y > 0:
        if y & 1:
            result *= x
        x *= x
        y >>= 1
    return result


@register_jitable
def left_shift_int(x, y):
    if 0 <= y < 64:
        return x << y
    return x - x


@register_jitable
def right_shift_int(x, y):
    if 0 <= y < 64:
        return x >> y
    return x >> 63


@register_jitable
def left_shift_uint(x, y):
    if y < 64:
        return x << y
    return x - x


@register_jitable
def right_shift_uint(x, y):
    if y < 64:
        return x >> y
    return x - x


@register_jitable
def bitwise_count_uint(x):
    """The sum of the bits, added in pairs, in fours, in bytes; LLVM makes one instruction of it."""
    x = np.uint64(x)
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@register_jitable
def gcd_uint(x, y):
    x, y = np.uint64(x), np.uint64(y)
    while x != 0:
        x, y = y % x, x
    return y


@register_jitable
def lcm_uint(x, y):
    divisor = gcd_uint(x, y)
    if divisor == 0:
        return divisor
    return np.uint64(x) // divisor * np.uint64(y)


@register_jitable
def gcd_int(x, y):
    return np.int64(gcd_uint(abs(np.int64(x)), abs(np.int64(y))))


@register_jitable
def lcm_int(x, y):
    return np.int64(lcm_uint(abs(np.int64(x)), abs(np.int64(y))))


# -- floating point ----------------------------------------------------------------------------------------------------


@register_jitable
def floor_divide_float(x, y):
    if y == 0:
        return x / y
    rest = np.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0 and (y < 0) != (rest < 0):
        quotient -= like(x, 1)
    if quotient == 0:
        return np.copysign(quotient - quotient, x / y)
    whole = np.floor(quotient)
    if quotient - whole > 0.5:
        whole += like(x, 1)
    return whole


@register_jitable
def remainder_float(x, y):
    rest = np.fmod(x, y)
    if y == 0:
        return rest
    if rest == 0:
        return np.copysign(rest - rest, y)
    if (y < 0) != (rest < 0):
        rest += y
    return rest


@register_jitable
def sign_float(x):
    """1, -1, or 0 for both zeros; NaN stays."""
    if x > 0:
        return like(x, 1)
    if x < 0:
        return like(x, -1)
    return x + like(x, 0)


@register_jitable
def heaviside_float(x, at_zero):
    if x == 0:
        return at_zero
    if x < 0:
        return like(x, 0)
    if x > 0:
        return like(x, 1)
    return x


@register_jitable
def spacing_float(x):
    """The distance to the next number away from zero, with the sign of x."""
    if np.isinf(x):
        return x - x
    return np.nextafter(x, like(x, np.inf) if x >= 0 else like(x, -np.inf)) - x


@register_jitable
def deg2rad_float(x):
    return x * (like(x, np.pi) / like(x, 180))


@register_jitable
def rad2deg_float(x):
    return x * (like(x, 180) / like(x, np.pi))


@intrinsic
def ldexp_float(typing_context, x, exponent):
    """x * 2 ** exponent, rounded once; one instruction where the processor has AVX-512."""

    def code(context, builder, signature, arguments):
        scalar, narrow = arguments[0].type, ir.IntType(32)
        power = context.cast(builder, arguments[1], exponent, types.int64)
        for comparison, limit in ((">", 5000), ("<", -5000)):  # past every result that is neither 0 nor infinite
            bound = ir.Constant(power.type, limit)
            power = builder.select(builder.icmp_signed(comparison, power, bound), bound, power)
        name = f"llvm.ldexp.{'f32' if x == types.float32 else 'f64'}.i32"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(scalar, [scalar, narrow]), name)
        return builder.call(function, [arguments[0], builder.trunc(power, narrow)])

    return x(x, exponent), code


# -- complex numbers: in lexicographic order, with the rules for NaN of numpy's macros CLT, CLE … ----------------------


@register_jitable
def less_complex(x, y):
    if x.real == y.real:
        return x.imag < y.imag
    return x.real < y.real and x.imag == x.imag and y.imag == y.imag


@register_jitable
def less_equal_complex(x, y):
    if x.real == y.real:
        return x.imag <= y.imag
    return x.real < y.real and x.imag == x.imag and y.imag == y.imag


@register_jitable
def isnan_complex(x):
    return x.real != x.real or x.imag != x.imag


@register_jitable
def absolute_complex(x):
    """As NumPy's vector code: without a call, so that the loop vectorises, and without overflow between."""
    larger, smaller = abs(x.real), abs(x.imag)
    if larger < smaller:
        larger, smaller = smaller, larger
    if larger == np.inf or smaller == np.inf:
        return like(larger, np.inf)
    if larger == 0:
        return larger + smaller
    ratio = smaller / larger
    return larger * np.sqrt(like(larger, 1) + ratio * ratio)


@register_jitable
def minimum_complex(x, y):
    return x if isnan_complex(x) or less_equal_complex(x, y) else y


@register_jitable
def maximum_complex(x, y):
    return x if isnan_complex(x) or less_equal_complex(y, x) else y


@register_jitable
def fmin_complex(x, y):
    return x if isnan_complex(y) or less_equal_complex(x, y) else y


@register_jitable
def fmax_complex(x, y):
    return x if isnan_complex(y) or less_equal_complex(y, x) else y


@register_jitable
def divide_complex(x, y):
    """Smith's algorithm."""
    real, imag = abs(y.real), abs(y.imag)
    if real >= imag:
        if real == 0 and imag == 0:
            return complex(x.real / real, x.imag / imag)
        ratio = y.imag / y.real
        scale = like(real, 1) / (y.real + y.imag * ratio)
        return complex((x.real + x.imag * ratio) * scale, (x.imag - x.real * ratio) * scale)
    ratio = y.real / y.imag
    scale = like(real, 1) / (y.imag + y.real * ratio)
    return complex((x.real * ratio + x.imag) * scale, (x.imag * ratio - x.real) * scale)


@register_jitable
def reciprocal_complex(x):
    one = like(x.real, 1)
    if abs(x.imag) <= abs(x.real):
        ratio = x.imag / x.real
        scale = x.real + x.imag * ratio
        return complex(one / scale, -ratio / scale)
    ratio = x.real / x.imag
    scale = x.real * ratio + x.imag
    return complex(ratio / scale, -one / scale)


@register_jitable
def multiply_complex(x, y):
    return complex(x.real * y.real - x.imag * y.imag, x.real * y.imag + x.imag * y.real)


@register_jitable
def power_complex(x, y):
    """Small whole powers by products, 0 ** y by rules, and the rest by libm."""
    zero, one = like(x.real, 0), like(x.real, 1)
    if y.real == 0 and y.imag == 0:
        return complex(one, zero)
    if x.real == 0 and x.imag == 0:
        return complex(zero, zero) if y.real > 0 else complex(like(zero, np.nan), like(zero, np.nan))
    if y.imag == 0 and -100 < y.real < 100 and y.real == np.floor(y.real):
        n = int(abs(y.real))
        if y.real == 1:
            return x
        if y.real == 2:
            return multiply_complex(x, x)
        if y.real == 3:
            return multiply_complex(x, multiply_complex(x, x))
        result = complex(one, zero)
        while True:
            if n & 1:
                result = multiply_complex(result, x)
            n >>= 1
            if n == 0:
                break
            x = multiply_complex(x, x)
        return divide_complex(complex(one, zero), result) if y.real < 0 else result
    return libm_cpow(x, y)


@register_jitable
def sign_complex(x):
    """x / |x|; an infinite part wins, of two the result is NaN."""
    zero = like(x.real, 0)
    size = np.hypot(x.real, x.imag)
    if size != size:
        return complex(size, size)
    if np.isinf(size):
        if np.isinf(x.real) and np.isinf(x.imag):
            return complex(size - size, size - size)
        if np.isinf(x.real):
            return complex(sign_float(x.real), zero)
        return complex(zero, sign_float(x.imag))
    if size == 0:
        return complex(zero, zero)
    return complex(x.real / size, x.imag / size)


@register_jitable
def rint_complex(x):
    return complex(np.rint(x.real), np.rint(x.imag))


@register_jitable
def exp2_complex(x):
    factor = like(x.real, 0.693147180559945309417232121458176568)
    return libm_cexp(complex(x.real * factor, x.imag * factor))


@register_jitable
def expm1_complex(x):
    half = np.sin(x.imag / like(x.real, 2))
    real = np.expm1(x.real) * np.cos(x.imag) - like(x.real, 2) * half * half
    return complex(real, np.exp(x.real) * np.sin(x.imag))


@register_jitable
def log1p_complex(x):
    real = x.real + like(x.real, 1)
    return complex(np.log(np.hypot(real, x.imag)), np.arctan2(x.imag, real))


@register_jitable
def log2_complex(x):
    factor, result = like(x.real, 1.442695040888963407359924681001892137), libm_clog(x)
    return complex(result.real * factor, result.imag * factor)


@register_jitable
def log10_complex(x):
    factor, result = like(x.real, 0.434294481903251827651128918916605082), libm_clog(x)
    return complex(result.real * factor, result.imag * factor)


def _libm_function(name, fallback, arity=1):
    """libm's function of complex numbers, which NumPy calls too; where its calling convention is another, Numba's own.

    Both parts travel in two registers, but those of a complex64 on x86-64, which share one.
    """
    triple = binding.get_process_triple()
    if "windows" in triple or not triple.startswith(("x86_64", "aarch64", "arm64")):
        return fallback

    def code(context, builder, signature, arguments):
        type = signature.return_type
        part = ir.FloatType() if type == types.complex64 else ir.DoubleType()
        shared = type == types.complex64 and triple.startswith("x86_64")
        pair = ir.VectorType(part, 2) if shared else ir.LiteralStructType([part, part])
        insert, extract = (
            (lambda vector, element, k: builder.insert_element(vector, element, ir.IntType(32)(k)),
             lambda vector, k: builder.extract_element(vector, ir.IntType(32)(k)))
            if shared else (builder.insert_value, builder.extract_value)
        )  # fmt: skip
        passed = []
        for argument in arguments:
            z = context.make_complex(builder, type, argument)
            passed += [insert(insert(pair(ir.Undefined), z.real, 0), z.imag, 1)] if shared else [z.real, z.imag]
        function = ir.FunctionType(pair, [value.type for value in passed])
        symbol = name + "f" * (type == types.complex64)
        returned = builder.call(cgutils.get_or_insert_function(builder.module, function, symbol), passed)
        z = context.make_complex(builder, type)
        z.real, z.imag = extract(returned, 0), extract(returned, 1)
        return z._getvalue()

    if arity == 1:

        @intrinsic
        def function(typing_context, x):
            return x(x), code
    else:

        @intrinsic
        def function(typing_context, x, y):
            return x(x, y), code

    return function


libm_csqrt = _libm_function("csqrt", np.sqrt)
libm_cexp = _libm_function("cexp", np.exp)
libm_clog = _libm_function("clog", np.log)
libm_csin = _libm_function("csin", np.sin)
libm_ccos = _libm_function("ccos", np.cos)
libm_ctan = _libm_function("ctan", np.tan)
libm_casin = _libm_function("casin", np.arcsin)
libm_cacos = _libm_function("cacos", np.arccos)
libm_catan = _libm_function("catan", np.arctan)
libm_csinh = _libm_function("csinh", np.sinh)
libm_ccosh = _libm_function("ccosh", np.cosh)
libm_ctanh = _libm_function("ctanh", np.tanh)
libm_casinh = _libm_function("casinh", np.arcsinh)
libm_cacosh = _libm_function("cacosh", np.arccosh)
libm_catanh = _libm_function("catanh", np.arctanh)
libm_cpow = _libm_function("cpow", np.power, 2)
