# mdsl 0.1.0: generated from ../softmax_regression.py (sha256 b47506eef3b4e57d); edit that file, not this one.
"""Which digit was written? Softmax regression, trained by gradient descent with momentum, on scikit-learn's digits."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

# mdsl: was: from mdsl import accelerate


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# mdsl: begin shared code (sha256 1592c8e9b26210d8)
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
from numba.extending import intrinsic, register_jitable


def _widen(builder):
    """In a parallel loop, whose arrays are large, let a vector be a whole line of the cache.

    LLVM prefers 256 bits on processors that have 512. Reading from memory half as many, longer loads let the processor
    look further ahead: the sum of 256 MB is 15 % faster. Short loops in cache lose as much, so serial code stays.
    """
    if "parfor" in builder.function.name:
        # llvmlite's sets admit the attributes that it knows by name; this one is written as it stands.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')


@intrinsic
def sum_add(typing_context, acc, x):
    """acc + x as the next partial sum of a reduction, which the compiler may reorder."""
    kind = typing_context.unify_types(acc, x)
    if not isinstance(kind, (types.Integer, types.Float, types.Complex)):
        return None

    def code(context, builder, signature, arguments):
        _widen(builder)
        if isinstance(kind, types.Integer):
            return builder.add(*arguments)
        if isinstance(kind, types.Float):
            return builder.fadd(*arguments, flags=("reassoc",))
        a, b = (context.make_complex(builder, kind, value) for value in arguments)
        total = context.make_complex(builder, kind)
        total.real = builder.fadd(a.real, b.real, flags=("reassoc",))
        total.imag = builder.fadd(a.imag, b.imag, flags=("reassoc",))
        return total._getvalue()

    return kind(kind, kind), code


@register_jitable
def compensated_add(total, lost, x):
    """The rounded total + x, and the sum of all that the roundings have lost so far."""
    rounded = total + x
    x_kept = rounded - total
    return rounded, lost + ((total - (rounded - x_kept)) + (x - x_kept))


@register_jitable
def compensated_total(total, lost):
    """The sum; after an infinity or an overflow, where the loss is NaN, the plain one."""
    if lost != lost:
        return total
    return total + lost


def _reduced(typing_context, acc, x, operation):
    kind = typing_context.unify_types(acc, x)
    if not isinstance(kind, types.Float):
        return None

    def code(context, builder, signature, arguments):
        _widen(builder)
        scalar = arguments[0].type
        name = f"llvm.{operation}.{'f32' if isinstance(scalar, ir.FloatType) else 'f64'}"
        function = ir.FunctionType(scalar, [scalar, scalar])
        return builder.call(cgutils.get_or_insert_function(builder.module, function, name), arguments, fastmath="nsz")

    return kind(kind, kind), code


@intrinsic
def greatest(typing_context, acc, x):
    """The larger of acc and x as the next step of a reduction, which may be reordered; NaN if either is."""
    return _reduced(typing_context, acc, x, "maximum")


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
# Elements of a tile: it stays in the first cache beside what is read.
_TILE = 128
# Bytes of a line of the cache, at whose borders the stores begin.
_LINE = 64
# Bytes of an array from which on its elements are stored past the caches. A core's second one holds less; an array of 8
# MiB is summed after it as fast as one that was stored to otherwise.
PAST_CACHES = 8 << 20
# Whether a kernel fills arrays by tiles: compile_pair makes a machine code where it does.
STREAMS = False


@intrinsic
def stream_tile(typing_context, out):
    """A vector of _TILE elements like those of `out`, on the stack of the thread."""
    kind = types.Array(out.dtype, 1, "C")

    def code(context, builder, signature, arguments):
        _widen(builder)
        element = context.get_data_type(out.dtype)
        place = cgutils.alloca_once(builder, ir.ArrayType(element, _TILE))
        place.align = _LINE
        size = context.get_abi_sizeof(element)
        made = context.make_array(kind)(context, builder)
        context.populate_array(
            made,
            data=builder.bitcast(place, element.as_pointer()),
            shape=cgutils.pack_array(builder, [context.get_constant(types.intp, _TILE)]),
            strides=cgutils.pack_array(builder, [context.get_constant(types.intp, size)]),
            itemsize=context.get_constant(types.intp, size),
            meminfo=None,
        )
        return made._getvalue()

    return kind(out), code


@intrinsic
def stream_shift(typing_context, out, first):
    """How many elements of `out`, contiguous, lie between the last border of a line and its element number `first`."""

    def code(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        size = context.get_abi_sizeof(context.get_data_type(out.dtype))
        place = builder.ptrtoint(builder.gep(array.data, [arguments[1]]), ir.IntType(64))
        return builder.udiv(
            builder.and_(place, ir.Constant(ir.IntType(64), _LINE - 1)), ir.Constant(ir.IntType(64), size)
        )

    return types.intp(out, types.intp), code


@intrinsic
def stream(typing_context, out, first, tile):
    """Store a tile to `out`, contiguous, from its element number `first` on; past the caches where a line begins."""

    def code(context, builder, signature, arguments):
        target = context.make_array(signature.args[0])(context, builder, arguments[0])
        source = context.make_array(signature.args[2])(context, builder, arguments[2])
        integer = ir.IntType(64)
        line = ir.VectorType(integer, _LINE // 8).as_pointer()
        lines = _TILE * context.get_abi_sizeof(context.get_data_type(out.dtype)) // _LINE
        start = builder.gep(target.data, [arguments[1]])
        inside = builder.and_(builder.ptrtoint(start, integer), ir.Constant(integer, _LINE - 1))
        start, tile = builder.bitcast(start, line), builder.bitcast(source.data, line)
        past = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])

        def store(align):
            for k in range(lines):
                at = [ir.Constant(integer, k)]
                yield builder.store(
                    builder.load(builder.gep(tile, at), align=_LINE), builder.gep(start, at), align=align
                )

        with builder.if_else(builder.icmp_unsigned("==", inside, ir.Constant(integer, 0))) as (aligned, other):
            with aligned:
                for one in store(_LINE):
                    one.set_metadata("nontemporal", past)
            with other:
                for _ in store(1):
                    pass
        return context.get_dummy_value()

    return types.void(out, types.intp, tile), code


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
def _softmax_regression_numpy(X, Y, rate, decay, steps):
    """Weights (d, k), biases (k,) and the loss after each step, for images X (n, d) and one-hot classes Y (n, k)."""
    n = len(X)
    W, b = np.zeros((X.shape[1], Y.shape[1])), np.zeros(Y.shape[1])
    speed = np.zeros_like(W)
    losses = np.empty(steps)
    for step in range(steps):
        P = softmax(X @ W + b)
        losses[step] = -np.mean(np.log(np.sum(P * Y, axis=1))) + 0.5 * decay * np.sum(W**2)
        error = (P - Y) / n
        speed = 0.9 * speed - rate * (X.T @ error + decay * W)
        W += speed
        b -= rate * error.sum(axis=0)
    return W, b, losses


# mdsl: begin softmax_regression (sha256 ecd8e1f227f4fce5)
def _softmax_regression_kernel(m, q, k):
    test = m * q * k <= 8192 and k * q * m <= 8192
    return test


_softmax_regression_serial, _softmax_regression_parallel = compile_pair(_softmax_regression_kernel, apart=True)


def _softmax_regression_2_kernel(
    sum_error, X, value, value_1, value_2, e, Y, error, speed_1, losses, steps, k, q, m, rate, decay
):
    # softmax_regression.py:24
    for step in range(steps):
        total_1 = 0.0
        sum_a = 0.0
        speed_2 = np.empty((k, q))
        if q >= 285715:
            if not (STREAMS and 8 * q >= PAST_CACHES):
                for j in prange(q):
                    sum_error[j] = 0.0
            else:
                shift = stream_shift(sum_error, 0)
                strips = (q + shift + 127) // 128
                for strip in prange(strips):
                    start = min(max(0, 128 * strip - shift), q - 128)
                    tile = stream_tile(sum_error)
                    for at in range(128):
                        tile[at] = 0.0
                    stream(sum_error, start, tile)
        else:
            for j in range(q):
                sum_error[j] = 0.0
        lost = 0.0
        for block in range(0, m, 256):
            end = min(block + 256, m)
            part = 0.0
            for row in range(block, end):
                highest = -np.inf
                for column in range(q):
                    entry = 0.0
                    for term in range(k):
                        entry = sum_add(entry, X[np.uint64(row), term] * value[term, column])
                    value_2[np.uint64(row), column] = entry + value_1[column]
                    highest = greatest(highest, value_2[np.uint64(row), column])
                total_2 = 0.0
                for j in range(q):
                    e[np.uint64(row), j] = vec_exp(value_2[np.uint64(row), j] - highest)
                    total_2 = sum_add(total_2, e[np.uint64(row), j])
                total_3 = 0.0
                for j in range(q):
                    P = e[np.uint64(row), j] / total_2
                    total_3 = sum_add(total_3, P * Y[np.uint64(row), j])
                    error[np.uint64(row), j] = (P - Y[np.uint64(row), j]) / np.float64(m)
                    sum_error[j] = sum_add(sum_error[j], error[np.uint64(row), j])
                a = vec_log(total_3)
                part = sum_add(part, a)
            sum_a, lost = compensated_add(sum_a, lost, part)
        sum_a = compensated_total(sum_a, lost)
        t_1 = sum_a / np.float64(m)
        for row_1 in range(k):
            for column_1 in range(q):
                entry_1 = 0.0
                lost_1 = 0.0
                for block_1 in range(0, m, 256):
                    end_1 = min(block_1 + 256, m)
                    part_1 = 0.0
                    for term_1 in range(block_1, end_1):
                        part_1 = sum_add(part_1, X[np.uint64(term_1), row_1] * error[np.uint64(term_1), column_1])
                    entry_1, lost_1 = compensated_add(entry_1, lost_1, part_1)
                entry_1 = compensated_total(entry_1, lost_1)
                speed_2[row_1, column_1] = (
                    0.9 * speed_1[row_1, column_1] - rate * (entry_1 + decay * value[row_1, column_1])
                )
        speed_1 = speed_2
        lost_2 = 0.0
        for i in range(k):
            for block_2 in range(0, q, 256):
                end_2 = min(block_2 + 256, q)
                part_2 = 0.0
                for j in range(block_2, end_2):
                    part_2 = sum_add(part_2, value[i, np.uint64(j)] * value[i, np.uint64(j)])
                    value[i, np.uint64(j)] += speed_1[i, np.uint64(j)]
                total_1, lost_2 = compensated_add(total_1, lost_2, part_2)
        total_1 = compensated_total(total_1, lost_2)
        t = 0.5 * decay * total_1
        losses[step] = t - t_1
        if q >= 80000:
            for i in prange(q):
                value_1[i] -= rate * sum_error[i]
        else:
            for i in range(q):
                value_1[i] -= rate * sum_error[i]


_softmax_regression_2_serial, _softmax_regression_2_parallel = compile_pair(_softmax_regression_2_kernel, apart=True)


def _softmax_regression_3_kernel(sum_error_1, product_2, value_1, value_2_1, e_1, Y, error_1, q, m, sum_a):
    # softmax_regression.py:30
    if q >= 285715:
        if not (STREAMS and 8 * q >= PAST_CACHES):
            for j in prange(q):
                sum_error_1[j] = 0.0
        else:
            shift = stream_shift(sum_error_1, 0)
            strips = (q + shift + 127) // 128
            for strip in prange(strips):
                start = min(max(0, 128 * strip - shift), q - 128)
                tile = stream_tile(sum_error_1)
                for at in range(128):
                    tile[at] = 0.0
                stream(sum_error_1, start, tile)
    else:
        for j in range(q):
            sum_error_1[j] = 0.0
    lost_3 = 0.0
    # softmax_regression.py:25-27, 30
    for block_3 in range(0, m, 256):
        end_3 = min(block_3 + 256, m)
        part_3 = 0.0
        for i in range(block_3, end_3):
            highest = -np.inf
            for j in range(q):
                value_2_1[np.uint64(i), j] = product_2[np.uint64(i), j] + value_1[j]
                highest = greatest(highest, value_2_1[np.uint64(i), j])
            total_2 = 0.0
            for j in range(q):
                e_1[np.uint64(i), j] = vec_exp(value_2_1[np.uint64(i), j] - highest)
                total_2 = sum_add(total_2, e_1[np.uint64(i), j])
            total_3 = 0.0
            for j in range(q):
                P_1 = e_1[np.uint64(i), j] / total_2
                total_3 = sum_add(total_3, P_1 * Y[np.uint64(i), j])
                error_1[np.uint64(i), j] = (P_1 - Y[np.uint64(i), j]) / np.float64(m)
                sum_error_1[j] = sum_add(sum_error_1[j], error_1[np.uint64(i), j])
            a_1 = vec_log(total_3)
            part_3 = sum_add(part_3, a_1)
        sum_a, lost_3 = compensated_add(sum_a, lost_3, part_3)
    sum_a = compensated_total(sum_a, lost_3)
    t_1 = sum_a / np.float64(m)
    return t_1


_softmax_regression_3_serial, _softmax_regression_3_parallel = compile_pair(_softmax_regression_3_kernel, apart=True)


def _softmax_regression_4_kernel(value, speed_1, product_1_1, speed_2_1, losses, k, q, rate, decay, total_1, step, t_1):
    lost_4 = 0.0
    # softmax_regression.py:26, 28
    for i in range(k):
        for block_4 in range(0, q, 256):
            end_4 = min(block_4 + 256, q)
            part_4 = 0.0
            for j in range(block_4, end_4):
                part_4 = sum_add(part_4, value[i, np.uint64(j)] * value[i, np.uint64(j)])
                speed_2_1[i, np.uint64(j)] = (
                    0.9 * speed_1[i, np.uint64(j)]
                    - rate * (product_1_1[i, np.uint64(j)] + decay * value[i, np.uint64(j)])
                )
            total_1, lost_4 = compensated_add(total_1, lost_4, part_4)
    total_1 = compensated_total(total_1, lost_4)
    t = 0.5 * decay * total_1
    losses[step] = t - t_1


_softmax_regression_4_serial, _softmax_regression_4_parallel = compile_pair(_softmax_regression_4_kernel)


def _softmax_regression_5_kernel(value, speed_1, value_1, sum_error_1, k, q, rate):
    # softmax_regression.py:29
    for i in prange(k):
        for j in range(q):
            value[i, j] += speed_1[i, j]
    # softmax_regression.py:30
    if q >= 80000:
        for i in prange(q):
            value_1[i] -= rate * sum_error_1[i]
    else:
        for i in range(q):
            value_1[i] -= rate * sum_error_1[i]


_softmax_regression_5_serial, _softmax_regression_5_parallel = compile_pair(_softmax_regression_5_kernel, apart=True)


def softmax_regression(X, Y, rate, decay, steps):
    """Weights (d, k), biases (k,) and the loss after each step, for images X (n, d) and one-hot classes Y (n, k)."""
    # compiled for X: float64[:, :] C, Y: float64[:, :] C, rate: float, decay: float, steps: int
    if not (
        type(X) is np.ndarray and X.dtype == np.float64 and X.ndim == 2 and X.flags.aligned and X.flags.c_contiguous
        and type(Y) is np.ndarray and Y.dtype == np.float64 and Y.ndim == 2 and Y.flags.aligned
        and Y.flags.c_contiguous
        and type(rate) in (float, np.float64)
        and type(decay) in (float, np.float64)
        and type(steps) is int and steps.bit_length() <= 62
        and errors_are_silent()
    ):
        return _softmax_regression_numpy(X, Y, rate, decay, steps)
    m, k = X.shape
    p, q = Y.shape
    if not (p == m and steps >= 0 and q >= 1):
        return _softmax_regression_numpy(X, Y, rate, decay, steps)
    value = np.zeros((k, q))
    value_1 = np.zeros(q)
    speed = np.zeros((k, q))
    losses = np.empty(steps)
    speed_1 = speed
    test = _softmax_regression_serial(m, q, k)
    if test:
        value_2 = np.empty((m, q))
        e = np.empty((m, q))
        error = np.empty((m, q))
        sum_error = np.empty(q)
        if q * 4 > PARALLEL_WORK:
            run_parallel(
                _softmax_regression_2_serial, _softmax_regression_2_parallel, sum_error, X, value, value_1, value_2, e,
                Y, error, speed_1, losses, steps, k, q, m, rate, decay,
            )
        else:
            _softmax_regression_2_serial(
                sum_error, X, value, value_1, value_2, e, Y, error, speed_1, losses, steps, k, q, m, rate, decay
            )
    else:
        product_2 = np.empty((m, q))
        value_2_1 = np.empty((m, q))
        e_1 = np.empty((m, q))
        error_1 = np.empty((m, q))
        product_1_1 = np.empty((k, q))
        sum_error_1 = np.empty(q)
        for step in range(steps):
            np.matmul(X, value, out=product_2)
            total_1 = 0.0
            sum_a = 0.0
            speed_2_1 = np.empty((k, q))
            if q > PARALLEL_WORK:
                t_1 = run_parallel(
                    _softmax_regression_3_serial, _softmax_regression_3_parallel, sum_error_1, product_2, value_1,
                    value_2_1, e_1, Y, error_1, q, m, sum_a,
                )
            else:
                t_1 = _softmax_regression_3_serial(
                    sum_error_1, product_2, value_1, value_2_1, e_1, Y, error_1, q, m, sum_a
                )
            np.matmul(X.T, error_1, out=product_1_1)
            _softmax_regression_4_serial(
                value, speed_1, product_1_1, speed_2_1, losses, k, q, rate, decay, total_1, step, t_1
            )
            speed_1 = speed_2_1
            if k * q * 2 > PARALLEL_WORK:
                run_parallel(
                    _softmax_regression_5_serial, _softmax_regression_5_parallel, value, speed_1, value_1, sum_error_1,
                    k, q, rate,
                )
            else:
                _softmax_regression_5_serial(value, speed_1, value_1, sum_error_1, k, q, rate)
    return value, value_1, losses
# mdsl: end softmax_regression


def inputs(size="large"):
    digits = load_digits()
    X, Y = digits.data / 16, np.eye(10)[digits.target]
    return (X, Y, 0.5, 1e-4, 50) if size == "large" else (X[:150], Y[:150], 0.5, 1e-4, 5)


def main():
    print(compare(softmax_regression, inputs()))


if __name__ == "__main__":
    main()
