"""Matrix products: their order, their transposes, and factors that can wait."""

from __future__ import annotations

from ...ir.array import Expr
from . import Numerics, Rules

_RING: Numerics = {"iu": "strict", "f": "fast"}
_PRODUCT: Numerics = {"iu": "strict", "f": "close"}


def is_scalar(s: Expr) -> bool:
    return s.type.rank == 0


def is_matrix(b: Expr) -> bool:
    """The middle one of three factors: with a vector there, `(a @ b) @ c` is something else than `a @ (b @ c)`."""
    return b.type.rank == 2


def same_rank(b: Expr, c: Expr) -> bool:
    return b.type.rank == c.type.rank


def both_ranks(a: Expr, b: Expr) -> bool:
    return a.type.rank == b.type.rank


def register(rules: Rules) -> None:
    add, law = rules.add, rules.law

    law("(a @ b) @ c", lambda a, b, c: (a @ b) @ c, lambda a, b, c: a @ (b @ c), _PRODUCT, where=is_matrix)
    law("(a @ b).T", lambda a, b: (a @ b).T, lambda a, b: b.T @ a.T, _PRODUCT)
    law("(s * a) @ b", lambda a, b, s: (s * a) @ b, lambda a, b, s: s * (a @ b), _PRODUCT, where=is_scalar)
    law("a @ (s * b)", lambda a, b, s: a @ (s * b), lambda a, b, s: s * (a @ b), _PRODUCT, where=is_scalar)
    law("a @ b + a @ c", lambda a, b, c: a @ b + a @ c, lambda a, b, c: a @ (b + c), _RING, where=same_rank)
    law("a @ c + b @ c", lambda a, b, c: a @ c + b @ c, lambda a, b, c: (a + b) @ c, _RING, where=both_ranks)
    law("a @ b - a @ c", lambda a, b, c: a @ b - a @ c, lambda a, b, c: a @ (b - c), _RING, where=same_rank)
    law("a @ c - b @ c", lambda a, b, c: a @ c - b @ c, lambda a, b, c: (a - b) @ c, _RING, where=both_ranks)
    add("(-a) @ (-b)", lambda a, b: (-a) @ (-b), lambda a, b: a @ b, _PRODUCT)
