"""Which statements need no kernel: what does Python compute exactly as a kernel would, and in less time than a call?"""

from __future__ import annotations

import numpy as np

from ..ir import loops as lp

_INT, _FLOAT, _BOOL = np.dtype(np.int64), np.dtype(np.float64), np.dtype(bool)
#: Operations of float64 and bool that neither raise nor differ in Python. A division by zero raises there.
_SAME = frozenset(
    "add subtract multiply negative absolute less less_equal equal not_equal greater greater_equal logical_and "
    "logical_or logical_not".split()
)


def plain(value: lp.Expr) -> bool:
    """Whether Python computes this exactly as the kernel would: a variable, a literal, an affine integer."""
    match value:
        case lp.Var() | lp.Lit() | lp.Index():
            return True
        case _:
            return _integers(value)


def python_does(stmt: lp.Stmt, repeated: bool) -> bool:
    """Whether the statement needs no kernel: integers, and checks of them.

    In a loop that Python runs (`repeated`) floats as well: a few operations cost less than the call of a kernel.
    """
    match stmt:
        case lp.Assign(_, value):
            return isinstance(value, lp.Lit | lp.Var) or _integers(value) or (repeated and _arithmetic(value))
        case lp.Accumulate(lp.Var(_, dtype), op, value, None) if repeated:
            return dtype == _FLOAT and op.name in _SAME and _arithmetic(value)
        case lp.If(condition, then, orelse) if repeated:
            return _arithmetic(condition) and all(python_does(s, repeated) for s in (*then, *orelse))
        case lp.Check(condition, _, _):
            return _integers(condition)
        case _:
            return False


def _arithmetic(value: lp.Expr) -> bool:
    """Whether Python's floats and bools do what float64 and bool do."""
    if _integers(value):
        return True
    match value:
        case lp.Var(_, dtype) | lp.Lit(_, dtype):
            return dtype in (_FLOAT, _BOOL)
        case lp.Scalar(op, args, dtype):
            return op.name in _SAME and dtype in (_FLOAT, _BOOL) and all(map(_arithmetic, args))
        case lp.Cast(arg, dtype):
            return dtype == _FLOAT and arg.dtype == _INT and _integers(arg)
        case _:
            return False


def _integers(value: lp.Expr) -> bool:
    """Whether only int64 arithmetic of names occurs, which Python's integers do as well."""
    for node in lp.subexpressions(value):
        match node:
            case lp.Index() | lp.Select():
                continue
            case lp.Lit(_, dtype) | lp.Var(_, dtype) if dtype.kind in "bi":
                continue
            case lp.Scalar(op, _, dtype) if dtype in (_INT, _BOOL) and (
                op.symbol is not None or op.name in ("minimum", "maximum")
            ):
                continue
            case _:
                return False
    return True
