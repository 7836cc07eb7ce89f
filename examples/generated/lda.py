# mdsl 0.1.0: generated from ../lda.py (sha256 11dde27253136971); edit that file, not this one.
"""Which measurements tell three species of iris apart? Linear discriminant analysis, fit and transform, in NumPy.

The steps are those of scikit-learn's LinearDiscriminantAnalysis(solver="svd").
"""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_iris

# mdsl: was: from mdsl import accelerate


def fit(X, y, k):
    """The data's mean (d,) and the scalings (d, k - 1) that spread k classes."""
    n = len(X)
    members = y[:, None] == np.arange(k)
    sizes = members.sum(axis=0)
    priors = sizes / n
    means = members.T.astype(X.dtype) @ X / sizes[:, None]
    mean = priors @ means

    # Scale so that the scatter within the classes is the same in each direction.
    centred = X - means[y]
    std = centred.std(axis=0)
    std[std == 0] = 1
    _, s, vt = np.linalg.svd(np.sqrt(1 / (n - k)) * (centred / std), full_matrices=False)
    s[s == 0] = 1
    whiten = (vt / std).T / s

    # Then the directions in which the means differ most.
    between = np.sqrt(n * priors / (k - 1))[:, None] * (means - mean)
    _, _, vt = np.linalg.svd(between @ whiten, full_matrices=False)
    return mean, whiten @ vt.T[:, : k - 1]


def transform(X, mean, scalings):
    return (X - mean) @ scalings


# mdsl: begin shared code (sha256 a0c2f59ac013e3d4)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from llvmlite import ir
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
def _lda_numpy(X, y, k):
    """The samples X (n, d) of classes y in the plane that separates them best, (n, k - 1)."""
    mean, scalings = fit(X, y, k)
    return transform(X, mean, scalings)


# mdsl: begin lda (sha256 cf6cfc24fd69b86c)
def _lda_kernel(sizes, y, members, t, k, n):
    # lda.py:45
    if not (STREAMS and 8 * k >= PAST_CACHES):
        for j in prange(k):
            sizes[j] = 0
    else:
        shift = stream_shift(sizes, 0)
        strips = (k + shift + 127) // 128
        for strip in prange(strips):
            start = min(max(0, 128 * strip - shift), k - 128)
            tile = stream_tile(sizes)
            for at in range(128):
                tile[at] = 0
            stream(sizes, start, tile)
    all_of = True
    for i in range(n):
        if k >= 66667:
            for j in prange(k):
                members[i, j] = y[i] == j
                sizes[j] += np.int64(members[i, j])
        else:
            for j in range(k):
                members[i, j] = y[i] == j
                sizes[j] += np.int64(members[i, j])
        all_of = all_of and (y[i] >= -k and y[i] < k)
    if k >= 64 and n >= 512:
        strips_2 = (k + 63) // 64
        for strip_2 in prange(strips_2):
            start_2 = 64 * strip_2
            end_2 = min(start_2 + 64, k)
            strips_3 = (n + 31) // 32
            for strip_3 in range(strips_3):
                start_3 = 32 * strip_3
                end_3 = min(start_3 + 32, n)
                for i in range(start_2, end_2):
                    for j in range(start_3, end_3):
                        t[np.uint64(i), np.uint64(j)] = np.float64(members[np.uint64(j), np.uint64(i)])
    else:
        if not (STREAMS and (8 * k * n >= PAST_CACHES and n >= 1024)):
            for i in prange(k):
                for j in range(n):
                    t[i, j] = np.float64(members[j, i])
        else:
            for i in prange(k):
                shift_1 = stream_shift(t, i * n)
                strips_1 = (n + shift_1 + 127) // 128
                for strip_1 in range(strips_1):
                    start_1 = min(max(0, 128 * strip_1 - shift_1), n - 128)
                    tile_1 = stream_tile(t)
                    for at_1 in range(128):
                        tile_1[at_1] = np.float64(members[np.uint64(at_1 + start_1), i])
                    stream(t, i * n + start_1, tile_1)
    return all_of


_lda_serial, _lda_parallel = compile_pair(_lda_kernel, apart=True)


def _lda_2_kernel(sizes, priors, product, means, k, n, m):
    # lda.py:45
    for i in prange(k):
        priors[i] = np.float64(sizes[i]) / np.float64(n)
        for j in range(m):
            means[i, j] = product[i, j] / np.float64(sizes[i])


_lda_2_serial, _lda_2_parallel = compile_pair(_lda_2_kernel, apart=True)


def _lda_3_kernel(total, X, means, y, centred, mean_1, total_1, t_3, all_of, k, m, n):
    inside = all_of
    if not inside:
        raise NotImplementedError(f'an index is out of bounds for axis 0 with size {k}')
    # lda.py:45
    if not (STREAMS and 8 * m >= PAST_CACHES):
        for j in prange(m):
            total[0, j] = 0.0
    else:
        shift = stream_shift(total, 0 * m)
        strips_2 = (m + shift + 127) // 128
        for strip_2 in prange(strips_2):
            start_2 = min(max(0, 128 * strip_2 - shift), m - 128)
            tile = stream_tile(total)
            for at in range(128):
                tile[at] = 0.0
            stream(total, 0 * m + start_2, tile)
    strips = (m + 1023) // 1024
    for strip in prange(strips):
        start = 1024 * strip
        end = min(start + 1024, m)
        for i in range(n):
            for j in range(start, end):
                centred[i, np.uint64(j)] = (
                    X[i, np.uint64(j)] - means[np.uint64(y[i] + k if y[i] < 0 else y[i]), np.uint64(j)]
                )
                total[0, np.uint64(j)] = sum_add(total[0, np.uint64(j)], centred[i, np.uint64(j)])
    if not (STREAMS and 8 * m >= PAST_CACHES):
        for j in prange(m):
            mean_1[0, j] = total[0, j] / np.float64(n)
    else:
        shift_1 = stream_shift(mean_1, 0 * m)
        strips_3 = (m + shift_1 + 127) // 128
        for strip_3 in prange(strips_3):
            start_3 = min(max(0, 128 * strip_3 - shift_1), m - 128)
            tile_1 = stream_tile(mean_1)
            for at_1 in range(128):
                tile_1[at_1] = total[0, np.uint64(at_1 + start_3)] / np.float64(n)
            stream(mean_1, 0 * m + start_3, tile_1)
    if not (STREAMS and 8 * m >= PAST_CACHES):
        for j in prange(m):
            total_1[j] = 0.0
    else:
        shift_2 = stream_shift(total_1, 0)
        strips_4 = (m + shift_2 + 127) // 128
        for strip_4 in prange(strips_4):
            start_4 = min(max(0, 128 * strip_4 - shift_2), m - 128)
            tile_2 = stream_tile(total_1)
            for at_2 in range(128):
                tile_2[at_2] = 0.0
            stream(total_1, start_4, tile_2)
    strips_1 = (m + 1023) // 1024
    for strip_1 in prange(strips_1):
        start_1 = 1024 * strip_1
        end_1 = min(start_1 + 1024, m)
        for i in range(n):
            for j in range(start_1, end_1):
                d = centred[i, np.uint64(j)] - mean_1[0, np.uint64(j)]
                total_1[np.uint64(j)] = sum_add(total_1[np.uint64(j)], d * d)
    for i in prange(m):
        total_1[i] = np.sqrt(total_1[i] / np.float64(n))
        mask = total_1[i] == 0.0
        total_1[i] = 1.0 if mask else total_1[i]
    if not (n - k != 0):
        raise ZeroDivisionError('division by zero')
    t_1 = 1.0 / np.float64(n - k)
    t_2 = np.sqrt(t_1)
    if not (STREAMS and (8 * n * m >= PAST_CACHES and m >= 1024)):
        for i in prange(n):
            for j in range(m):
                t_3[i, j] = t_2 * (centred[i, j] / total_1[j])
    else:
        for i in prange(n):
            shift_3 = stream_shift(t_3, i * m)
            strips_5 = (m + shift_3 + 127) // 128
            for strip_5 in range(strips_5):
                start_5 = min(max(0, 128 * strip_5 - shift_3), m - 128)
                tile_3 = stream_tile(t_3)
                for at_3 in range(128):
                    tile_3[at_3] = t_2 * (centred[i, np.uint64(at_3 + start_5)] / total_1[np.uint64(at_3 + start_5)])
                stream(t_3, i * m + start_5, tile_3)


_lda_3_serial, _lda_3_parallel = compile_pair(_lda_3_kernel, apart=True)


def _lda_4_kernel(s, vt, total_1, whiten, priors, means, mean, product, least_1, m, k, n):
    # lda.py:45
    for i in prange(least_1):
        mask_1 = s[i] == 0.0
        s[i] = 1.0 if mask_1 else s[i]
    if m >= 64 and least_1 >= 512:
        strips_4 = (m + 63) // 64
        for strip_4 in prange(strips_4):
            start_4 = 64 * strip_4
            end_4 = min(start_4 + 64, m)
            strips_5 = (least_1 + 31) // 32
            for strip_5 in range(strips_5):
                start_5 = 32 * strip_5
                end_5 = min(start_5 + 32, least_1)
                for i in range(start_4, end_4):
                    for j in range(start_5, end_5):
                        whiten[np.uint64(i), np.uint64(j)] = (
                            (vt[np.uint64(j), np.uint64(i)] / total_1[np.uint64(i)]) / s[np.uint64(j)]
                        )
    else:
        if not (STREAMS and (8 * m * least_1 >= PAST_CACHES and least_1 >= 1024)):
            for i in prange(m):
                for j in range(least_1):
                    whiten[i, j] = (vt[j, i] / total_1[i]) / s[j]
        else:
            for i in prange(m):
                shift = stream_shift(whiten, i * least_1)
                strips = (least_1 + shift + 127) // 128
                for strip in range(strips):
                    start = min(max(0, 128 * strip - shift), least_1 - 128)
                    tile = stream_tile(whiten)
                    for at in range(128):
                        tile[at] = (vt[np.uint64(at + start), i] / total_1[i]) / s[np.uint64(at + start)]
                    stream(whiten, i * least_1 + start, tile)
    for i in prange(k):
        t_5 = (np.float64(n) * priors[i]) / np.float64(k - 1)
        t_6 = np.sqrt(t_5)
        for j in range(m):
            product[i, j] = t_6 * (means[i, j] - mean[j])


_lda_4_serial, _lda_4_parallel = compile_pair(_lda_4_kernel, apart=True)


def _lda_5_kernel(X, mean, centred, n, m):
    # lda.py:46
    if not (STREAMS and (8 * n * m >= PAST_CACHES and m >= 1024)):
        for i in prange(n):
            for j in range(m):
                centred[i, j] = X[i, j] - mean[j]
    else:
        for i in prange(n):
            shift = stream_shift(centred, i * m)
            strips = (m + shift + 127) // 128
            for strip in range(strips):
                start = min(max(0, 128 * strip - shift), m - 128)
                tile = stream_tile(centred)
                for at in range(128):
                    tile[at] = X[i, np.uint64(at + start)] - mean[np.uint64(at + start)]
                stream(centred, i * m + start, tile)


_lda_5_serial, _lda_5_parallel = compile_pair(_lda_5_kernel, apart=True)


def lda(X, y, k):
    """The samples X (n, d) of classes y in the plane that separates them best, (n, k - 1)."""
    # compiled for X: float64[:, :] C, y: int64[:] C, k: int
    if not (
        type(X) is np.ndarray and X.dtype == np.float64 and X.ndim == 2 and X.flags.aligned and X.flags.c_contiguous
        and type(y) is np.ndarray and y.dtype == np.int64 and y.ndim == 1 and y.flags.aligned
        and y.flags.c_contiguous
        and type(k) is int and k.bit_length() <= 30
        and errors_are_silent()
    ):
        return _lda_numpy(X, y, k)
    n, m = X.shape
    least_1 = min(n, m)
    least_2 = min(k, least_1)
    if not (len(y) == n and k >= 1 and least_2 + 1 >= k):
        return _lda_numpy(X, y, k)
    try:
        members = np.empty((n, k), np.bool_)
        sizes = np.empty(k, np.int64)
        priors = np.empty(k)
        t = np.empty((k, n))
        product = np.empty((k, m))
        means = np.empty((k, m))
        mean = np.empty(m)
        centred = np.empty((n, m))
        total = np.empty((1, m))
        mean_1 = np.empty((1, m))
        total_1 = np.empty(m)
        t_3 = np.empty((n, m))
        whiten = np.empty((m, least_1))
        product_1 = np.empty((k, least_1))
        value = np.empty((m, k - 1))
        result = np.empty((n, k - 1))
        if k * n > PARALLEL_WORK:
            all_of = run_parallel(_lda_serial, _lda_parallel, sizes, y, members, t, k, n)
        else:
            all_of = _lda_serial(sizes, y, members, t, k, n)
        np.matmul(t, X, out=product)
        if k * m * 6 > PARALLEL_WORK:
            run_parallel(_lda_2_serial, _lda_2_parallel, sizes, priors, product, means, k, n, m)
        else:
            _lda_2_serial(sizes, priors, product, means, k, n, m)
        np.matmul(priors, means, out=mean)
        if m * n * 12 > PARALLEL_WORK:
            run_parallel(
                _lda_3_serial, _lda_3_parallel, total, X, means, y, centred, mean_1, total_1, t_3, all_of, k, m, n
            )
        else:
            _lda_3_serial(total, X, means, y, centred, mean_1, total_1, t_3, all_of, k, m, n)
        _, s, vt = np.linalg.svd(t_3, full_matrices=False)
        if m * least_1 * 10 > PARALLEL_WORK:
            run_parallel(
                _lda_4_serial, _lda_4_parallel, s, vt, total_1, whiten, priors, means, mean, product, least_1, m, k, n
            )
        else:
            _lda_4_serial(s, vt, total_1, whiten, priors, means, mean, product, least_1, m, k, n)
        np.matmul(product, whiten, out=product_1)
        u_1, s_1, vh_1 = np.linalg.svd(product_1, full_matrices=False)
        np.matmul(whiten, vh_1[0:k - 1, 0:least_1].T, out=value)
        if n * m * 2 > PARALLEL_WORK:
            run_parallel(_lda_5_serial, _lda_5_parallel, X, mean, centred, n, m)
        else:
            _lda_5_serial(X, mean, centred, n, m)
        np.matmul(centred, value, out=result)
        return result
    except NotImplementedError:  # a value that the compiled code cannot hold
        return _lda_numpy(X, y, k)
# mdsl: end lda


def inputs(size="large"):
    """Iris, 150 flowers; for the large size each flower a thousand times, measured anew with an error of 0.5 mm."""
    X, y = load_iris(return_X_y=True)
    if size == "large":
        X, y = np.tile(X, (1000, 1)), np.tile(y, 1000)
        X += np.random.default_rng(4).normal(scale=0.05, size=X.shape)
    return X, y, 3


def main():
    print(compare(lda, inputs("small")))
    print(compare(lda, inputs()))


if __name__ == "__main__":
    main()
