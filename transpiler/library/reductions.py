"""Reductions and their index-giving relatives, over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    axes_of,
    dtype_of,
    store_out,
)
from ..values import NONE, Value, constant, static_value

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
FALSE = constant(False)


def _reduction(name: str) -> Handler:
    def handler(
        lifter: Expressions,
        a: Value,
        axis: Value = NONE,
        dtype: Value = NONE,
        out: Value = NONE,
        keepdims: Value = FALSE,
    ) -> Value:
        value = as_array(lifter, a)
        to = dtype_of(dtype)
        if to is not None:
            value = build.cast(value, to)
        keep = bool(static_value(keepdims))
        result = build.reduce(lifter.ctx, name, value, axes_of(axis, value.type.rank), keep)
        if to is not None and result.type.dtype != to:
            raise Unsupported("MDSL301", f"`np.{name}` with this dtype is not compiled")
        return store_out(lifter, out, result)

    return handler


def _index_reduction(name: str) -> Handler:
    def handler(lifter: Expressions, a: Value, axis: Value = NONE, keepdims: Value = FALSE) -> Value:
        value = as_array(lifter, a)
        axes = axes_of(axis, value.type.rank)
        if not value.type.rank or (axes is None and value.type.rank > 1 and static_value(keepdims)):
            raise Unsupported("MDSL301", f"`np.{name}` with these arguments is not compiled")
        if value.type.dtype.kind == "c":
            raise Unsupported("MDSL301", f"`np.{name}` of complex numbers is not compiled")
        return build.reduce(lifter.ctx, name, value, axes, bool(static_value(keepdims)))

    return handler


FUNCTIONS: dict[Any, Handler] = {
    **{getattr(np, name): _reduction(name) for name in ("sum", "prod", "min", "max", "any", "all")},
    **{getattr(np, name): _index_reduction(name) for name in ("argmin", "argmax")},
}
METHODS: dict[str, Handler] = {function.__name__: handler for function, handler in FUNCTIONS.items()}
