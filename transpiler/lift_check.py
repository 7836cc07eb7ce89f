"""libcst -> Array IR: `assert`, and `if …: raise …`, as checks."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr
from ..ir.ops import table
from ..ir.types import PY_BOOL, PY_INT
from . import python_numbers
from .blocks import flat, returns
from .diagnostics import Unsupported
from .values import Static, static_value

if TYPE_CHECKING:
    from .lift import Lifter
    from .lift_expr import Expressions


def assertion(lifter: Expressions, test: cst.BaseExpression, message: cst.BaseExpression | None) -> None:
    truth = lifter.decide(test)
    if known(lifter, truth):
        return
    exception, text = "AssertionError", ""
    if message is not None:
        exception, text = expressed(lifter, lambda: ("AssertionError", message_of(lifter, message)))
    lifter.ctx.emit(arr.Check(truth, exception, text))


def known(lifter: Expressions, truth: Expr) -> bool:
    """Whether the condition holds, or the door makes it hold: otherwise the original runs, and raises."""
    if isinstance(truth, Const):
        return bool(truth.value)
    return lifter.ctx.depth == 0 and python_numbers.assume(lifter.ctx, truth)


def raised(node: cst.If) -> cst.Raise | None:
    """The `raise` that is all that a branch without `else` does; None where it does something else."""
    if node.orelse is not None:
        return None
    match node.body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise() as found])]):
            return found
        case cst.SimpleStatementSuite(body=[cst.Raise() as found]):
            return found
        case _:
            return None


def refusal(lifter: Expressions, node: cst.If, error: cst.Raise) -> None:
    """`if test: raise error` as a check that the test does not hold."""
    match node.test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            truth = lifter.decide(inner)
        case test:
            truth = negated(lifter.decide(test))
    if isinstance(truth, Const) and truth.value:
        return
    if known(lifter, truth):
        return
    exception, message = expressed(lifter, lambda: described(lifter, error))
    if exception == arr.BAIL and isinstance(truth, Const):
        raise Unsupported("MDSL301", message)
    lifter.ctx.emit(arr.Check(truth, exception, message))


def raising(lifter: Expressions, error: cst.Raise) -> None:
    """A `raise`: a check that fails. Raises Unsupported where the original would run in any case."""
    exception, message = expressed(lifter, lambda: described(lifter, error))
    if exception == arr.BAIL and not lifter.ctx.depth:
        raise Unsupported("MDSL304", "this `raise` is not compiled")
    lifter.ctx.emit(arr.Check(Const(False, PY_BOOL), exception, message))


def warned(lifter: Expressions, node: cst.BaseExpression) -> bool:
    """Whether this is a warning in a branch: where it is reached, the original runs, and warns."""
    match node:
        case cst.Call(func=cst.Attribute() | cst.Name() as func) if lifter.ctx.depth and lifter.ctx.checking:
            function = lifter.expr(func)
        case _:
            return False
    if not (isinstance(function, Static) and function.value is warnings.warn):
        return False
    lifter.ctx.checked = True
    lifter.ctx.emit(arr.Check(Const(False, PY_BOOL), arr.BAIL, "a warning"))
    return True


def tried(lifter: Lifter, node: cst.Try) -> bool:
    """A `try` whose body raises nothing as far as compiled code goes: then the handlers have nothing to do.

    Whether it always leaves. Raises Unsupported where it holds a check or a call that may raise.
    """
    *before, last = flat(node.body)
    inner = before if isinstance(last, cst.Return) else [*before, last]
    if lifter.returned is not None and any(returns(line) for line in inner):
        raise Unsupported("MDSL304", "`try` is not compiled")
    begun = len(lifter.ctx.out)
    left = lifter.block(node.body)
    for stmt in arr.statements(tuple(lifter.ctx.out[begun:])):
        if isinstance(stmt, arr.Call) or (isinstance(stmt, arr.Check) and stmt.exception != arr.BAIL):
            raise Unsupported("MDSL304", "a `try` around what may raise is not compiled")
    if left and node.finalbody is not None:
        raise Unsupported("MDSL304", "a `try` that returns, with `finally`, is not compiled")
    if not left and node.orelse is not None:
        left = lifter.block(node.orelse.body)
    if not left and node.finalbody is not None:
        left = lifter.block(node.finalbody.body)
    return left


def expressed(lifter: Expressions, describe: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """What a check raises; where it cannot be said in a check, the original runs instead, and raises it.

    Raises Unsupported where the original cannot take over.
    """
    saved = lifter.ctx.snapshot()
    try:
        exception, message = describe()
    except Unsupported as error:
        if not lifter.ctx.checking:
            raise
        lifter.ctx.restore(saved)
        exception, message = arr.BAIL, error.diagnostics[0].message
    if exception == arr.BAIL:
        if not lifter.ctx.checking:
            raise Unsupported("MDSL202", message)
        lifter.ctx.checked = True
    return exception, message


_OPPOSITES = {
    "less": "greater_equal", "greater_equal": "less", "greater": "less_equal", "less_equal": "greater",
    "equal": "not_equal", "not_equal": "equal",
}  # fmt: skip


def negated(truth: Expr) -> Expr:
    """`not truth` of a Python bool; of integers the opposite comparison, so that it can be asked at the door."""
    match truth:
        case Const(value, _):
            return Const(not value, PY_BOOL)
        case Apply(op, (a, b), _, _) if op.name in _OPPOSITES and a.type == b.type == PY_INT:
            return Apply(table()[_OPPOSITES[op.name]], (a, b), None, PY_BOOL)
        case Apply(op, (a, b), _, _) if op.name == "logical_or" and a.type == b.type == PY_BOOL:
            return Apply(table()["logical_and"], (negated(a), negated(b)), None, PY_BOOL)
        case Apply(op, (inner,), _, type) if op.name == "logical_not" and type == PY_BOOL and inner.type == PY_BOOL:
            return inner
        case _:
            return Apply(table()["logical_not"], (truth,), None, PY_BOOL)


def described(lifter: Expressions, error: cst.Raise) -> tuple[str, str]:
    """The exception's name and its message.

    Raises Unsupported for anything but an exception of Python's own with one message of text and integers.
    """
    call = error.exc
    arguments = call.args if isinstance(call, cst.Call) else ()
    if call is None or error.cause is not None:
        raise Unsupported("MDSL304", "this `raise` is not compiled")
    kind = lifter.expr(call.func if isinstance(call, cst.Call) else call)
    name = getattr(kind.value, "__name__", "") if isinstance(kind, Static) else ""
    own = getattr(builtins, name, None) if name else None
    if not (isinstance(kind, Static) and own is kind.value and isinstance(own, type) and issubclass(own, Exception)):
        raise Unsupported("MDSL304", "an exception that is not one of Python's own is not compiled")
    if any(a.keyword is not None or a.star for a in arguments) or len(arguments) != 1:
        raise Unsupported("MDSL304", "an exception without one message is not compiled")
    return name, message_of(lifter, arguments[0].value)


def message_of(lifter: Expressions, node: cst.BaseExpression) -> str:
    """A message as a Check has it: text, and integers in braces."""
    if not isinstance(node, cst.FormattedString):
        try:
            text = static_value(lifter.expr(node))
        except ValueError:
            raise Unsupported("MDSL304", "a message that is computed") from None
        if not isinstance(text, str):
            raise Unsupported("MDSL304", "a message that is no text")
        return plain(text)
    parts: list[str] = []
    for part in node.parts:
        match part:
            case cst.FormattedStringText(value=text) if "\\" not in text:
                parts.append(plain(text))
            case cst.FormattedStringExpression(expression=inner, conversion=None, format_spec=None, equal=None):
                value = lifter.operand(lifter.expr(inner))
                if not value.type.weak or value.type.dtype.kind != "i":
                    raise Unsupported("MDSL304", "a message with something else than a Python integer in it")
                parts.append(f"{{{lifter.ctx.size(value)}}}")
            case _:
                raise Unsupported("MDSL304", "the format of this message")
    return "".join(parts)


def plain(text: str) -> str:
    """Text without the braces that a message keeps for integers."""
    if "{" in text or "}" in text:
        raise Unsupported("MDSL304", "a message with braces in it")
    return text


def silent(lifter: Expressions, node: cst.With) -> bool:
    """Whether a `with` only has NumPy compute in silence, as compiled code does: np.errstate of "ignore" and "warn"."""
    if node.asynchronous is not None:
        return False
    for item in node.items:
        match item:
            case cst.WithItem(item=cst.Call(func=func, args=args), asname=None):
                function = lifter.expr(func)
                if not (isinstance(function, Static) and function.value is np.errstate):
                    return False
                for arg in args:
                    try:
                        setting = static_value(lifter.expr(arg.value))
                    except ValueError:
                        return False
                    if arg.keyword is None or setting not in ("ignore", "warn"):
                        return False
            case _:
                return False
    return True
