"""Products of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Expr, Ref
from ...ir.ops import table
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import (
    as_array,
    matmul,
    store_out,
)
from ..values import NONE, Value
from .contractions import dot_of_stacks

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


def np_matmul(lifter: Expressions, a: Value, b: Value, out: Value = NONE) -> Value:
    return store_out(lifter, out, matmul(lifter, as_array(lifter, a), as_array(lifter, b)))


def np_dot(lifter: Expressions, a: Value, b: Value, out: Value = NONE) -> Value:
    x, y = as_array(lifter, a), as_array(lifter, b)
    if isinstance(out, Expr) and out.type.dtype != np.result_type(x.type.dtype, y.type.dtype):
        raise Unsupported("MDSL303", "`np.dot` takes no output of another dtype")
    if isinstance(out, Expr) and not (isinstance(out, Ref) and out.name in lifter.contiguous):  # type: ignore[attr-defined]
        raise Unsupported("MDSL303", "`np.dot` takes no output that is not in C's order")
    if not x.type.rank or not y.type.rank:
        if (x.type.rank or y.type.rank) and {x.type.dtype.kind, y.type.dtype.kind} & set("fc"):
            raise Unsupported("MDSL301", "`np.dot` with a number, whose zeros have signs of BLAS's")
        x, y = (build.cast(v, v.type.dtype, "numpy") if v.type.weak else v for v in (x, y))  # they are made arrays
        return store_out(lifter, out, build.elementwise(lifter.ctx, table()["multiply"], x, y))
    if y.type.rank > 2:
        return store_out(lifter, out, dot_of_stacks(lifter, x, y))
    return store_out(lifter, out, matmul(lifter, x, y))


FUNCTIONS: dict[Any, Handler] = {np.matmul: np_matmul, np.dot: np_dot}
METHODS: dict[str, Handler] = {"dot": np_dot}
