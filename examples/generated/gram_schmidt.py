# mdsl 0.1.0: generated from ../gram_schmidt.py (sha256 acb013220ca5c199); edit that file, not this one.
"""Which directions are there in a data set? Modified Gram-Schmidt on the pixels of scikit-learn's digits."""

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
def _gram_schmidt_numpy(A):
    """Q (m, n) with orthonormal columns and R (n, n), upper triangular, such that A = Q @ R."""
    A = A.copy()
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]))
    for k in range(A.shape[1]):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        R[k, k + 1 :] = Q[:, k] @ A[:, k + 1 :]
        A[:, k + 1 :] -= np.outer(Q[:, k], R[k, k + 1 :])
    return Q, R


# mdsl: begin gram_schmidt (sha256 fc999af941b30912)
def _gram_schmidt_kernel(A, A_1, n, m):
    count = n * m
    A_flat = A.reshape(-1)
    A_1_flat = A_1.reshape(-1)
    # gram_schmidt.py:15
    if not (STREAMS and 8 * count >= PAST_CACHES):
        for at in prange(count):
            A_1_flat[at] = A_flat[at]
    else:
        shift = stream_shift(A_1_flat, 0)
        strips = (count + shift + 127) // 128
        for strip in prange(strips):
            start = min(max(0, 128 * strip - shift), count - 128)
            tile = stream_tile(A_1_flat)
            for at_1 in range(128):
                tile[at_1] = A_flat[np.uint64(at_1 + start)]
            stream(A_1_flat, start, tile)


_gram_schmidt_serial, _gram_schmidt_parallel = compile_pair(_gram_schmidt_kernel, apart=True)


def _gram_schmidt_2_kernel(A_1, R, Q, m, n):
    # gram_schmidt.py:18
    for k in range(m):
        product = 0.0
        lost = 0.0
        for block in range(0, n, 256):
            end = min(block + 256, n)
            part = 0.0
            for i in range(block, end):
                part = sum_add(part, A_1[np.uint64(i), k] * A_1[np.uint64(i), k])
            product, lost = compensated_add(product, lost, part)
        product = compensated_total(product, lost)
        R[k, k] = np.sqrt(product)
        if n >= 71429:
            for i in prange(n):
                Q[i, k] = A_1[i, k] / R[k, k]
        else:
            for i in range(n):
                Q[i, k] = A_1[i, k] / R[k, k]
        for column in range(m - k - 1):
            entry = 0.0
            lost_1 = 0.0
            for block_1 in range(0, n, 256):
                end_1 = min(block_1 + 256, n)
                part_1 = 0.0
                for term in range(block_1, end_1):
                    part_1 = sum_add(part_1, Q[np.uint64(term), k] * A_1[np.uint64(term), column + k + 1])
                entry, lost_1 = compensated_add(entry, lost_1, part_1)
            entry = compensated_total(entry, lost_1)
            R[k, column + k + 1] = entry
        for i in prange(n):
            for j in range(m - k - 1):
                A_1[i, j + k + 1] -= Q[i, k] * R[k, j + k + 1]


_gram_schmidt_2_serial, _gram_schmidt_2_parallel = compile_pair(_gram_schmidt_2_kernel, apart=True)


def _gram_schmidt_3_kernel(A_1, R, Q, n, k):
    product = 0.0
    lost_2 = 0.0
    # gram_schmidt.py:19
    for block_2 in range(0, n, 256):
        end_2 = min(block_2 + 256, n)
        part_2 = 0.0
        for i in range(block_2, end_2):
            part_2 = sum_add(part_2, A_1[np.uint64(i), k] * A_1[np.uint64(i), k])
        product, lost_2 = compensated_add(product, lost_2, part_2)
    product = compensated_total(product, lost_2)
    R[k, k] = np.sqrt(product)
    # gram_schmidt.py:20
    if n >= 71429:
        for i in prange(n):
            Q[i, k] = A_1[i, k] / R[k, k]
    else:
        for i in range(n):
            Q[i, k] = A_1[i, k] / R[k, k]


_gram_schmidt_3_serial, _gram_schmidt_3_parallel = compile_pair(_gram_schmidt_3_kernel, apart=True)


def _gram_schmidt_4_kernel(product_1_1, R, A_1, Q, k, m, n):
    # gram_schmidt.py:21
    for i in range(m - k - 1):
        R[k, np.uint64(i + k + 1)] = product_1_1[i]
    # gram_schmidt.py:22
    for i in prange(n):
        for j in range(m - k - 1):
            A_1[i, np.uint64(j + k + 1)] -= Q[i, k] * R[k, np.uint64(j + k + 1)]


_gram_schmidt_4_serial, _gram_schmidt_4_parallel = compile_pair(_gram_schmidt_4_kernel, apart=True)


def gram_schmidt(A):
    """Q (m, n) with orthonormal columns and R (n, n), upper triangular, such that A = Q @ R."""
    # compiled for A: float64[:, :] C
    if not (
        type(A) is np.ndarray and A.dtype == np.float64 and A.ndim == 2 and A.flags.aligned and A.flags.c_contiguous
        and errors_are_silent()
    ):
        return _gram_schmidt_numpy(A)
    n, m = A.shape
    A_1 = np.empty((n, m))
    Q = np.zeros((n, m))
    R = np.zeros((m, m))
    if n * m > PARALLEL_WORK:
        run_parallel(_gram_schmidt_serial, _gram_schmidt_parallel, A, A_1, n, m)
    else:
        _gram_schmidt_serial(A, A_1, n, m)
    if (m - 1) * n <= 8192:
        if n * (m - 1) * 4 > PARALLEL_WORK:
            run_parallel(_gram_schmidt_2_serial, _gram_schmidt_2_parallel, A_1, R, Q, m, n)
        else:
            _gram_schmidt_2_serial(A_1, R, Q, m, n)
    else:
        for k in range(m):
            if n * 5 > PARALLEL_WORK:
                run_parallel(_gram_schmidt_3_serial, _gram_schmidt_3_parallel, A_1, R, Q, n, k)
            else:
                _gram_schmidt_3_serial(A_1, R, Q, n, k)
            product_1_1 = np.empty(m - k - 1)
            np.matmul(Q[0:n, k], A_1[0:n, k + 1:m], out=product_1_1)
            if n * 4 > PARALLEL_WORK:
                run_parallel(_gram_schmidt_4_serial, _gram_schmidt_4_parallel, product_1_1, R, A_1, Q, k, m, n)
            else:
                _gram_schmidt_4_serial(product_1_1, R, A_1, Q, k, m, n)
    return Q, R
# mdsl: end gram_schmidt


def inputs(size="large"):
    """Pixels that are dark in nearly all images have nothing to say."""
    pixels = load_digits().data
    pixels = pixels[:, pixels.std(axis=0) > 1]
    return (pixels,) if size == "large" else (pixels[:200, 10:22].copy(),)


def main():
    print(compare(gram_schmidt, inputs()))


if __name__ == "__main__":
    main()
