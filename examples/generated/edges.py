# mdsl 0.1.0: generated from ../edges.py (sha256 243902c48db88a91); edit that file, not this one.
"""Where are the edges of a photograph? A bilateral filter that takes the noise away, then Sobel's operator."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_sample_image

# mdsl: was: from mdsl import accelerate


def luminance(rgb):
    return rgb @ np.array([0.2126, 0.7152, 0.0722]) / 255


def bilateral(image, radius, near, alike):
    """A mean over neighbours, weighted by how near they are (in pixels) and how alike (in brightness)."""
    n, m = image.shape
    padded = np.pad(image, radius, mode="edge")
    total = np.zeros_like(image)
    weights = np.zeros_like(image)
    for dy in range(2 * radius + 1):
        for dx in range(2 * radius + 1):
            neighbour = padded[dy : dy + n, dx : dx + m]
            distance = ((dy - radius) ** 2 + (dx - radius) ** 2) / (2 * near**2)
            weight = np.exp(-distance - (neighbour - image) ** 2 / (2 * alike**2))
            total += weight * neighbour
            weights += weight
    return total / weights


def sobel(image):
    """The gradient's magnitude, two pixels smaller each way."""
    dx = image[:, 2:] - image[:, :-2]
    dy = image[2:] - image[:-2]
    gx = dx[:-2] + 2 * dx[1:-1] + dx[2:]
    gy = dy[:, :-2] + 2 * dy[:, 1:-1] + dy[:, 2:]
    return np.hypot(gx, gy)


# mdsl: begin shared code (sha256 f9c657eb6485522f)
import ctypes
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


def _widen(builder):
    """In a parallel loop, whose arrays are large, let a vector be a whole line of the cache.

    LLVM prefers 256 bits on processors that have 512. Reading from memory half as many, longer loads let the processor
    look further ahead: the sum of 256 MB is 15 % faster. Short loops in cache lose as much, so serial code stays.
    """
    if "parfor" in builder.function.name:
        # llvmlite's sets admit the attributes that it knows by name; this one is written as it stands.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')


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


@intrinsic
def either(typing_context, condition, then, orelse):
    """`then if condition else orelse`; both are computed."""
    kind = typing_context.unify_types(then, orelse)
    kinds = types.Integer | types.Boolean | types.Float | types.Complex
    if not isinstance(condition, types.Boolean) or not isinstance(kind, kinds):
        return None

    def code(context, builder, signature, arguments):
        if isinstance(kind, types.Complex):
            test = arguments[0]
            ways = [context.make_complex(builder, kind, value) for value in arguments[1:]]
            result = context.make_complex(builder, kind)
            result.real = builder.select(test, *(way.real for way in ways))
            result.imag = builder.select(test, *(way.imag for way in ways))
            return result._getvalue()
        chosen = builder.select(*arguments)
        if not isinstance(kind, types.Float):
            chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return kind(types.boolean, kind, kind), code


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
vec_power = _vector_function("pow", 2, np.power)
vec_hypot = _vector_function("hypot", 2, np.hypot)


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
def _edges_numpy(rgb, radius, near, alike):
    """Edge strength between 0 and 1, of shape (n - 2, m - 2), for a photograph (n, m, 3) of uint8."""
    strength = sobel(bilateral(luminance(rgb), radius, near, alike))
    return np.clip(strength / np.max(strength), 0, 1)


# mdsl: begin edges (sha256 08914bb830a9b01e)
def _edges_kernel(joined, rgb, t, n, m):
    joined[0] = 0.2126
    joined[1] = 0.7152
    joined[2] = 0.0722
    # edges.py:44
    for i in prange(n):
        for j in range(m):
            for l in range(3):
                t[i, j, l] = np.float64(rgb[i, j, l])


_edges_serial, _edges_parallel = compile_pair(_edges_kernel, apart=True)


def _edges_2_kernel(
    product, padded, stored, stored_2, total, weights, dx_1, result, dy_1, strength, max_strength_parts, n, m, radius,
    near, alike,
):
    count = (n - 2) * (m - 2)
    result_flat = result.reshape(-1)
    strength_flat = strength.reshape(-1)
    # edges.py:44
    for i in prange(n):
        for j in range(m):
            product[i, j] /= 255.0
            padded[np.uint64(i + radius), np.uint64(j + radius)] = product[i, j]
    if not (STREAMS and (8 * radius * m >= PAST_CACHES and m >= 1024)):
        for i in prange(radius):
            for j in range(m):
                stored[i, j] = padded[radius, np.uint64(j + radius)]
    else:
        for i in prange(radius):
            shift = stream_shift(stored, i * m)
            strips_4 = (m + shift + 127) // 128
            for strip_4 in range(strips_4):
                start_5 = min(max(0, 128 * strip_4 - shift), m - 128)
                tile = stream_tile(stored)
                for at_1 in range(128):
                    tile[at_1] = padded[radius, np.uint64(at_1 + radius + start_5)]
                stream(stored, i * m + start_5, tile)
    if not (STREAMS and (8 * radius * m >= PAST_CACHES and m >= 1024)):
        for i in prange(radius):
            for j in range(m):
                padded[i, np.uint64(j + radius)] = stored[i, j]
    else:
        for i in prange(radius):
            shift_1 = stream_shift(padded, i * (m + 2 * radius) + radius)
            strips_5 = (m + shift_1 + 127) // 128
            for strip_5 in range(strips_5):
                start_6 = min(max(0, 128 * strip_5 - shift_1), m - 128)
                tile_1 = stream_tile(padded)
                for at_2 in range(128):
                    tile_1[at_2] = stored[i, np.uint64(at_2 + start_6)]
                stream(padded, i * (m + 2 * radius) + (radius + start_6), tile_1)
    if not (STREAMS and (8 * radius * m >= PAST_CACHES and m >= 1024)):
        for i in prange(radius):
            for j in range(m):
                stored[i, j] = padded[n + radius - 1, np.uint64(j + radius)]
    else:
        for i in prange(radius):
            shift_2 = stream_shift(stored, i * m)
            strips_6 = (m + shift_2 + 127) // 128
            for strip_6 in range(strips_6):
                start_7 = min(max(0, 128 * strip_6 - shift_2), m - 128)
                tile_2 = stream_tile(stored)
                for at_3 in range(128):
                    tile_2[at_3] = padded[n + radius - 1, np.uint64(at_3 + radius + start_7)]
                stream(stored, i * m + start_7, tile_2)
    if not (STREAMS and (8 * radius * m >= PAST_CACHES and m >= 1024)):
        for i in prange(radius):
            for j in range(m):
                padded[np.uint64(i + n + radius), np.uint64(j + radius)] = stored[i, j]
    else:
        for i in prange(radius):
            shift_3 = stream_shift(padded, (i + n + radius) * (m + 2 * radius) + radius)
            strips_7 = (m + shift_3 + 127) // 128
            for strip_7 in range(strips_7):
                start_8 = min(max(0, 128 * strip_7 - shift_3), m - 128)
                tile_3 = stream_tile(padded)
                for at_4 in range(128):
                    tile_3[at_4] = stored[i, np.uint64(at_4 + start_8)]
                stream(padded, (i + n + radius) * (m + 2 * radius) + (radius + start_8), tile_3)
    if not (STREAMS and (8 * radius * (n + 2 * radius) >= PAST_CACHES and n + 2 * radius >= 1024)):
        for i in prange(radius):
            for j in range(n + 2 * radius):
                stored_2[i, j] = padded[j, radius]
    else:
        for i in prange(radius):
            shift_4 = stream_shift(stored_2, i * (n + 2 * radius))
            strips_8 = (n + 2 * radius + shift_4 + 127) // 128
            for strip_8 in range(strips_8):
                start_9 = min(max(0, 128 * strip_8 - shift_4), n + 2 * radius - 128)
                tile_4 = stream_tile(stored_2)
                for at_5 in range(128):
                    tile_4[at_5] = padded[np.uint64(at_5 + start_9), radius]
                stream(stored_2, i * (n + 2 * radius) + start_9, tile_4)
    if radius >= 64 and n + 2 * radius >= 512:
        strips = (radius + 63) // 64
        for strip in prange(strips):
            start_1 = 64 * strip
            end = min(start_1 + 64, radius)
            strips_1 = (n + 2 * radius + 31) // 32
            for strip_1 in range(strips_1):
                start_2 = 32 * strip_1
                end_1 = min(start_2 + 32, n + 2 * radius)
                for i in range(start_1, end):
                    for j in range(start_2, end_1):
                        padded[np.uint64(j), np.uint64(i)] = stored_2[np.uint64(i), np.uint64(j)]
    else:
        for i in prange(radius):
            for j in range(n + 2 * radius):
                padded[j, i] = stored_2[i, j]
    if not (STREAMS and (8 * radius * (n + 2 * radius) >= PAST_CACHES and n + 2 * radius >= 1024)):
        for i in prange(radius):
            for j in range(n + 2 * radius):
                stored_2[i, j] = padded[j, m + radius - 1]
    else:
        for i in prange(radius):
            shift_5 = stream_shift(stored_2, i * (n + 2 * radius))
            strips_9 = (n + 2 * radius + shift_5 + 127) // 128
            for strip_9 in range(strips_9):
                start_10 = min(max(0, 128 * strip_9 - shift_5), n + 2 * radius - 128)
                tile_5 = stream_tile(stored_2)
                for at_6 in range(128):
                    tile_5[at_6] = padded[np.uint64(at_6 + start_10), m + radius - 1]
                stream(stored_2, i * (n + 2 * radius) + start_10, tile_5)
    if radius >= 64 and n + 2 * radius >= 512:
        strips_2 = (radius + 63) // 64
        for strip_2 in prange(strips_2):
            start_3 = 64 * strip_2
            end_2 = min(start_3 + 64, radius)
            strips_3 = (n + 2 * radius + 31) // 32
            for strip_3 in range(strips_3):
                start_4 = 32 * strip_3
                end_3 = min(start_4 + 32, n + 2 * radius)
                for i in range(start_3, end_2):
                    for j in range(start_4, end_3):
                        padded[np.uint64(j), np.uint64(i + m + radius)] = stored_2[np.uint64(i), np.uint64(j)]
    else:
        for i in prange(radius):
            for j in range(n + 2 * radius):
                padded[j, np.uint64(i + m + radius)] = stored_2[i, j]
    for dy in range(2 * radius + 1):
        for dx in range(2 * radius + 1):
            t_1 = np.float64((dy - radius) * (dy - radius)) + np.float64((dx - radius) * (dx - radius))
            t_2 = abs(t_1)
            if not (t_2 < 4.611686018427388e+18):
                raise NotImplementedError('an integer leaves int64')
            if not (abs(near) < 1.3407807929929188e+154):
                raise NotImplementedError('a power overflows')
            t_3 = vec_power(near, 2.0)
            shared = 2.0 * t_3
            if not (shared != 0.0):
                raise ZeroDivisionError('float division by zero')
            t_4 = np.float64((dy - radius) * (dy - radius) + (dx - radius) * (dx - radius))
            distance = t_4 / shared
            if not (abs(alike) < 1.3407807929929188e+154):
                raise NotImplementedError('a power overflows')
            t_5 = vec_power(alike, 2.0)
            t_6 = 2.0 * t_5
            for i in prange(n):
                for j in range(m):
                    weight = vec_exp(
                        -distance
                        - ((padded[dy + i, dx + j] - product[i, j]) * (padded[dy + i, dx + j] - product[i, j])) / t_6
                    )
                    total[i, j] += weight * padded[dy + i, dx + j]
                    weights[i, j] += weight
    for i in prange(n):
        for j in range(m):
            product[i, j] = total[i, j] / weights[i, j]
        for j in range(m - 2):
            dx_1[i, j] = product[i, j + 2] - product[i, j]
    if not (STREAMS and (8 * (n - 2) * (m - 2) >= PAST_CACHES and m - 2 >= 1024)):
        for i in prange(n - 2):
            for j in range(m - 2):
                result[i, j] = dx_1[i, j] + 2.0 * dx_1[i + 1, j] + dx_1[i + 2, j]
    else:
        for i in prange(n - 2):
            shift_6 = stream_shift(result, i * (m - 2))
            strips_10 = (m + shift_6 + 125) // 128
            for strip_10 in range(strips_10):
                start_11 = min(max(0, 128 * strip_10 - shift_6), m - 130)
                tile_6 = stream_tile(result)
                for at_7 in range(128):
                    tile_6[at_7] = (
                        dx_1[i, np.uint64(at_7 + start_11)] + 2.0 * dx_1[i + 1, np.uint64(at_7 + start_11)]
                        + dx_1[i + 2, np.uint64(at_7 + start_11)]
                    )
                stream(result, i * (m - 2) + start_11, tile_6)
    max_strength = -np.inf
    # edges.py:44-45
    for chunk in prange(16):
        start = (chunk * (n - 2)) // 16
        stop = ((chunk + 1) * (n - 2)) // 16
        max_strength_part = -np.inf
        for i in range(start, stop):
            for j in range(m):
                dy_1[np.uint64(i), j] = product[np.uint64(i + 2), j] - product[np.uint64(i), j]
            for j in range(m - 2):
                gy = dy_1[np.uint64(i), j] + 2.0 * dy_1[np.uint64(i), j + 1] + dy_1[np.uint64(i), j + 2]
                strength[np.uint64(i), j] = vec_hypot(result[np.uint64(i), j], gy)
                max_strength_part = greatest(max_strength_part, strength[np.uint64(i), j])
        max_strength_parts[chunk] = max_strength_part
    for chunk in range(16):
        max_strength = greatest(max_strength, max_strength_parts[chunk])
    # edges.py:45
    if not (STREAMS and 8 * count >= PAST_CACHES):
        for at in prange(count):
            t_7 = strength_flat[at] / max_strength
            t_8 = either(t_7 < 0.0, 0.0, t_7)
            result_flat[at] = either(t_8 > 1.0, 1.0, t_8)
    else:
        shift_7 = stream_shift(result_flat, 0)
        strips_11 = (count + shift_7 + 127) // 128
        for strip_11 in prange(strips_11):
            start_12 = min(max(0, 128 * strip_11 - shift_7), count - 128)
            tile_7 = stream_tile(result_flat)
            for at_8 in range(128):
                t_7 = strength_flat[np.uint64(at_8 + start_12)] / max_strength
                t_8 = either(t_7 < 0.0, 0.0, t_7)
                tile_7[at_8] = either(t_8 > 1.0, 1.0, t_8)
            stream(result_flat, start_12, tile_7)


_edges_2_serial, _edges_2_parallel = compile_pair(_edges_2_kernel, apart=True)


def edges(rgb, radius, near, alike):
    """Edge strength between 0 and 1, of shape (n - 2, m - 2), for a photograph (n, m, 3) of uint8."""
    # compiled for rgb: uint8[:, :, :] C, radius: int, near: float, alike: float
    if not (
        type(rgb) is np.ndarray and rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.flags.aligned
        and rgb.flags.c_contiguous
        and type(radius) is int and radius.bit_length() <= 30
        and type(near) is float
        and type(alike) is float
        and errors_are_silent()
    ):
        return _edges_numpy(rgb, radius, near, alike)
    n, m, k = rgb.shape
    if not (k == 3 and radius >= 0 and n >= 3 and m >= 3):
        return _edges_numpy(rgb, radius, near, alike)
    try:
        joined = np.empty(3)
        t = np.empty((n, m, 3))
        product = np.empty((n, m))
        padded = np.empty((n + 2 * radius, m + 2 * radius))
        stored = np.empty((radius, m))
        stored_2 = np.empty((radius, n + 2 * radius))
        total = np.zeros((n, m))
        weights = np.zeros((n, m))
        dx_1 = np.empty((n, m - 2))
        dy_1 = np.empty((n - 2, m))
        result = np.empty((n - 2, m - 2))
        strength = np.empty((n - 2, m - 2))
        max_strength_parts = np.empty(16)
        if n * m * 3 > PARALLEL_WORK:
            run_parallel(_edges_serial, _edges_parallel, joined, rgb, t, n, m)
        else:
            _edges_serial(joined, rgb, t, n, m)
        np.matmul(t, joined, out=product)
        if radius * (n + 2 * radius) * 2 > PARALLEL_WORK:
            run_parallel(
                _edges_2_serial, _edges_2_parallel, product, padded, stored, stored_2, total, weights, dx_1, result,
                dy_1, strength, max_strength_parts, n, m, radius, near, alike,
            )
        else:
            _edges_2_serial(
                product, padded, stored, stored_2, total, weights, dx_1, result, dy_1, strength, max_strength_parts, n,
                m, radius, near, alike,
            )
        return result
    except NotImplementedError:  # a value that the compiled code cannot hold
        return _edges_numpy(rgb, radius, near, alike)
# mdsl: end edges


def inputs(size="large"):
    photograph = load_sample_image("china.jpg")
    return (photograph, 3, 2.0, 0.1) if size == "large" else (photograph[100:140, 200:260].copy(), 2, 2.0, 0.1)


def main():
    print(compare(edges, inputs()))


if __name__ == "__main__":
    main()
