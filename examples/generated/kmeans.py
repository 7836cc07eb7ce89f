# mdsl 0.1.0: generated from ../kmeans.py (sha256 a0355ce387cebe07); edit that file, not this one.
"""Which handwritten digits look alike? k-means (Lloyd's algorithm) on the digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 b4ee95bd8356926d)
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
def _kmeans_numpy(X, M, steps):
    """Centres (k, d) and labels (n,) of the rows of X (n, d) after some steps that start from the centres M."""
    for _ in range(steps):
        labels = np.argmin(((X[:, None, :] - M[None, :, :]) ** 2).sum(-1), axis=1)
        members = labels[:, None] == np.arange(len(M))
        sizes = np.maximum(members.sum(axis=0), 1)
        M = members.astype(X.dtype).T @ X / sizes[:, None]
    return M, labels


# mdsl: begin kmeans (sha256 4abbb85dead943a3)
def _kmeans_kernel(M, M_1, k, m):
    # kmeans.py:15
    for M_1_row in prange(k):
        for M_1_column in range(m):
            M_1[M_1_row, M_1_column] = M[M_1_row, M_1_column]


_kmeans_serial, _kmeans_parallel = compile_pair(_kmeans_kernel, apart=True)


def _kmeans_2_kernel(X, M_1, total_1, members, sizes, t, M_2, steps, n, k, m):
    # kmeans.py:15
    for _ in range(steps):
        labels_1 = np.empty(n, np.int64)
        for i in prange(n):
            best = 0.0
            at = 0
            position = 0
            for j in range(k):
                total_2 = 0.0
                lost = 0.0
                for block in range(0, m, 256):
                    end_4 = min(block + 256, m)
                    part = 0.0
                    for l in range(block, end_4):
                        part = sum_add(
                            part,
                            (X[i, np.uint64(l)] - M_1[j, np.uint64(l)]) * (X[i, np.uint64(l)] - M_1[j, np.uint64(l)]),
                        )
                    total_2, lost = compensated_add(total_2, lost, part)
                total_2 = compensated_total(total_2, lost)
                candidate = total_2
                if position == 0 or (candidate < best or (np.isnan(candidate) and not np.isnan(best))):
                    best = candidate
                    at = position
                position = position + 1
            labels_1[i] = at
        labels = labels_1
        if k >= 285715:
            if not (STREAMS and 8 * k >= PAST_CACHES):
                for j in prange(k):
                    total_1[j] = 0
            else:
                shift = stream_shift(total_1, 0)
                strips_1 = (k + shift + 127) // 128
                for strip_1 in prange(strips_1):
                    start_1 = min(max(0, 128 * strip_1 - shift), k - 128)
                    tile = stream_tile(total_1)
                    for at_1 in range(128):
                        tile[at_1] = 0
                    stream(total_1, start_1, tile)
        else:
            for j in range(k):
                total_1[j] = 0
        strips = (k + 1023) // 1024
        for strip in prange(strips):
            start = 1024 * strip
            end = min(start + 1024, k)
            for i in range(n):
                for j in range(start, end):
                    members[i, np.uint64(j)] = labels[i] == j
                    total_1[np.uint64(j)] += np.int64(members[i, np.uint64(j)])
        if k >= 125000:
            if not (STREAMS and 8 * k >= PAST_CACHES):
                for i in prange(k):
                    sizes[i] = max(total_1[i], 1)
            else:
                shift_1 = stream_shift(sizes, 0)
                strips_2 = (k + shift_1 + 127) // 128
                for strip_2 in prange(strips_2):
                    start_2 = min(max(0, 128 * strip_2 - shift_1), k - 128)
                    tile_1 = stream_tile(sizes)
                    for at_2 in range(128):
                        tile_1[at_2] = max(total_1[np.uint64(at_2 + start_2)], 1)
                    stream(sizes, start_2, tile_1)
        else:
            for i in range(k):
                sizes[i] = max(total_1[i], 1)
        for i in prange(k):
            for j in range(n):
                t[i, j] = np.float64(members[j, i])
            for column in range(m):
                entry = 0.0
                lost_1 = 0.0
                for block_1 in range(0, n, 256):
                    end_5 = min(block_1 + 256, n)
                    part_1 = 0.0
                    for term in range(block_1, end_5):
                        part_1 = sum_add(part_1, t[i, np.uint64(term)] * X[np.uint64(term), column])
                    entry, lost_1 = compensated_add(entry, lost_1, part_1)
                entry = compensated_total(entry, lost_1)
                M_2[i, column] = entry / np.float64(sizes[i])
        M_1, M_2 = M_2, M_1
    return M_1, labels


_kmeans_2_serial, _kmeans_2_parallel = compile_pair(_kmeans_2_kernel)


def _kmeans_3_kernel(X, M_1, labels_1_1, n, k, m):
    # kmeans.py:16
    for i in prange(n):
        best = 0.0
        at = 0
        position = 0
        for j in range(k):
            total_2 = 0.0
            lost_2 = 0.0
            for block_2 in range(0, m, 256):
                end_6 = min(block_2 + 256, m)
                part_2 = 0.0
                for l in range(block_2, end_6):
                    part_2 = sum_add(
                        part_2,
                        (X[i, np.uint64(l)] - M_1[j, np.uint64(l)]) * (X[i, np.uint64(l)] - M_1[j, np.uint64(l)]),
                    )
                total_2, lost_2 = compensated_add(total_2, lost_2, part_2)
            total_2 = compensated_total(total_2, lost_2)
            candidate = total_2
            if position == 0 or (candidate < best or (np.isnan(candidate) and not np.isnan(best))):
                best = candidate
                at = position
            position = position + 1
        labels_1_1[i] = at


_kmeans_3_serial, _kmeans_3_parallel = compile_pair(_kmeans_3_kernel, apart=True)


def _kmeans_4_kernel(total_1_1, labels, members_1, t_1, k, n):
    # kmeans.py:18
    if k >= 285715:
        if not (STREAMS and 8 * k >= PAST_CACHES):
            for j in prange(k):
                total_1_1[j] = 0
        else:
            shift = stream_shift(total_1_1, 0)
            strips = (k + shift + 127) // 128
            for strip in prange(strips):
                start = min(max(0, 128 * strip - shift), k - 128)
                tile = stream_tile(total_1_1)
                for at in range(128):
                    tile[at] = 0
                stream(total_1_1, start, tile)
    else:
        for j in range(k):
            total_1_1[j] = 0
    strips_1 = (k + 1023) // 1024
    # kmeans.py:17-18
    for strip_1 in prange(strips_1):
        start_1 = 1024 * strip_1
        end_1 = min(start_1 + 1024, k)
        for i in range(n):
            for j in range(start_1, end_1):
                members_1[i, np.uint64(j)] = labels[i] == j
                total_1_1[np.uint64(j)] += np.int64(members_1[i, np.uint64(j)])
    # kmeans.py:19
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
                        t_1[np.uint64(i), np.uint64(j)] = np.float64(members_1[np.uint64(j), np.uint64(i)])
    else:
        if not (STREAMS and (8 * k * n >= PAST_CACHES and n >= 1024)):
            for i in prange(k):
                for j in range(n):
                    t_1[i, j] = np.float64(members_1[j, i])
        else:
            for i in prange(k):
                shift_1 = stream_shift(t_1, i * n)
                strips_4 = (n + shift_1 + 127) // 128
                for strip_4 in range(strips_4):
                    start_4 = min(max(0, 128 * strip_4 - shift_1), n - 128)
                    tile_1 = stream_tile(t_1)
                    for at_1 in range(128):
                        tile_1[at_1] = np.float64(members_1[np.uint64(at_1 + start_4), i])
                    stream(t_1, i * n + start_4, tile_1)


_kmeans_4_serial, _kmeans_4_parallel = compile_pair(_kmeans_4_kernel, apart=True)


def _kmeans_5_kernel(total_1_1, product_1, M_2_1, k, m):
    # kmeans.py:18-19
    for i in prange(k):
        sizes_1 = max(total_1_1[i], 1)
        for j in range(m):
            M_2_1[i, j] = product_1[i, j] / np.float64(sizes_1)


_kmeans_5_serial, _kmeans_5_parallel = compile_pair(_kmeans_5_kernel, apart=True)


def kmeans(X, M, steps):
    """Centres (k, d) and labels (n,) of the rows of X (n, d) after some steps that start from the centres M."""
    # compiled for X: float64[:, :] C, M: float64[:, :] C, steps: int
    if not (
        type(X) is np.ndarray and X.dtype == np.float64 and X.ndim == 2 and X.flags.aligned and X.flags.c_contiguous
        and type(M) is np.ndarray and M.dtype == np.float64 and M.ndim == 2 and M.flags.aligned
        and M.flags.c_contiguous
        and type(steps) is int and steps.bit_length() <= 62
        and errors_are_silent()
    ):
        return _kmeans_numpy(X, M, steps)
    n, m = X.shape
    k, p = M.shape
    if not (p == m and steps >= 1 and k >= 1):
        return _kmeans_numpy(X, M, steps)
    M_1 = np.empty((k, m))
    if k * m > PARALLEL_WORK:
        run_parallel(_kmeans_serial, _kmeans_parallel, M, M_1, k, m)
    else:
        _kmeans_serial(M, M_1, k, m)
    if k * m * n <= 8192:
        M_2 = np.empty((k, m))
        members = np.empty((n, k), np.bool_)
        total_1 = np.empty(k, np.int64)
        sizes = np.empty(k, np.int64)
        t = np.empty((k, n))
        if n * k * m * 3 > PARALLEL_WORK:
            M_1, labels = run_parallel(
                _kmeans_2_serial, _kmeans_2_parallel, X, M_1, total_1, members, sizes, t, M_2, steps, n, k, m
            )
        else:
            M_1, labels = _kmeans_2_serial(X, M_1, total_1, members, sizes, t, M_2, steps, n, k, m)
    else:
        M_2_1 = np.empty((k, m))
        members_1 = np.empty((n, k), np.bool_)
        total_1_1 = np.empty(k, np.int64)
        t_1 = np.empty((k, n))
        product_1 = np.empty((k, m))
        for _ in range(steps):
            labels_1_1 = np.empty(n, np.int64)
            if n * k * m * 3 > PARALLEL_WORK:
                run_parallel(_kmeans_3_serial, _kmeans_3_parallel, X, M_1, labels_1_1, n, k, m)
            else:
                _kmeans_3_serial(X, M_1, labels_1_1, n, k, m)
            labels = labels_1_1
            if k * n * 4 > PARALLEL_WORK:
                run_parallel(_kmeans_4_serial, _kmeans_4_parallel, total_1_1, labels, members_1, t_1, k, n)
            else:
                _kmeans_4_serial(total_1_1, labels, members_1, t_1, k, n)
            np.matmul(t_1, X, out=product_1)
            if k * m * 6 > PARALLEL_WORK:
                run_parallel(_kmeans_5_serial, _kmeans_5_parallel, total_1_1, product_1, M_2_1, k, m)
            else:
                _kmeans_5_serial(total_1_1, product_1, M_2_1, k, m)
            M_1, M_2_1 = M_2_1, M_1
    return M_1, labels
# mdsl: end kmeans


def inputs(size="large"):
    X = load_digits().data / 16
    if size == "small":
        X = X[:200]
    first = np.random.default_rng(10).choice(len(X), 10, replace=False)
    return X, X[first], 10 if size == "large" else 3


def main():
    print(compare(kmeans, inputs()))


if __name__ == "__main__":
    main()
