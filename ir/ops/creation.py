"""Creation: arrays whose elements are functions of their index."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..array import Shaped
from ..types import Type
from .base import Op, OpKind, OpTable


def _shaped(_types: tuple[Type, ...], attrs: Shaped) -> Type:
    return Type(attrs.dtype, attrs.shape, "array")


def _creation(name: str, *functions: Any, **columns: Any) -> Op:
    return Op(name, OpKind.CREATION, functions, result=_shaped, **columns)


def register(ops: OpTable) -> None:
    """full(value) repeats a scalar; arange(start, step) counts; linspace(start, step, stop) fills its end exactly.

    zeros, ones and the `_like`s lift to full; eye is a comparison of two aranges, written as a decomposition.
    """
    ops.add(_creation("full", np.full))
    ops.add(_creation("empty", np.empty))
    ops.add(_creation("arange", np.arange))
