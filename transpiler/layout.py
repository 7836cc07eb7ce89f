"""Is what an expression gives in C's order where NumPy runs it? NumPy's results mostly follow their operands (order K).

`a.T + 1` lies as `a.T` does, and `c[:, rows]` is a transposed array: whether a later `reshape` of one is a view or a
copy is decided by that. Generated code makes most new arrays in C's order (passes/column_major.py has the others), so a
reshape of one that NumPy may lay out otherwise is no more certain than one of an argument with unknown strides.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from ..ir.array import Apply, Expr, Ref, View, walk

#: Operations whose results are new and in C's order, whatever their operands are.
_ALWAYS = frozenset({"matmul", "argmin", "argmax"})


def in_c_order(value: Expr, contiguous: Container[str], doubtful: Container[Expr]) -> bool:
    """Whether an array of `value` is known to be contiguous in C's order in NumPy, too.

    `contiguous` are the variables that are, `doubtful` the expressions known not to tell by their operands.
    """
    seen: set[Expr] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if node in seen or node.type.kind != "array" or sum(size != 1 for size in node.shape) < 2:
            continue
        seen.add(node)
        if node in doubtful:
            return False
        match node:
            case Ref(name, _, _):
                if name not in contiguous:
                    return False
            case View(base, axes, _):
                outs = [axis.out for axis in axes if axis.out is not None]
                if outs != sorted(set(outs)):
                    return False
                stack.append(base)
            case Apply(op, args, _, _) if op.name not in _ALWAYS:
                stack.extend(args)
            case _:
                pass
    return True


def stored_in_c_order(
    indices: Sequence[Expr], value: Expr, contiguous: Container[str], doubtful: Container[Expr]
) -> bool:
    """Whether NumPy stores `value` at `indices` row by row, so that of equal indices the last one in C's order counts.

    It walks over them in the order of their memory where that is the same for all, backwards too. One that lies in C's
    order and is not broadcast settles it; else all have to.
    """

    def settled(operand: Expr) -> bool:
        reversed_ = any(isinstance(node, View) and any(axis.step < 0 for axis in node.axes) for node in walk(operand))
        return not reversed_ and in_c_order(operand, contiguous, doubtful)

    if sum(size != 1 for size in indices[0].shape) < 2 or not value.type.rank:
        return True
    whole = [operand for operand in indices if not isinstance(operand, View) and settled(operand)]
    return bool(whole) or all(settled(operand) for operand in (*indices, value))


def tells_layout(text: str) -> bool:
    """Whether a program does what depends on how its arrays lie in memory: a view, or a copy, of a reshaped one."""
    return re.search(r"\b(reshape|ravel|view|strides|flags|resize)\b", text) is not None
