"""How does one kernel text become two machine codes, one serial and one parallel?

Numba's cache on disk names a function's entry by its qualified name and first line and does not see the options, so
two dispatchers of one function would load each other's code. The parallel one is therefore compiled from a copy that
has another name.
"""

from types import FunctionType

from numba import njit


def compile_pair(function, **options):
    """Serial and parallel dispatchers of a kernel written with prange, each compiled when it is first called.

    Both release the GIL, are cached on disk (the function must come from a real file), and divide as NumPy does, without
    raising. `options` are those of numba.njit, for instance fastmath.
    """
    options = {"cache": True, "nogil": True, "error_model": "numpy"} | options
    name = function.__name__ + "_parallel"
    copy = FunctionType(function.__code__, function.__globals__, name, function.__defaults__, function.__closure__)
    copy.__qualname__ = function.__qualname__ + "_parallel"
    copy.__module__ = function.__module__
    copy.__doc__ = function.__doc__
    return njit(**options)(function), njit(**options, parallel=True)(copy)
