"""What is known when a function is compiled: dtypes and their limits, kinds of values, attributes."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir.array import Expr
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import as_array, attribute
from ..values import NONE, Closure, Method, Opaque, SliceOf, Static, Tup, Value, constant, static_value

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]
#: What ndarray has besides its methods, for hasattr.
_ATTRIBUTES = frozenset(name for name in dir(np.ndarray) if not name.startswith("_"))


def _evaluated(function: Callable[..., Any]) -> Handler:
    """A function of objects that are known: called now."""

    def handler(lifter: Expressions, *args: Value, **kwargs: Value) -> Value:
        try:
            known = [static_value(a) for a in args], {k: static_value(v) for k, v in kwargs.items()}
        except ValueError:
            raise Unsupported("MDSL301", f"`{function.__name__}` of what is not known at compile time") from None
        try:
            return constant(function(*known[0], **known[1]))
        except (TypeError, ValueError) as error:
            raise Unsupported("MDSL303", str(error)) from error

    return handler


def _of_dtypes(function: Callable[..., Any]) -> Handler:
    """A function of dtypes or of arrays, which stand for theirs."""

    def handler(lifter: Expressions, *args: Value) -> Value:
        known = []
        for arg in args:
            value = lifter.operand(arg) if isinstance(arg, Expr) else None
            if value is None:
                try:
                    known.append(static_value(arg))
                except ValueError:
                    raise Unsupported("MDSL301", f"`{function.__name__}` of this is not compiled") from None
            else:
                known.append(build._representative(value))
        try:
            return Static(function(*known))
        except TypeError as error:
            raise Unsupported("MDSL303", str(error)) from error

    return handler


def _isinstance(lifter: Expressions, value: Value, kinds: Value) -> Value:
    """The class of each kind of value is known, but for booleans that Python or NumPy made."""
    try:
        wanted = static_value(kinds)
    except ValueError:
        raise Unsupported("MDSL301", "`isinstance` of a class that is not known at compile time") from None
    match value:
        case Expr():
            type = value.type
            if type.kind == "array":
                held: builtins.type = np.ndarray
            elif type.kind == "numpy":
                held = type.dtype.type
            else:
                held = {"b": bool, "i": int, "f": float, "c": complex}[type.dtype.kind]
        case Tup(mutable=mutable):
            held = list if mutable else tuple
        case Static(obj):
            held = builtins.type(obj)
        case SliceOf():
            held = slice
        case _:
            raise Unsupported("MDSL301", "`isinstance` of this is not compiled")
    return constant(issubclass(held, wanted))


def _hasattr(lifter: Expressions, value: Value, name: Value) -> Value:
    wanted = static_value(name)
    match value:
        case Expr() if value.type.kind == "array":
            return constant(wanted in _ATTRIBUTES or hasattr(np.ndarray, wanted))
        case Static(obj):
            return constant(hasattr(obj, wanted))
        case _:
            raise Unsupported("MDSL301", "`hasattr` of this is not compiled")


def _getattr(lifter: Expressions, value: Value, name: Value, default: Value | None = None) -> Value:
    if default is not None and not static_value(_hasattr(lifter, value, name)):
        return default
    return attribute(lifter, value, static_value(name))


def _isscalar(lifter: Expressions, element: Value) -> Value:
    if isinstance(element, Opaque):
        raise Unsupported("MDSL301", "whether this is a number is not known: it may be a large integer")
    if isinstance(element, (Tup, Closure, Method)):
        return constant(False)
    if isinstance(element, Static):
        return constant(np.isscalar(element.value))
    return constant(isinstance(element, Expr) and element.type.kind != "array")


def _ndim(lifter: Expressions, a: Value) -> Value:
    return constant(as_array(lifter, a).type.rank)


def _is_complex(wanted: bool) -> Handler:
    def handler(lifter: Expressions, x: Value) -> Value:
        return constant((as_array(lifter, x).type.dtype.kind == "c") == wanted)

    return handler


def _slice(lifter: Expressions, *args: Value) -> Value:
    if len(args) == 1:
        return SliceOf(NONE, args[0], NONE)
    start, stop, step = (*args, NONE)[:3]
    return SliceOf(start, stop, step)


FUNCTIONS: dict[Any, Handler] = {
    **{
        function: _evaluated(function)
        for function in (
            np.dtype, np.finfo, np.iinfo, np.issubdtype, np.promote_types, np.broadcast_shapes, np.isdtype, issubclass,
            np.min_scalar_type,
        )
    },
    np.result_type: _of_dtypes(np.result_type), np.can_cast: _evaluated(np.can_cast),
    isinstance: _isinstance, hasattr: _hasattr, getattr: _getattr, slice: _slice, np.isscalar: _isscalar,
    np.ndim: _ndim, np.iscomplexobj: _is_complex(True), np.isrealobj: _is_complex(False),
}  # fmt: skip
METHODS: dict[str, Handler] = {}
