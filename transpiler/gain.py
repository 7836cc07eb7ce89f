"""Is a function, or a part of one, worth a call of compiled code?"""

from __future__ import annotations

from ..ir import array as arr
from ..ir.ops.base import OpKind

#: Elements below which NumPy has computed one ufunc before compiled code has been called (0.25 us against 0.42).
FEW = 1000

#: What NumPy's functions in Python call, which take longer themselves: `np.round`, `np.fix`.
_WRAPPED = frozenset({"rint", "trunc"})

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


def one_ufunc(program: arr.Program) -> str:
    """The parameter by whose size a call is left to NumPy, where the program is one ufunc over arrays of one shape.

    Empty where there is more to do: with two of them, a number among the operands, or a reduction, compiled code is as
    fast on the smallest arrays.
    """
    match program.body:
        case (arr.Bind(name, arr.Apply(op, operands, _, type)), arr.Return(arr.Ref(returned))) if name == returned:
            params = {p.name for p in program.params}
            found = [x.name for x in operands if isinstance(x, arr.Ref) and x.name in params and x.shape == type.shape]
            if type.shape and len(found) == len(operands) and op.ufunc is not None and op.name not in _WRAPPED:
                return found[0]
    return ""
