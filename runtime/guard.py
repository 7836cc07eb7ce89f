"""When may a parallel kernel run?

Numba's thread pools are not for everybody: the `workqueue` layer ends the process when two threads enter it at once,
and GNU OpenMP ends a child that forks from a process which has used it. So one thread of a process at a time runs
parallel kernels, all others run the serial code of the same kernel meanwhile, and so does a child whose parent has
started the pool. The lock is shared by all generated modules. It adds 0.2 us to a call.
"""

import os
import sys
import threading
import warnings

import numba
from numba.core.errors import NumbaError

from .pair import _STREAMING
from .stream import PAST_CACHES
from .waiting import bound_spinning

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
