# mdsl 0.1.0: generated from ../floyd_warshall.py (sha256 d1891dc2fccc9b05); edit that file, not this one.
"""How far is it from digit to digit by way of digits that look alike? All shortest paths, as Isomap wants them."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_digits

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 7eec41fda2f2d693)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from numba import njit, prange
from numba.core import types
from numba.core.compiler import Compiler
from numba.core.errors import NumbaError
from numba.extending import intrinsic


def _extremum(typing_context, x, y, comparison, ignores_nan):
    kind = typing_context.unify_types(x, y)
    if not isinstance(kind, types.Integer | types.Float | types.Boolean):
        return None

    def code(context, builder, signature, arguments):
        x, y = arguments
        if isinstance(kind, types.Float):
            found = builder.select(builder.fcmp_ordered(comparison, x, y), x, y)  # y where either is NaN
            odd = builder.fcmp_unordered("uno", y, y) if ignores_nan else builder.fcmp_unordered("uno", x, x)
            return builder.select(odd, x, found)
        signed = isinstance(kind, types.Integer) and kind.signed
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        return builder.select(compare(comparison, x, y), x, y)

    return kind(kind, kind), code


@intrinsic
def minimum(typing_context, x, y):
    """The smaller of two real numbers, NaN if either is."""
    return _extremum(typing_context, x, y, "<", False)


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
def _floyd_warshall_numpy(distances):
    """Lengths of the shortest paths between all pairs, (n, n); infinite where there is no edge and no path."""
    paths = distances.copy()
    for k in range(len(paths)):
        paths = np.minimum(paths, paths[:, k, None] + paths[k])
    return paths


# mdsl: begin floyd_warshall (sha256 69501c56607c1083)
def _floyd_warshall_kernel(distances, paths_1, paths_2, n, m):
    # floyd_warshall.py:15-16
    for i in prange(n):
        for j in range(m):
            paths = distances[i, j]
            paths_1[i, j] = paths
    # floyd_warshall.py:16
    for k in range(n):
        for i in prange(n):
            for j in range(m):
                paths_2[i, j] = minimum(paths_1[i, j], paths_1[i, k] + paths_1[k, j])
        paths_1, paths_2 = paths_2, paths_1
    return paths_1


_floyd_warshall_serial, _floyd_warshall_parallel = compile_pair(_floyd_warshall_kernel)


def floyd_warshall(distances):
    """Lengths of the shortest paths between all pairs, (n, n); infinite where there is no edge and no path."""
    # compiled for distances: float64[:, :] C
    if not (
        type(distances) is np.ndarray and distances.dtype == np.float64 and distances.ndim == 2
        and distances.flags.aligned and distances.flags.c_contiguous
        and errors_are_silent()
    ):
        return _floyd_warshall_numpy(distances)
    n, m = distances.shape
    if not (m >= n and n >= 1):
        return _floyd_warshall_numpy(distances)
    paths_1 = np.empty((n, m))
    paths_2 = np.empty((n, m))
    if n * m * 4 > PARALLEL_WORK:
        paths_1 = run_parallel(_floyd_warshall_serial, _floyd_warshall_parallel, distances, paths_1, paths_2, n, m)
    else:
        paths_1 = _floyd_warshall_serial(distances, paths_1, paths_2, n, m)
    return paths_1
# mdsl: end floyd_warshall


def inputs(size="large"):
    """The graph in which each image is joined to its eight nearest."""
    X = load_digits().data[: 500 if size == "large" else 60]
    squares = np.sum(X**2, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * X @ X.T, 0))
    eighth = np.partition(distances, 8, axis=1)[:, 8]
    joined = distances <= np.maximum(eighth[:, None], eighth)
    return (np.where(joined, distances, np.inf),)


def main():
    print(compare(floyd_warshall, inputs()))


if __name__ == "__main__":
    main()
