"""Functions of NumPy written in simpler NumPy: the registry of them. The front end lifts them where they are called.

The bodies stand by topic in the `decompose_….py` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

_Body = TypeVar("_Body", bound=Callable[..., Any])
_BODIES: dict[Any, Callable[..., Any]] = {}


def decomposes(*functions: Callable[..., Any]) -> Callable[[_Body], _Body]:
    """Register the decorated function, plain NumPy with the same parameters, as what `functions` mean.

    Parameters that it does not have leave a call that uses them to NumPy; `out=` is stored to by the caller.
    `raise NotImplementedError(reason)` leaves a call to NumPy too.
    """

    def register(body: _Body) -> _Body:
        for function in functions:
            _BODIES[function] = body
        return body

    return register


@cache
def _fill() -> None:
    """Import the topics, once; what a user registered before stays."""
    own = dict(_BODIES)
    from . import (
        decompose_creation,
        decompose_elements,
        decompose_histograms,
        decompose_numeric,
        decompose_products,
        decompose_statistics,
    )

    assert decompose_creation and decompose_elements and decompose_histograms and decompose_numeric
    assert decompose_products and decompose_statistics
    _BODIES.update(own)


def decomposition(function: Any) -> Callable[..., Any] | None:
    _fill()
    try:
        return _BODIES.get(function)
    except TypeError:  # not hashable, so no function of NumPy
        return None


def decomposed() -> dict[Any, Callable[..., Any]]:
    _fill()
    return dict(_BODIES)
