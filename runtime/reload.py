"""How is machine code that is on disk loaded in the time that it takes, and not in Numba's?

Before Numba loads a function from its cache, it gets ready to compile: it imports its whole library and, for the
address of a BLAS that nobody may call, scipy.linalg. Code that is compiled needs none of it, but Numba's runtime, which
counts references. Measured: the first call of a kernel on disk 475 ms, and 60 so.
"""

from __future__ import annotations

from typing import Any

from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys


class Reload(FunctionCache):
    """Numba's cache of a function, which gets ready to compile only where there is nothing to load."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
            if found is not None:
                return found
        target_context.refresh()  # what is not found is compiled
        return None


def reloading(dispatcher: Any) -> Any:
    """A dispatcher that is cached on disk, which loads quickly from now on where this Numba is built as expected."""
    cache = getattr(dispatcher, "_cache", None)
    expected = (rtsys, "initialize"), (cache, "_load_overload"), (cache, "_guard_against_spurious_io_errors")
    if type(cache) is FunctionCache and all(hasattr(owner, name) for owner, name in expected):
        dispatcher._cache = Reload(dispatcher.py_func)
    return dispatcher
