"""Lines about the algebra: the left side of every rule, which meets dtypes that the rule is not about as well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mdsl.ir.array import Reduced, Ref
from mdsl.ir.print_expr import expression_text
from mdsl.ir.types import Size, Type
from mdsl.passes.algebra import make
from mdsl.passes.algebra.pattern import Rule, build
from mdsl.passes.rules import builtin

_NAMES = ("a", "b", "c", "d")
_SHAPES = ((Size.named("n"),) * 2, (Size.named("n"),))


def _lines(rule: Rule) -> Iterator[str]:
    """Its left side, of matrices or, where those have no such operation, of vectors."""
    kinds = "".join(rule.numerics)
    dtype = np.dtype("f8" if "f" in kinds else "i8" if "i" in kinds else "b1" if "b" in kinds else "u8")
    params = [name for name in rule.params if name != "axis"]
    for axes in ((0,), (1,), (0, 1)) if "axis" in rule.params else ((),):
        for shape in _SHAPES:
            bound: dict[str, object] = {"axis": Reduced(axes)}
            for name, stand_in in zip(params, _NAMES, strict=False):
                given = rule.given.get(name)
                bound[name] = (
                    make.plain(make.constant(given[0], dtype))
                    if given
                    else Ref(stand_in, 0, Type(dtype, shape, "array"))
                )
            left = build(rule.left, bound) if len(axes) <= len(shape) else None
            if left is not None:
                yield expression_text(left) if len(shape) == 2 else f"[{expression_text(left)} for a, b in zip(a, b)]"
                break


#: Where NumPy has AVX-512 it takes a root here, and that of -0.0 is -0.0; elsewhere it is 0.0, as in C.
_LEFT_OUT = "np.power(a, 0.5)"

#: Expressions of the matrices a, b, c and d of n rows and columns.
RULES = [line for rule in builtin() for line in _lines(rule) if _LEFT_OUT not in line]
