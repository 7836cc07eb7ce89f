"""Shape: operations that rearrange elements without changing them, where a View cannot say it."""

from __future__ import annotations

import numpy as np

from ..array import AxisOf, Shaped
from ..types import Size, Type
from .base import Op, OpKind, OpTable


def _concatenated(types: tuple[Type, ...], attrs: AxisOf) -> Type:
    total = Size(0)
    for type in types:
        total = total + type.shape[attrs.axis]
    shape = tuple(total if k == attrs.axis else size for k, size in enumerate(types[0].shape))
    return Type(types[0].dtype, shape, "array")


def _reshaped(types: tuple[Type, ...], attrs: Shaped) -> Type:
    return Type(attrs.dtype, attrs.shape, "array")


def register(ops: OpTable) -> None:
    ops.add(Op("concatenate", OpKind.SHAPE, (np.concatenate,), result=_concatenated))
    ops.add(Op("reshape", OpKind.SHAPE, (np.reshape,), methods=("reshape",), result=_reshaped))
