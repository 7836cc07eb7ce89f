"""THE op table: one row for each operation; everything else is derived from it."""

from __future__ import annotations

from functools import cache

from .base import Algebra, Op, OpKind, OpTable, resolve_elementwise

__all__ = ["Algebra", "Op", "OpKind", "OpTable", "resolve_elementwise", "table"]


@cache
def table() -> OpTable:
    """The table, filled once by calling each family's `register`."""
    from . import creation, elementwise, gather, linear_algebra, reductions, shape

    ops = OpTable()
    for family in (elementwise, reductions, creation, shape, gather, linear_algebra):
        family.register(ops)
    return ops
