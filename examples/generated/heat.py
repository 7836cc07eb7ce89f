# mdsl 0.1.0: generated from ../heat.py (sha256 d31d5098df08e934); edit that file, not this one.
"""How does heat spread over a plate? The 2-D heat equation, explicit in time; a photograph is the first temperature."""

from __future__ import annotations

from _harness import compare
from sklearn.datasets import load_sample_image

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 344e2fb9a42e904c)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
import numpy as np
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
def _heat_numpy(u, alpha, steps):
    """Temperatures (n, m) after `steps` steps; `alpha` is diffusivity * dt / dx**2, stable below 1/4. Edges stay."""
    u = u.copy()
    for _ in range(steps):
        lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += alpha * lap
    return u


# mdsl: begin heat (sha256 28d7311006e42c59)
def _heat_kernel(u, u_1, lap, n, m, steps, alpha):
    count = n * m
    u_flat = u.reshape(-1)
    u_1_flat = u_1.reshape(-1)
    # heat.py:14
    for at in prange(count):
        u_1_flat[at] = u_flat[at]
    # heat.py:15
    for _ in range(steps):
        for i in prange(n - 2):
            for j in range(m - 2):
                lap[i, j] = (
                    u_1[i, j + 1] + u_1[i + 2, j + 1] + u_1[i + 1, j] + u_1[i + 1, j + 2] - 4.0 * u_1[i + 1, j + 1]
                )
        for i in prange(n - 2):
            for j in range(m - 2):
                u_1[i + 1, j + 1] += alpha * lap[i, j]


_heat_serial, _heat_parallel = compile_pair(_heat_kernel)


def heat(u, alpha, steps):
    """Temperatures (n, m) after `steps` steps; `alpha` is diffusivity * dt / dx**2, stable below 1/4. Edges stay."""
    # compiled for u: float64[:, :] C, alpha: float, steps: int
    if not (
        type(u) is np.ndarray and u.dtype == np.float64 and u.ndim == 2 and u.flags.aligned and u.flags.c_contiguous
        and type(alpha) in (float, np.float64)
        and type(steps) is int
        and errors_are_silent()
    ):
        return _heat_numpy(u, alpha, steps)
    n, m = u.shape
    if not (n >= 2 and m >= 2):
        return _heat_numpy(u, alpha, steps)
    u_1 = np.empty((n, m))
    lap = np.empty((n - 2, m - 2))
    if (n - 2) * (m - 2) * 12 > PARALLEL_WORK:
        run_parallel(_heat_serial, _heat_parallel, u, u_1, lap, n, m, steps, alpha)
    else:
        _heat_serial(u, u_1, lap, n, m, steps, alpha)
    return u_1
# mdsl: end heat


def inputs(size="large"):
    brightness = load_sample_image("china.jpg").mean(axis=2) / 255
    return (brightness, 0.2, 100) if size == "large" else (brightness[:48, :64].copy(), 0.2, 5)


def main():
    print(compare(heat, inputs()))


if __name__ == "__main__":
    main()
