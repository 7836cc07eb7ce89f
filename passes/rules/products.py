"""Matrix products: their order, their transposes, and factors that can wait."""

from __future__ import annotations

from ...ir.array import Expr
from . import Rules

_PRODUCT = {"iu": "strict", "f": "close"}


def is_scalar(s: Expr) -> bool:
    return s.type.rank == 0


def register(rules: Rules) -> None:
    add = rules.add
    law = dict(numerics=_PRODUCT, saturate=True)
    linear = dict(numerics={"iu": "strict", "f": "fast"}, saturate=True)

    add("(a @ b) @ c", lambda a, b, c: (a @ b) @ c, lambda a, b, c: a @ (b @ c), **law)
    add("(a @ b).T", lambda a, b: (a @ b).T, lambda a, b: b.T @ a.T, **law)
    add("(s * a) @ b", lambda a, b, s: (s * a) @ b, lambda a, b, s: s * (a @ b), where=is_scalar, **law)
    add("a @ (s * b)", lambda a, b, s: a @ (s * b), lambda a, b, s: s * (a @ b), where=is_scalar, **law)
    add("a @ b + a @ c", lambda a, b, c: a @ b + a @ c, lambda a, b, c: a @ (b + c), **linear)
    add("a @ c + b @ c", lambda a, b, c: a @ c + b @ c, lambda a, b, c: (a + b) @ c, **linear)
