# mdsl 0.1.0: generated from ../great_circle.py (sha256 e375f9b2c041f10a); edit that file, not this one.
"""How far is each place on Earth from some capitals? Great-circle distances by the haversine formula."""

from __future__ import annotations

import numpy as np
from _harness import compare

# mdsl: was: from mdsl import accelerate

EARTH_RADIUS = 6371.0088  # km, the mean

#: Latitude and longitude in degrees.
CAPITALS = {
    "Berlin": (52.520, 13.405),
    "Brasília": (-15.794, -47.882),
    "Canberra": (-35.293, 149.127),
    "Nairobi": (-1.286, 36.817),
    "New Delhi": (28.614, 77.209),
    "Ottawa": (45.425, -75.698),
    "Tokyo": (35.690, 139.692),
    "Wellington": (-41.289, 174.777),
}


# mdsl: begin shared code (sha256 da8732d899589fc4)
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
def like(typing_context, x, value):
    """The number `value` in the type of x: Numba's literals are 64 bits wide, and would widen what they meet."""
    return x(x, value), lambda context, builder, signature, args: context.cast(builder, args[1], signature.args[1], x)


@register_jitable
def deg2rad_float(x):
    return x * (like(x, np.pi) / like(x, 180))


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
vec_sin = _vector_function("sin", 1, np.sin)
vec_cos = _vector_function("cos", 1, np.cos)
vec_arctan2 = _vector_function("atan2", 2, np.arctan2)


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
def _great_circle_numpy(lat1, lon1, lat2, lon2):
    """Distances in km of shape (n, m), from n places to m places given in degrees."""
    phi1, phi2 = np.radians(lat1)[:, None], np.radians(lat2)
    dphi = phi2 - phi1
    dlam = np.radians(lon2 - lon1[:, None])
    a = np.sin(dphi / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(dlam / 2) ** 2
    return 2 * EARTH_RADIUS * np.arctan2(np.sqrt(a), np.sqrt(1 - a))


# mdsl: begin great_circle (sha256 8bd9c45ba688a5ff)
def _great_circle_kernel(lon2, lon1, dlam, lat2, value_1, t, lat1, result, n, k):
    # great_circle.py:30
    if not (STREAMS and (8 * n * k >= PAST_CACHES and k >= 1024)):
        for i in prange(n):
            for j in range(k):
                dlam[i, j] = deg2rad_float(lon2[j] - lon1[i])
    else:
        for i in prange(n):
            shift = stream_shift(dlam, i * k)
            strips = (k + shift + 127) // 128
            for strip in range(strips):
                start = min(max(0, 128 * strip - shift), k - 128)
                tile = stream_tile(dlam)
                for at in range(128):
                    tile[at] = deg2rad_float(lon2[np.uint64(at + start)] - lon1[i])
                stream(dlam, i * k + start, tile)
    # great_circle.py:28, 31
    for i in prange(k):
        value_1[i] = deg2rad_float(lat2[i])
        t[i] = vec_cos(value_1[i])
    # great_circle.py:28-29, 31-32
    for i in prange(n):
        value = deg2rad_float(lat1[i])
        t_1 = vec_cos(value)
        for j in range(k):
            dphi = value_1[j] - value
            a = (
                vec_sin(dphi * 0.5) * vec_sin(dphi * 0.5)
                + t_1 * t[j] * (vec_sin(dlam[i, j] * 0.5) * vec_sin(dlam[i, j] * 0.5))
            )
            result[i, j] = 12742.0176 * vec_arctan2(np.sqrt(a), np.sqrt(1.0 - a))


_great_circle_serial, _great_circle_parallel = compile_pair(_great_circle_kernel, apart=True)


def great_circle(lat1, lon1, lat2, lon2):
    """Distances in km of shape (n, m), from n places to m places given in degrees."""
    # compiled for lat1: float64[:] C, lon1: float64[:] C, lat2: float64[:] C, lon2: float64[:] C
    if not (
        type(lat1) is np.ndarray and lat1.dtype == np.float64 and lat1.ndim == 1 and lat1.flags.aligned
        and lat1.flags.c_contiguous
        and type(lon1) is np.ndarray and lon1.dtype == np.float64 and lon1.ndim == 1 and lon1.flags.aligned
        and lon1.flags.c_contiguous
        and type(lat2) is np.ndarray and lat2.dtype == np.float64 and lat2.ndim == 1 and lat2.flags.aligned
        and lat2.flags.c_contiguous
        and type(lon2) is np.ndarray and lon2.dtype == np.float64 and lon2.ndim == 1 and lon2.flags.aligned
        and lon2.flags.c_contiguous
        and type(EARTH_RADIUS) is float and EARTH_RADIUS == 6371.0088
        and errors_are_silent()
    ):
        return _great_circle_numpy(lat1, lon1, lat2, lon2)
    (n,) = lat1.shape
    (k,) = lat2.shape
    if not (len(lon1) == n and len(lon2) == k):
        return _great_circle_numpy(lat1, lon1, lat2, lon2)
    value_1 = np.empty(k)
    dlam = np.empty((n, k))
    t = np.empty(k)
    result = np.empty((n, k))
    if n * k * 96 > PARALLEL_WORK:
        run_parallel(
            _great_circle_serial, _great_circle_parallel, lon2, lon1, dlam, lat2, value_1, t, lat1, result, n, k
        )
    else:
        _great_circle_serial(lon2, lon1, dlam, lat2, value_1, t, lat1, result, n, k)
    return result
# mdsl: end great_circle


def inputs(size="large"):
    """Each degree of the globe (each tenth for the small size), and the capitals."""
    step = 1 if size == "large" else 10
    lat, lon = np.meshgrid(np.arange(-89.5, 90, step), np.arange(-179.5, 180, step), indexing="ij")
    lat2, lon2 = np.array(list(CAPITALS.values())).T.copy()
    return lat.ravel(), lon.ravel(), lat2, lon2


def main():
    print(compare(great_circle, inputs()))


if __name__ == "__main__":
    main()
