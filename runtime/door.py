"""What has to be asked of a call before compiled code may serve it?"""

import numpy as np


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


def is_distinct(array):
    """Whether no two indices of the array name one element, as they may after as_strided."""
    reach = 0
    for stride, size in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < max(reach, array.itemsize):
            return False
        reach = stride * (size - 1) + max(reach, array.itemsize)
    return True
