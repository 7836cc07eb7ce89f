"""Which arrays does a function find outside of its arguments? Compiled code gets them in each call, behind those.

A global array, one in a closure or in an object may change its elements between calls, so it is no constant. That it is
the same object is watched (reliance.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .reliance import MISSING, place
from .signature import ArraySpec, Signature, spec_of
from .source import Namespace

MOST = 16


class Captured(Exception):
    """The function needs the array at this path, which is not handed in yet."""

    def __init__(self, path: str, array: np.ndarray) -> None:
        super().__init__()
        self.path, self.array = path, array


def specs(namespace: Namespace, captures: Mapping[str, str]) -> dict[str, ArraySpec] | None:
    """The signature of what stands at the paths now, by parameter; None where one is not an array for compiled code."""
    found: dict[str, ArraySpec] = {}
    for path, name in captures.items():
        where = place(namespace, path)
        spec = spec_of(MISSING if where is None else where.now())
        if not isinstance(spec, ArraySpec):
            return None
        found[name] = spec
    return found


def handing(
    call: Callable[..., Any],
    original: Callable[..., Any],
    namespace: Namespace,
    captures: Mapping[str, str],
    stored: Sequence[int],
) -> Callable[..., Any]:
    """`call` with the arrays behind its arguments; `original` where one was reshaped, or overlaps a stored argument."""
    arrays = [place(namespace, path).now() for path in captures]  # type: ignore[union-attr]
    seen = [_looks(array) for array in arrays]

    def handed(*args: Any) -> Any:
        for array, looks in zip(arrays, seen, strict=True):
            if _looks(array) != looks:
                return original(*args)
            for position in stored:
                if np.may_share_memory(args[position], array):
                    return original(*args)
        return call(*args, *arrays)

    return handed


def without(original: Callable[..., Any], captures: Signature) -> Callable[..., Any]:
    """The original, called with the arguments of compiled code."""
    if not captures:
        return original
    last = -len(captures)
    return lambda *args: original(*args[:last])


def _looks(array: np.ndarray) -> tuple[Any, ...]:
    """What of an array its compiled code depends on, and what may change in place."""
    return array.dtype, array.shape, array.strides, array.flags.num
