"""Is a part of a function worth a call of compiled code?"""

from __future__ import annotations

from ..ir import array as arr
from ..ir.ops.base import OpKind

_COMPUTES = (OpKind.ELEMENTWISE, OpKind.REDUCTION, OpKind.CONTRACTION)


def gains(program: arr.Program) -> bool:
    """Whether the program loops, or computes with the elements of an array.

    What is left, numbers, views, new arrays and calls of libraries, Python and NumPy do as fast as compiled code that
    has to be called first (half a microsecond, and its arguments are looked at).
    """
    return any(
        isinstance(stmt, (arr.For, arr.While))
        or any(_computes(node) for root in arr.expressions(stmt) for node in arr.walk(root))
        for stmt in arr.statements(program.body)
    )


def _computes(node: arr.Expr) -> bool:
    return (
        isinstance(node, arr.Apply)
        and node.op.kind in _COMPUTES
        and any(operand.type.kind == "array" and operand.type.shape for operand in node.args)
    )
