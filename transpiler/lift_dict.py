"""libcst -> Array IR: dictionaries with known keys, which nothing stores to, and what is read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ..ir.array import Expr
from .diagnostics import Unsupported
from .reliance import MISSING as _MISSING
from .sequences import Keywords
from .values import NONE, Static, Tup, Value, constant, static_value

if TYPE_CHECKING:
    from .lift_expr import Expressions


def dictionary(lifter: Expressions, node: cst.Dict) -> Keywords:
    """A dictionary display, its values computed where it stands. Raises Unsupported for keys that are computed."""
    items: dict[Any, Value] = {}
    for element in node.elements:
        value = lifter.expr(element.value)
        if isinstance(element, cst.StarredDictElement):
            items |= _known(value).items
        else:
            items[_key(lifter.expr(element.key))] = lifter.held(value, "value")  # type: ignore[attr-defined]
    return Keywords(items)


def looked_up(lifter: Expressions, value: Static, key: Value, default: Value | None) -> Value:
    """What a dictionary outside of the function holds under a key now; the function relies on it from here on.

    Raises Unsupported where nobody would see that it changed.
    """
    name = _key(key)
    if value.origin is None or not isinstance(name, str) or not name.isidentifier() or type(value.value) is not dict:
        raise Unsupported("MDSL301", "this dictionary is not known at compile time")
    path = f"{value.origin}:[{name}]"
    lifter.source.namespace.used[path] = found = value.value.get(name, _MISSING)
    if found is _MISSING:
        if default is None:
            raise Unsupported("MDSL303", "a key that is not there: Python raises KeyError")
        return default
    if isinstance(found, (list, np.ndarray)):
        raise Unsupported("MDSL306", "what a dictionary outside of the function holds may change")
    known = constant(found)
    return Static(found, path) if isinstance(known, Static) else known


def _known(value: Value) -> Keywords:
    if not isinstance(value, Keywords):
        raise Unsupported("MDSL304", "a dictionary whose keys are not known is not compiled")
    return value


def _key(value: Value) -> Any:
    try:
        key = static_value(value)
        hash(key)
    except (ValueError, TypeError):
        raise Unsupported("MDSL304", "a dictionary with a computed key is not compiled") from None
    return key


def keywords(value: Value) -> dict[str, Value]:
    """What `**value` gives to a call."""
    found = dict(_known(value).items)
    if not all(isinstance(key, str) for key in found):
        raise Unsupported("MDSL303", "keywords must be strings: Python raises TypeError")
    return found


def item(base: Keywords, items: list[Value]) -> Value:
    """d[key]."""
    key = _key(items[0] if len(items) == 1 else Tup(tuple(items)))
    if key not in base.items:
        raise Unsupported("MDSL303", "a key that is not there: Python raises KeyError")
    return base.items[key]


def get(lifter: Expressions, d: Value, key: Value, default: Value = NONE) -> Value:
    if isinstance(d, Static):
        return looked_up(lifter, d, key, default)
    return _known(d).items.get(_key(key), default)


def pairs(lifter: Expressions, d: Value) -> Value:
    return Tup(tuple(Tup((constant(key), value)) for key, value in _known(d).items.items()))


def keys(lifter: Expressions, d: Value) -> Value:
    return Tup(tuple(constant(key) for key in _known(d).items))


def values(lifter: Expressions, d: Value) -> Value:
    return Tup(tuple(_known(d).items.values()))


def made(lifter: Expressions, *args: Value, **kwargs: Value) -> Value:
    """dict(...)."""
    first = _known(args[0]).items if args else {}
    return Keywords({**first, **{name: lifter.held(value, name) for name, value in kwargs.items()}})  # type: ignore[attr-defined, return-value]


def copied(lifter: Expressions, d: Value) -> Value:
    """d.copy(): nothing stores to either."""
    return d if isinstance(d, (Static, Keywords)) else _known(d)


FUNCTIONS = {dict: made, dict.copy: copied, dict.get: get, dict.items: pairs, dict.keys: keys, dict.values: values}
#: The methods of a dictionary that change nothing.
METHODS = {"get": dict.get, "items": dict.items, "keys": dict.keys, "values": dict.values, "copy": dict.copy}


def contains(lifter: Expressions, value: Value, collection: Keywords | Static) -> Expr:
    """key in d."""
    if isinstance(collection, Static):
        looked_up(lifter, collection, value, NONE)
        return constant(_key(value) in collection.value)  # type: ignore[return-value]
    return constant(_key(value) in collection.items)  # type: ignore[return-value]
