# mdsl 0.1.0: generated from ../horizontal_diffusion.py (sha256 5f1e50d4245aa26a); edit that file, not this one.
"""How does a weather model smooth its fields? COSMO's horizontal diffusion: fourth order, with a flux limiter."""

from __future__ import annotations

import numpy as np
from _harness import compare
from sklearn.datasets import load_sample_images

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 29082e35008a9f36)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from numba import njit, prange
from numba.core.errors import NumbaError
from numba.extending import register_jitable


@register_jitable
def floor_divide_int(x, y):
    if y == 0:
        return x - x
    if y == -1:
        return -x
    return x // y


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
def _horizontal_diffusion_numpy(field, coeff):
    """The smoothed interior (n, m, k) of a field (n + 4, m + 4, k) of k levels; `coeff` has the interior's shape."""
    lap = 4 * field[1:-1, 1:-1] - (field[2:, 1:-1] + field[:-2, 1:-1] + field[1:-1, 2:] + field[1:-1, :-2])

    flx = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flx = np.where(flx * (field[2:-1, 2:-2] - field[1:-2, 2:-2]) > 0, 0, flx)

    fly = lap[1:-1, 1:] - lap[1:-1, :-1]
    fly = np.where(fly * (field[2:-2, 2:-1] - field[2:-2, 1:-2]) > 0, 0, fly)

    return field[2:-2, 2:-2] - coeff * (flx[1:] - flx[:-1] + fly[:, 1:] - fly[:, :-1])


# mdsl: begin horizontal_diffusion (sha256 a0f896ef7339564f)
def _horizontal_diffusion_kernel(field, coeff, result, lap, flx_1, fly_1, n, m, k):
    # horizontal_diffusion.py:15, 17-18, 20-21, 23
    if n - 4 >= 32 and (n - 4) * (m - 3) * k >= 131072:
        rows = max(min((n - 4) // 8, 32), 8)
        strips = floor_divide_int(n + rows - 5, rows)
        for strip in prange(strips):
            start = rows * strip
            end = min(rows + start, n - 4)
            near_2 = np.empty((rows + 2, m - 2, k))
            for i in range(start, end + 2):
                for j in range(m - 2):
                    for l in range(k):
                        near_2[np.uint64(i - start), j, l] = (
                            4.0 * field[np.uint64(i + 1), j + 1, l]
                            - (
                                field[np.uint64(i + 2), j + 1, l] + field[np.uint64(i), j + 1, l]
                                + field[np.uint64(i + 1), j + 2, l] + field[np.uint64(i + 1), j, l]
                            )
                        )
            near_1 = np.empty((rows + 1, m - 4, k))
            for i in range(start, end + 1):
                for j in range(m - 4):
                    for l in range(k):
                        flx = near_2[np.uint64(i - start + 1), j + 1, l] - near_2[np.uint64(i - start), j + 1, l]
                        near_1[np.uint64(i - start), j, l] = (
                            0.0 if flx * (field[np.uint64(i + 2), j + 2, l] - field[np.uint64(i + 1), j + 2, l]) > 0.0
                            else flx
                        )
            near = np.empty((rows, m - 3, k))
            for i in range(start, end):
                for j in range(m - 3):
                    for l in range(k):
                        fly = near_2[np.uint64(i - start + 1), j + 1, l] - near_2[np.uint64(i - start + 1), j, l]
                        near[np.uint64(i - start), j, l] = (
                            0.0 if fly * (field[np.uint64(i + 2), j + 2, l] - field[np.uint64(i + 2), j + 1, l]) > 0.0
                            else fly
                        )
                for j in range(m - 4):
                    for l in range(k):
                        result[np.uint64(i), j, l] = (
                            field[np.uint64(i + 2), j + 2, l]
                            - coeff[np.uint64(i), j, l] * (
                                near_1[np.uint64(i - start + 1), j, l] - near_1[np.uint64(i - start), j, l]
                                + near[np.uint64(i - start), j + 1, l] - near[np.uint64(i - start), j, l]
                            )
                        )
    else:
        for i in prange(n - 2):
            for j in range(m - 2):
                for l in range(k):
                    lap[i, j, l] = (
                        4.0 * field[i + 1, j + 1, l]
                        - (field[i + 2, j + 1, l] + field[i, j + 1, l] + field[i + 1, j + 2, l] + field[i + 1, j, l])
                    )
        for i in prange(n - 3):
            for j in range(m - 4):
                for l in range(k):
                    flx = lap[i + 1, j + 1, l] - lap[i, j + 1, l]
                    flx_1[i, j, l] = 0.0 if flx * (field[i + 2, j + 2, l] - field[i + 1, j + 2, l]) > 0.0 else flx
        for i in prange(n - 4):
            for j in range(m - 3):
                for l in range(k):
                    fly = lap[i + 1, j + 1, l] - lap[i + 1, j, l]
                    fly_1[i, j, l] = 0.0 if fly * (field[i + 2, j + 2, l] - field[i + 2, j + 1, l]) > 0.0 else fly
            for j in range(m - 4):
                for l in range(k):
                    result[i, j, l] = (
                        field[i + 2, j + 2, l]
                        - coeff[i, j, l] * (flx_1[i + 1, j, l] - flx_1[i, j, l] + fly_1[i, j + 1, l] - fly_1[i, j, l])
                    )


_horizontal_diffusion_serial, _horizontal_diffusion_parallel = compile_pair(_horizontal_diffusion_kernel)


def horizontal_diffusion(field, coeff):
    """The smoothed interior (n, m, k) of a field (n + 4, m + 4, k) of k levels; `coeff` has the interior's shape."""
    # compiled for field: float64[:, :, :] C, coeff: float64[:, :, :] C
    if not (
        type(field) is np.ndarray and field.dtype == np.float64 and field.ndim == 3 and field.flags.aligned
        and field.flags.c_contiguous
        and type(coeff) is np.ndarray and coeff.dtype == np.float64 and coeff.ndim == 3 and coeff.flags.aligned
        and coeff.flags.c_contiguous
        and errors_are_silent()
    ):
        return _horizontal_diffusion_numpy(field, coeff)
    n, m, k = field.shape
    if not (coeff.shape == (n - 4, m - 4, k) and n >= 4 and m >= 4):
        return _horizontal_diffusion_numpy(field, coeff)
    lap = np.empty((n - 2, m - 2, k))
    flx_1 = np.empty((n - 3, m - 4, k))
    fly_1 = np.empty((n - 4, m - 3, k))
    result = np.empty((n - 4, m - 4, k))
    if (n - 3) * (m - 4) * k * 8 > PARALLEL_WORK:
        run_parallel(
            _horizontal_diffusion_serial, _horizontal_diffusion_parallel, field, coeff, result, lap, flx_1, fly_1, n, m,
            k,
        )
    else:
        _horizontal_diffusion_serial(field, coeff, result, lap, flx_1, fly_1, n, m, k)
    return result
# mdsl: end horizontal_diffusion


def inputs(size="large"):
    """Both photographs, one over the other: six levels of a field."""
    field = np.concatenate(load_sample_images().images, axis=2) / 255
    if size == "small":
        field = field[:40, :50].copy()
    n, m, k = field.shape
    return field, np.full((n - 4, m - 4, k), 0.025)


def main():
    print(compare(horizontal_diffusion, inputs()))


if __name__ == "__main__":
    main()
