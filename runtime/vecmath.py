"""How do elementary functions vectorise inside Numba's loops?

Numba calls the scalar libm, one element at a time. glibc also ships libmvec, the same functions on vectors. Here each
function is an intrinsic which calls the scalar one and tells LLVM (attribute `vector-function-abi-variant`) which
vector variants this processor and this glibc have, so that the loop vectoriser can use them. Without libmvec the names
are NumPy's own functions, which Numba compiles to scalar calls.

Measured with every variant (SSE2, AVX2, AVX-512) on 130 000 arguments and 50 special values for each function and
dtype, pairs of them for two arguments: special values as NumPy, at most 4 ULP from NumPy's result, with two exceptions.
erfc is not offered (441 ULP in its tail), and log of float32 is our own (libmvec's errs by 3.8 ULP, 6 from NumPy's).
exp(a) * sin(a) + log(a) for a million float64, one thread: NumPy 22 ms, scalar libm 27 ms, AVX2 3.4 ms, AVX-512 2.0 ms.
"""

import ctypes
import math

import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic


def _load_libmvec():
    """The library's handle, or None. It is loaded where LLVM looks symbols up, also those of code cached on disk."""
    if not binding.get_process_triple().startswith("x86_64"):
        return None  # elsewhere glibc passes vectors by conventions of their own
    try:
        library = ctypes.CDLL("libmvec.so.1")
        binding.load_library_permanently("libmvec.so.1")
    except (OSError, RuntimeError):
        return None
    return library


def _vector_function(name, arity, fallback, float32=None):
    """An intrinsic for libm's `name`, or the fallback where the library has no vector variants of it."""
    vectors = "v" * arity
    symbols = [f"_ZGV{letter}N{width // bits}{vectors}_{name}{'f' * (bits == 32)}"
               for letter, width, _ in _ISAS for bits in (32, 64)]  # fmt: skip
    if not _LIBMVEC or not all(hasattr(_LIBMVEC, symbol) for symbol in symbols):
        return fallback

    def code(context, builder, signature, arguments):
        scalar = arguments[0].type
        # LLVM prefers 256 bits on processors that have 512. For these functions the wide vectors win. llvmlite's sets
        # admit the attributes that it knows by name; this one, and those below, are written as they stand.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        if float32 is not None and isinstance(scalar, ir.FloatType):
            return float32(builder, *arguments)
        bits = 32 if isinstance(scalar, ir.FloatType) else 64
        symbol = name + "f" * (bits == 32)
        declare = cgutils.get_or_insert_function
        function = declare(builder.module, ir.FunctionType(scalar, [scalar] * arity), symbol)
        # What the code is compiled for, which NUMBA_CPU_FEATURES may make less than this processor.
        features = context.codegen().magic_tuple()[2].split(",")
        variants = []
        for letter, width, feature in _ISAS:
            if not feature or f"+{feature}" in features:
                vector = ir.VectorType(scalar, width // bits)
                variant = f"_ZGV{letter}N{width // bits}{vectors}_{symbol}"
                variants.append(declare(builder.module, ir.FunctionType(vector, [vector] * arity), variant))
        _keep_declarations(builder.module, variants)
        mapping = ",".join(f"_ZGV_LLVM_N{v.return_value.type.count}{vectors}_{symbol}({v.name})" for v in variants)
        call = builder.call(function, arguments)
        for attribute in ("nounwind", "readnone", "willreturn", f'"vector-function-abi-variant"="{mapping}"'):
            set.add(call.attributes, attribute)
        return call

    def kind(typing_context, *arguments):
        if not all(isinstance(argument, types.Float | types.Integer | types.Boolean) for argument in arguments):
            return None
        unified = typing_context.unify_types(*arguments)
        return unified if isinstance(unified, types.Float) else types.float64

    if arity == 1:

        @intrinsic
        def vectorised(typing_context, x):
            t = kind(typing_context, x)
            return t and (t(t), code)
    else:

        @intrinsic
        def vectorised(typing_context, x, y):
            t = kind(typing_context, x, y)
            return t and (t(t, t), code)

    return vectorised


def _log_float32(b, x):
    """log of a float32 by Cephes' polynomial: half of libmvec's error, and the loop around it needs no call."""
    f32, i32 = x.type, ir.IntType(32)

    def times_plus(p, q, r):
        return b.fadd(b.fmul(p, q, flags=("contract",)), r, flags=("contract",))

    # x = 2**e * m with sqrt(1/2) <= m < sqrt(2); a subnormal x is scaled by 2**23 first
    subnormal = b.fcmp_ordered("<", x, f32(2.0**-126))
    bits = b.bitcast(b.select(subnormal, b.fmul(x, f32(2.0**23)), x), i32)
    e = b.ashr(b.sub(bits, i32(0x3F3504F3)), i32(23))
    m = b.fsub(b.bitcast(b.sub(bits, b.shl(e, i32(23))), f32), f32(1.0))
    e = b.sitofp(b.sub(e, b.select(subnormal, i32(23), i32(0))), f32)
    square = b.fmul(m, m)
    # log(m) = m - m**2 / 2 + m**3 * p(m)
    p = f32(7.0376836292e-2)
    for coefficient in (-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1):  # fmt: skip
        p = times_plus(p, m, f32(coefficient))
    tail = times_plus(e, f32(-2.12194440e-4), b.fmul(b.fmul(p, m), square))
    tail = times_plus(square, f32(-0.5), tail)
    result = times_plus(e, f32(0.693359375), b.fadd(m, tail))
    result = b.select(b.fcmp_ordered("==", x, f32(math.inf)), x, result)
    result = b.select(b.fcmp_ordered("==", x, f32(0.0)), f32(-math.inf), result)
    return b.select(b.fcmp_ordered(">=", x, f32(0.0)), result, f32(math.nan))


def _keep_declarations(module, functions):
    """Add declarations that no call names yet to `llvm.compiler.used`, so that the vectoriser still finds them."""
    kept = module.globals.get("llvm.compiler.used")
    pointer = ir.PointerType(ir.IntType(8))
    values = {str(value): value for value in (kept.initializer.constant if kept else ())}
    values |= {str(value): value for value in (function.bitcast(pointer) for function in functions)}
    array = ir.ArrayType(pointer, len(values))
    if kept is None:
        kept = ir.GlobalVariable(module, array, "llvm.compiler.used")
        kept.linkage = "appending"
        kept.section = "llvm.metadata"
    kept.value_type, kept.type = array, array.as_pointer()
    kept.initializer = ir.Constant(array, list(values.values()))


_LIBMVEC = _load_libmvec()
# x86's vector ABIs: letter, bits of a register, the processor feature that it needs.
_ISAS = (("b", 128, ""), ("d", 256, "avx2"), ("e", 512, "avx512f"))

vec_exp = _vector_function("exp", 1, np.exp)
vec_exp2 = _vector_function("exp2", 1, np.exp2)
vec_expm1 = _vector_function("expm1", 1, np.expm1)
vec_log = _vector_function("log", 1, np.log, float32=_log_float32)
vec_log2 = _vector_function("log2", 1, np.log2)
vec_log10 = _vector_function("log10", 1, np.log10)
vec_log1p = _vector_function("log1p", 1, np.log1p)
vec_sin = _vector_function("sin", 1, np.sin)
vec_cos = _vector_function("cos", 1, np.cos)
vec_tan = _vector_function("tan", 1, np.tan)
vec_arcsin = _vector_function("asin", 1, np.arcsin)
vec_arccos = _vector_function("acos", 1, np.arccos)
vec_arctan = _vector_function("atan", 1, np.arctan)
vec_sinh = _vector_function("sinh", 1, np.sinh)
vec_cosh = _vector_function("cosh", 1, np.cosh)
vec_tanh = _vector_function("tanh", 1, np.tanh)
vec_arcsinh = _vector_function("asinh", 1, np.arcsinh)
vec_arccosh = _vector_function("acosh", 1, np.arccosh)
vec_arctanh = _vector_function("atanh", 1, np.arctanh)
vec_cbrt = _vector_function("cbrt", 1, np.cbrt)
vec_erf = _vector_function("erf", 1, math.erf)
vec_power = _vector_function("pow", 2, np.power)
vec_arctan2 = _vector_function("atan2", 2, np.arctan2)
vec_hypot = _vector_function("hypot", 2, np.hypot)
