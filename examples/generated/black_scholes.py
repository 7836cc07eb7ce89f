# mdsl 0.1.0: generated from ../black_scholes.py (sha256 f904ee7b4a5dbc0e); edit that file, not this one.
"""What is each option of a market worth? The Black-Scholes formula, its normal distribution written out in NumPy."""

from __future__ import annotations

import numpy as np
from _harness import compare

# mdsl: was: from mdsl import accelerate


def normal_cdf(x):
    """Abramowitz and Stegun, formula 26.2.17; the absolute error is below 7.5e-8."""
    k = 1 / (1 + 0.2316419 * np.abs(x))
    poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    tail = np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) * poly
    return np.where(x >= 0, 1 - tail, tail)


# mdsl: begin shared code (sha256 21f8e5c25e946f56)
import ctypes
import math
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from llvmlite import binding, ir
from numba import njit, prange
from numba.core import cgutils, types
from numba.core.compiler import Compiler
from numba.core.errors import NumbaError
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
vec_log = _vector_function("log", 1, np.log, float32=_log_float32)
vec_power = _vector_function("pow", 2, np.power)


def bound_spinning() -> None:
    """Load GNU OpenMP with a bounded spin count; it reads the environment once, when it is loaded."""
    if not sys.platform.startswith("linux") or os.environ.keys() & {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}:
        return
    os.environ["GOMP_SPINCOUNT"] = "2000"
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        pass  # not installed: Numba will use another layer
    finally:
        del os.environ["GOMP_SPINCOUNT"]


# Work, in additions in a vectorised loop (0.05 ns each), above which threads pay. Measured on two cores: a launch costs
# 35 us with Numba's threads, and with those of mdsl, which run the loops where mdsl is at work, 0.5 us and the moving
# of data from core to core.
PARALLEL_WORK = 500_000 if "mdsl.runtime.pool" in sys.modules else 2_000_000


def run_parallel(serial, parallel, *arguments):
    """Call the parallel kernel, or the serial one where that would not be safe or Numba does not compile the other."""
    if parallel in _STREAMING and any(getattr(a, "nbytes", 0) >= PAST_CACHES for a in arguments):
        parallel = _STREAMING[parallel]
    if parallel in _REFUSED or not _PARALLEL.acquire(False):
        return serial(*arguments)
    try:
        return parallel(*arguments)
    except Exception as error:
        if not isinstance(error, NumbaError) and getattr(parallel, "signatures", True):
            raise  # else Numba has failed to compile it, and nothing has run
        warnings.warn(f"a loop runs on one core, Numba refuses it: {error}", RuntimeWarning, stacklevel=2)
        _REFUSED.add(parallel)
    finally:
        _PARALLEL.release()
    return serial(*arguments)


# Parallel kernels that Numba has refused to compile.
_REFUSED = set()


def _parallel_lock():
    """The one lock of this process, kept in numba's namespace so that modules which share no code share it."""
    lock = threading.Lock()
    shared = numba.__dict__.setdefault("_mdsl_parallel_lock", lock)
    if shared is lock:
        bound_spinning()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_stay_serial)
    return shared


def _stay_serial():
    """In a forked child: the lock stays taken for ever if the parent's thread pool, which is not here, was started."""
    pool = sys.modules.get("numba.np.ufunc.parallel")
    if pool is not None and getattr(pool, "_is_initialized", True):
        _PARALLEL.acquire(False)


_PARALLEL = _parallel_lock()
# Bytes of an array from which on its elements are stored past the caches. A core's second one holds less; an array of 8
# MiB is summed after it as fast as one that was stored to otherwise.
PAST_CACHES = 8 << 20


def compile_pair(function, apart=False, **options):
    """Serial and parallel dispatchers of a kernel written with prange, each compiled when it is first called.

    A kernel that asks for STREAMS has a third one, which run_parallel finds. `apart` says that no memory is stored to
    by one of its arrays and read or stored to by another one.

    Both release the GIL, are cached on disk (the function must come from a real file), and divide as NumPy does,
    without raising. `options` are those of numba.njit, for instance fastmath.
    """
    options = {"cache": True, "nogil": True, "error_model": "numpy"} | options
    # Code that calls libmvec must not be found in the cache where it is missing (a home shared between machines).
    library = "_libmvec" if function.__globals__.get("_LIBMVEC") else ""
    apart = {"pipeline_class": _Apart} if apart else {}
    serial = njit(**options, **apart)(_renamed(function, library))
    pool = sys.modules.get("mdsl.runtime.pool")  # where mdsl is at work, its threads run the loops, else Numba's

    def shared_out(suffix, **changed):
        copy = _renamed(function, library + suffix, **changed)
        if pool is not None and pool.possible():
            return pool.Shared(copy, options | apart)
        # What may be one loop is one already: Numba's own fusion does not see that two names are one array's.
        return njit(**options, parallel={"fusion": False})(copy)

    parallel = shared_out("_parallel")
    if "STREAMS" in function.__code__.co_names:
        _STREAMING[parallel] = shared_out("_streaming", STREAMS=True)
    return serial, parallel


class _Apart(Compiler):
    """Numba's compiler, which tells LLVM that the arguments' arrays do not overlap."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.state.flags.noalias = True


# Of parallel kernels: those that write large arrays past the caches.
_STREAMING = {}


def _renamed(function, suffix, **changed):
    copy = FunctionType(
        function.__code__,
        function.__globals__ | changed if changed else function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__qualname__ = function.__qualname__ + suffix
    copy.__module__ = function.__module__
    copy.__doc__ = function.__doc__
    return copy


def errors_are_silent():
    """Whether np.errstate asks for no more than warnings, so that compiled code may leave them out."""
    return _error_state() is _ERRORS_AT_IMPORT or {"ignore", "warn"}.issuperset(np.geterr().values())


def _state_of_errors():
    """A function that returns the object which holds np.errstate's settings: another one wherever they were changed."""
    try:
        from numpy._core.umath import _extobj_contextvar
    except ImportError:
        return np.geterr  # a new dictionary each time: then the settings are looked at
    return _extobj_contextvar.get


_error_state = _state_of_errors()
_ERRORS_AT_IMPORT = _error_state() if {"ignore", "warn"}.issuperset(np.geterr().values()) else None
# mdsl: end shared code


# mdsl: was: @accelerate
def _black_scholes_numpy(spot, strike, years, rate, volatility):
    """Prices of European calls and puts, two arrays of the shape of `spot`."""
    spread = volatility * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    present = strike * np.exp(-rate * years)
    call = spot * normal_cdf(d1) - present * normal_cdf(d2)
    put = present * normal_cdf(-d2) - spot * normal_cdf(-d1)
    return call, put


# mdsl: begin black_scholes (sha256 6f0c2a9e434a9455)
def _black_scholes_kernel(years, spot, strike, call, put, volatility, rate, n):
    if not (abs(volatility) < 1.3407807929929188e+154):
        raise NotImplementedError('a power overflows')
    t = vec_power(volatility, 2.0)
    t_1 = 0.5 * t
    t_2 = rate + t_1
    # black_scholes.py:22-27
    for i in prange(n):
        spread = volatility * np.sqrt(years[i])
        d1 = (vec_log(spot[i] / strike[i]) + t_2 * years[i]) / spread
        d2 = d1 - spread
        present = strike[i] * vec_exp(-rate * years[i])
        k_1 = 1.0 / (1.0 + 0.2316419 * abs(d1))
        poly = k_1 * (
            0.31938153 + k_1 * (-0.356563782 + k_1 * (1.781477937 + k_1 * (-1.821255978 + k_1 * 1.330274429)))
        )
        tail = (vec_exp(-0.5 * d1 * d1) / 2.5066282746310002) * poly
        k_2 = 1.0 / (1.0 + 0.2316419 * abs(d2))
        poly_1 = k_2 * (
            0.31938153 + k_2 * (-0.356563782 + k_2 * (1.781477937 + k_2 * (-1.821255978 + k_2 * 1.330274429)))
        )
        tail_1 = (vec_exp(-0.5 * d2 * d2) / 2.5066282746310002) * poly_1
        call[i] = spot[i] * (1.0 - tail if d1 >= 0.0 else tail) - present * (1.0 - tail_1 if d2 >= 0.0 else tail_1)
        value = -d2
        k_3 = 1.0 / (1.0 + 0.2316419 * abs(value))
        poly_2 = k_3 * (
            0.31938153 + k_3 * (-0.356563782 + k_3 * (1.781477937 + k_3 * (-1.821255978 + k_3 * 1.330274429)))
        )
        tail_2 = (vec_exp(-0.5 * value * value) / 2.5066282746310002) * poly_2
        value_1 = -d1
        k_4 = 1.0 / (1.0 + 0.2316419 * abs(value_1))
        poly_3 = k_4 * (
            0.31938153 + k_4 * (-0.356563782 + k_4 * (1.781477937 + k_4 * (-1.821255978 + k_4 * 1.330274429)))
        )
        tail_3 = (vec_exp(-0.5 * value_1 * value_1) / 2.5066282746310002) * poly_3
        put[i] = (
            present * (1.0 - tail_2 if value >= 0.0 else tail_2)
            - spot[i] * (1.0 - tail_3 if value_1 >= 0.0 else tail_3)
        )


_black_scholes_serial, _black_scholes_parallel = compile_pair(_black_scholes_kernel, apart=True)


def black_scholes(spot, strike, years, rate, volatility):
    """Prices of European calls and puts, two arrays of the shape of `spot`."""
    # compiled for spot: float64[:] C, strike: float64[:] C, years: float64[:] C, rate: float, volatility: float
    if not (
        type(spot) is np.ndarray and spot.dtype == np.float64 and spot.ndim == 1 and spot.flags.aligned
        and spot.flags.c_contiguous
        and type(strike) is np.ndarray and strike.dtype == np.float64 and strike.ndim == 1 and strike.flags.aligned
        and strike.flags.c_contiguous
        and type(years) is np.ndarray and years.dtype == np.float64 and years.ndim == 1 and years.flags.aligned
        and years.flags.c_contiguous
        and type(rate) is float
        and type(volatility) is float
        and errors_are_silent()
    ):
        return _black_scholes_numpy(spot, strike, years, rate, volatility)
    (n,) = spot.shape
    if not (len(strike) == len(years) == n):
        return _black_scholes_numpy(spot, strike, years, rate, volatility)
    try:
        call = np.empty(n)
        put = np.empty(n)
        if n * 308 > PARALLEL_WORK:
            run_parallel(
                _black_scholes_serial, _black_scholes_parallel, years, spot, strike, call, put, volatility, rate, n
            )
        else:
            _black_scholes_serial(years, spot, strike, call, put, volatility, rate, n)
        return call, put
    except NotImplementedError:  # a value that the compiled code cannot hold
        return _black_scholes_numpy(spot, strike, years, rate, volatility)
# mdsl: end black_scholes


def inputs(size="large"):
    """Every strike and expiry that one may write on a share: a chain of options, flat."""
    strikes, days = (2000, 250) if size == "large" else (40, 12)
    strike, expiry = np.meshgrid(np.linspace(50, 200, strikes), np.arange(1, days + 1) / 252)
    strike, years = strike.ravel(), expiry.ravel()
    return np.full_like(strike, 104.25), strike, years, 0.035, 0.22


def main():
    print(compare(black_scholes, inputs()))


if __name__ == "__main__":
    main()
