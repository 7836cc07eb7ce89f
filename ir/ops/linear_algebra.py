"""Linear algebra: sums of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Type
from .base import Op, OpKind, OpTable


def _product(types: tuple[Type, ...], _attrs: Any) -> Type:
    """The type of `a @ b` for ranks 1 and 2; the dtypes are equal and the inner sizes agree."""
    left, right = types
    shape = left.shape[:-1] + (right.shape[1:] if right.rank == 2 else ())
    return Type(left.dtype, shape, "array" if shape else "numpy")


def register(ops: OpTable) -> None:
    ops.add(
        Op("matmul", OpKind.CONTRACTION, (np.matmul, np.dot), methods=("dot",), symbol="@", result=_product, cost=2.0)
    )
