"""How does a handler say what it means in NumPy? Calls of NumPy's own functions on values that are lifted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...ir.array import Expr
from ..diagnostics import Unsupported
from ..values import Closure, Method, Opaque, SliceOf, Static, Tup, Value, constant, static_value

if TYPE_CHECKING:
    from ..lift_expr import Expressions


def lifted(value: Any) -> Value:
    """A value as it is; an object of Python's as a constant, tuples and lists item by item."""
    match value:
        case Expr() | Tup() | Static() | SliceOf() | Method() | Closure() | Opaque():
            return value
        case slice():
            return SliceOf(*(lifted(part) for part in (value.start, value.stop, value.step)))
        case tuple() | list():
            return Tup(tuple(lifted(item) for item in value), isinstance(value, list))
        case _:
            return constant(value)


def numpy(lifter: Expressions, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Expr:
    """The call of a function of NumPy, or of a decomposition, that gives an array or a number."""
    value = call(lifter, function, *args, **kwargs)
    if not isinstance(value, Expr):
        raise Unsupported("MDSL301", f"`{getattr(function, '__name__', function)}` gives more than an array")
    return value


def call(lifter: Expressions, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Value:
    """The call of a function that mdsl knows."""
    from ..lift_call import apply

    return apply(lifter, Static(function), [lifted(a) for a in args], {k: lifted(v) for k, v in kwargs.items()})


def body(lifter: Expressions, function: Callable[..., Any], *args: Any) -> Value:
    """A function written in NumPy, which stores to none of its arguments, lifted in place."""
    return lifter.inline(Static(function), [lifted(a) for a in args], {}, pure=True)  # type: ignore[call-arg]


def at(lifter: Expressions, array: Expr, *items: Any) -> Expr:
    """`array[items]`."""
    from ..lift_index import subscript

    value = subscript(lifter, array, [lifted(item) for item in items])
    assert isinstance(value, Expr)
    return value


def known(value: Value, what: str) -> Any:
    """The Python object that an argument is. Raises Unsupported where only the run knows it."""
    try:
        return static_value(value)
    except ValueError:
        raise Unsupported("MDSL301", f"{what} that is not known at compile time") from None


def given(value: Value) -> bool:
    """Whether an argument is something else than None."""
    return not (isinstance(value, Static) and value.value is None)
