"""Gather: elements picked, or replaced, by integer positions or by a mask; which ones only the run knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Type
from .base import Op, OpKind, OpTable


@dataclass(frozen=True, slots=True)
class Combined:
    """How an update combines an element with what is given for it: None replaces it, else a binary ufunc's name."""

    ufunc: str | None = None


#: Operations whose elements are not found one by one: each has a nest of its own (passes/lower_gather.py).
WHOLE = frozenset({"compress", "nonzero", "place", "scatter"})
#: Those that give an array with some of its elements replaced. They stand alone on the right of a store to that array.
UPDATES = frozenset({"place", "scatter"})


def _updated(types: tuple[Type, ...], _attrs: object) -> Type:
    return types[0]


def register(ops: OpTable) -> None:
    #: a[i, j, …] for integer operands after the first: one index for each axis; the operands after it have one shape
    ops.add(Op("gather", OpKind.SHAPE, (), may_raise=True))
    #: compress(a, mask, count) is a[mask]: the mask lies over the first axes of a and holds `count` times
    ops.add(Op("compress", OpKind.SHAPE, ()))
    #: nonzero(mask, count) with AxisOf(k) is np.nonzero(mask)[k]
    ops.add(Op("nonzero", OpKind.SHAPE, (np.nonzero,)))
    #: place(a, mask, v) is a after `a[mask] = v`
    ops.add(Op("place", OpKind.SHAPE, (), result=_updated))
    #: scatter(a, i, j, …, v) is a after `a[i, j, …] = v`, the last one winning; with Combined("add") after np.add.at
    ops.add(Op("scatter", OpKind.SHAPE, (), result=_updated, may_raise=True))
