"""Reductions: operations that combine the elements along axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ..array import Reduced
from ..types import Shape, Size, Type
from .base import Algebra, Op, OpKind, OpTable


@cache
def _dtype(function: Callable[..., Any], dtype: np.dtype) -> np.dtype:
    """NumPy's own answer: what it gives for an array of one element."""
    return np.asarray(function(np.ones(1, dtype))).dtype


def reduced_shape(shape: Shape, attrs: Reduced) -> Shape:
    if attrs.keepdims:
        return tuple(Size(1) if k in attrs.axes else size for k, size in enumerate(shape))
    return tuple(size for k, size in enumerate(shape) if k not in attrs.axes)


def _result(function: Callable[..., Any]) -> Callable[..., Type]:
    def result(types: tuple[Type, ...], attrs: Reduced) -> Type:
        shape = reduced_shape(types[0].shape, attrs)
        return Type(_dtype(function, types[0].dtype), shape, "array" if shape else "numpy")

    return result


def _reduction(name: str, function: Callable[..., Any], *aliases: Callable[..., Any], **columns: Any) -> Op:
    return Op(name, OpKind.REDUCTION, (function, *aliases), methods=(name,), result=_result(function), **columns)


def register(ops: OpTable) -> None:
    """sum, prod, min, max, any, all, argmin, argmax; the others are decomposed into these."""
    sums = Algebra(commutative=True, associative=True, identity=0)
    ops.add(_reduction("sum", np.sum, algebra=sums))
    ops.add(_reduction("prod", np.prod, algebra=Algebra(True, True, 1)))
    # no identity: of nothing they raise ValueError
    ops.add(_reduction("min", np.min, np.amin, algebra=Algebra(True, True), may_raise=True))
    ops.add(_reduction("max", np.max, np.amax, algebra=Algebra(True, True), may_raise=True))
    ops.add(_reduction("any", np.any, algebra=Algebra(True, True, False, True)))
    ops.add(_reduction("all", np.all, algebra=Algebra(True, True, True, False)))
    ops.add(_reduction("argmin", np.argmin, may_raise=True))
    ops.add(_reduction("argmax", np.argmax, may_raise=True))


#: The elementwise operation that a reduction repeats, and the value that it starts from (None: the first element).
COMBINERS: dict[str, tuple[str, Any]] = {
    "sum": ("add", 0),
    "prod": ("multiply", 1),
    "min": ("minimum", None),
    "max": ("maximum", None),
    "any": ("logical_or", False),
    "all": ("logical_and", True),
}
