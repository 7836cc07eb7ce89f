# mdsl 0.1.0: generated from ../roadmap.py (sha256 b92f3c4643dda35e); edit that file, not this one.
"""What did metadsl's road map want to see compiled? An outer product of a selection: one loop nest, no temporaries.

An element taken from it costs one element.
"""

from __future__ import annotations

import numpy as np
from _harness import compare

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 67c647a9716d5a54)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from numba import njit, prange
from numba.core.errors import NumbaError


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


def compile_pair(function, **options):
    """Serial and parallel dispatchers of a kernel written with prange, each compiled when it is first called.

    Both release the GIL, are cached on disk (the function must come from a real file), and divide as NumPy does,
    without raising. `options` are those of numba.njit, for instance fastmath.
    """
    options = {"cache": True, "nogil": True, "error_model": "numpy"} | options
    # Code that calls libmvec must not be found in the cache where it is missing (a home shared between machines).
    library = "_libmvec" if function.__globals__.get("_LIBMVEC") else ""
    serial = njit(**options)(_renamed(function, library))
    # What may be one loop is one already: Numba's own fusion does not see that two names are one array's.
    parallel = njit(**options, parallel={"fusion": False})(_renamed(function, library + "_parallel"))
    if "mdsl.runtime.pool" in sys.modules:  # where mdsl is at work, its threads run the loops, else Numba's
        sys.modules["mdsl.runtime.pool"].lend(parallel)
    return serial, parallel


def _renamed(function, suffix):
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
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
def _roadmap_numpy(n):
    """int64 of shape (n, n)."""
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)


# mdsl: begin roadmap (sha256 fc5c784ef8bb1a11)
def _roadmap_kernel(result, n):
    # roadmap.py:18
    for i in prange(n):
        for j in range(n):
            result[i, j] = (i if i < 3 else (i * i if i > 5 else 0)) * j


_roadmap_serial, _roadmap_parallel = compile_pair(_roadmap_kernel)


def roadmap(n):
    """int64 of shape (n, n)."""
    # compiled for n: int
    if not (type(n) is int and errors_are_silent()):
        return _roadmap_numpy(n)
    if not (n >= 0):
        return _roadmap_numpy(n)
    result = np.empty((n, n), np.int64)
    if n * n * 10 > PARALLEL_WORK:
        run_parallel(_roadmap_serial, _roadmap_parallel, result, n)
    else:
        _roadmap_serial(result, n)
    return result
# mdsl: end roadmap


# mdsl: was: @accelerate
def _element_numpy(n, i, j):
    """The same program, and one number taken from its result."""
    x = np.arange(n)
    return np.multiply.outer(np.select([x < 3, x > 5], [x, x**2]), x)[i, j]


# mdsl: begin element (sha256 0990726654f634ae)
def element(n, i, j):
    """The same program, and one number taken from its result."""
    # compiled for n: int, i: int, j: int
    if not (type(n) is int and type(i) is int and type(j) is int and errors_are_silent()):
        return _element_numpy(n, i, j)
    if not (n >= 0 and i >= 0 and n >= i + 1 and j >= 0 and n >= j + 1):
        return _element_numpy(n, i, j)
    return np.int64((i if i < 3 else (i * i if i > 5 else 0)) * j)
# mdsl: end element


def inputs(size="large"):
    return (1000,) if size == "large" else (20,)


def main():
    print(compare(roadmap, inputs()))
    print(compare(element, (*inputs(), 700, -1)))


if __name__ == "__main__":
    main()
