# mdsl 0.1.0: generated from ../mandelbrot.py (sha256 1658e48bda92ec97); edit that file, not this one.
"""Which points of the plane stay? The Mandelbrot set, by the number of steps after which a point has escaped."""

from __future__ import annotations

import numpy as np
from _harness import compare

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 9fe436143b5a0e09)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from numba import njit, prange
from numba.core.compiler import Compiler
from numba.core.errors import NumbaError
from numba.extending import intrinsic, register_jitable


@intrinsic
def like(typing_context, x, value):
    """The number `value` in the type of x: Numba's literals are 64 bits wide, and would widen what they meet."""
    return x(x, value), lambda context, builder, signature, args: context.cast(builder, args[1], signature.args[1], x)


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
def _mandelbrot_numpy(x, y, limit):
    """Steps until |z| exceeds 2, at most `limit`; int64 of shape (len(y), len(x))."""
    c = x + 1j * y[:, None]
    z = np.zeros_like(c)
    counts = np.zeros(c.shape, dtype=np.int64)
    for _ in range(limit):
        inside = np.abs(z) < 2
        z = np.where(inside, z * z + c, z)
        counts += inside
    return counts


# mdsl: begin mandelbrot (sha256 3048a4357c345625)
def _mandelbrot_kernel(x, y, c, z, z_1, z_2, counts, m, n, limit):
    # mandelbrot.py:14
    for i in prange(m):
        for j in range(n):
            c[i, j] = np.complex128(x[j]) + complex(0.0, 1.0) * np.complex128(y[i])
    # mandelbrot.py:17
    for z_1_row in prange(m):
        for z_1_column in range(n):
            z_1[z_1_row, z_1_column] = z[z_1_row, z_1_column]
    for _ in range(limit):
        for i in prange(m):
            for j in range(n):
                inside = absolute_complex(z_1[i, j]) < 2.0
                z_2[i, j] = z_1[i, j] * z_1[i, j] + c[i, j] if inside else z_1[i, j]
                counts[i, j] += np.int64(inside)
        z_1, z_2 = z_2, z_1


_mandelbrot_serial, _mandelbrot_parallel = compile_pair(_mandelbrot_kernel, apart=True)


def mandelbrot(x, y, limit):
    """Steps until |z| exceeds 2, at most `limit`; int64 of shape (len(y), len(x))."""
    # compiled for x: float64[:] C, y: float64[:] C, limit: int
    if not (
        type(x) is np.ndarray and x.dtype == np.float64 and x.ndim == 1 and x.flags.aligned and x.flags.c_contiguous
        and type(y) is np.ndarray and y.dtype == np.float64 and y.ndim == 1 and y.flags.aligned
        and y.flags.c_contiguous
        and type(limit) is int and limit.bit_length() <= 62
        and errors_are_silent()
    ):
        return _mandelbrot_numpy(x, y, limit)
    (n,) = x.shape
    (m,) = y.shape
    if not (limit >= 1):
        return _mandelbrot_numpy(x, y, limit)
    c = np.empty((m, n), np.complex128)
    z = np.zeros((m, n), np.complex128)
    counts = np.zeros((m, n), np.int64)
    z_1 = np.empty((m, n), np.complex128)
    z_2 = np.empty((m, n), np.complex128)
    if m * n * 16 > PARALLEL_WORK:
        run_parallel(_mandelbrot_serial, _mandelbrot_parallel, x, y, c, z, z_1, z_2, counts, m, n, limit)
    else:
        _mandelbrot_serial(x, y, c, z, z_1, z_2, counts, m, n, limit)
    return counts
# mdsl: end mandelbrot


def inputs(size="large"):
    """Seahorse Valley, between the head and the body of the set."""
    width, height, limit = (400, 300, 60) if size == "large" else (40, 30, 20)
    return np.linspace(-0.80, -0.70, width), np.linspace(0.05, 0.125, height), limit


def main():
    print(compare(mandelbrot, inputs()))


if __name__ == "__main__":
    main()
