"""Linear algebra: sums of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Size, Type
from .base import Op, OpKind, OpTable


def _product(types: tuple[Type, ...], _attrs: Any) -> Type:
    """The type of `a @ b`, stacks of matrices included; the dtypes are equal and the inner sizes agree."""
    left, right = types
    stacks = [Size(1)] * max(left.rank - 2, right.rank - 2, 0)
    for type in types:
        for k, size in enumerate(reversed(type.shape[:-2])):
            if size != 1:
                stacks[-1 - k] = size
    shape = (*stacks, *left.shape[-2:-1], *(right.shape[-1:] if right.rank > 1 else ()))
    return Type(left.dtype, shape, "array" if shape else "numpy")


def register(ops: OpTable) -> None:
    ops.add(
        Op("matmul", OpKind.CONTRACTION, (np.matmul, np.dot), methods=("dot",), symbol="@", result=_product, cost=2.0)
    )
