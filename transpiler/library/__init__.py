"""Which handler lifts a function of NumPy, a method of arrays, a builtin or a function of `math`?

A handler takes the lifter and the call's arguments under NumPy's own names; a call with an argument that it does not
have is left to NumPy. Whatever can be written in simpler NumPy is a decomposition instead (ir/ops/decompositions.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import lift_dict
from ..values import Static, Value
from . import (
    contractions,
    creation,
    differences,
    elements,
    grids,
    joining,
    known,
    picking,
    products,
    python,
    reductions,
    scalar_math,
    scans,
    shapes,
)

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
_TOPICS = (
    reductions, scans, creation, shapes, elements, picking, products, contractions, grids, joining, differences, known,
)  # fmt: skip


def _decomposed_method(function: Callable[..., Any]) -> Handler:
    def handler(lifter: Expressions, a: Value, *args: Value, **kwargs: Value) -> Value:
        from ..lift_call import apply

        return apply(lifter, Static(function), [a, *args], kwargs)

    return handler


FUNCTIONS: dict[Any, Handler] = {
    f: h for topic in (python, scalar_math, lift_dict, *_TOPICS) for f, h in topic.FUNCTIONS.items()
}  # fmt: skip
METHODS: dict[str, Handler] = {name: h for topic in _TOPICS for name, h in topic.METHODS.items()} | {
    f.__name__: _decomposed_method(f) for f in (np.mean, np.var, np.std, np.ptp, np.trace)
}
