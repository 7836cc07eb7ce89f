"""How does one kernel text become two machine codes, one serial and one parallel?

Numba's cache on disk names a function's entry by its qualified name and first line and does not see the options, so
two dispatchers of one function would load each other's code. Each is therefore compiled from a copy whose qualified
name says what it was compiled for.
"""

import sys
from types import FunctionType

from numba import njit
from numba.core.compiler import Compiler


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
