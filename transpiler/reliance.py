"""What of its surroundings does a compiled function rely on, and is it still the same?

Globals, closure values and attributes of modules, classes and objects are taken as constants when a function is lifted.
Each is recorded by its path, which finds it again in this process and in the next: `FACTOR`, `config:FACTOR` (an
attribute), `CONFIG:[scale]` (an item of a dictionary), `import config:FACTOR` (imported in the function), `helper()` (a
helper, inlined) and `helper/FACTOR` (what the helper itself relies on).
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .source import Namespace, function_namespace

MISSING = object()
#: Libraries whose attributes are what they are.
_SETTLED = frozenset({"numpy", "math", "cmath", "builtins", "operator", "mdsl"})


def settled(owner: Any) -> bool:
    """Whether the attributes of `owner` never change: those of NumPy, of Python's own libraries."""
    if isinstance(owner, (np.ufunc, np.dtype, types.BuiltinFunctionType)):
        return True
    name = owner.__name__ if isinstance(owner, types.ModuleType) else getattr(owner, "__module__", None)
    return isinstance(name, str) and name.partition(".")[0] in _SETTLED


@dataclass(frozen=True)
class Place:
    """Where a value stands: in a mapping under a name, in a closure's cell, or as an attribute."""

    holder: Any
    name: str

    def now(self) -> Any:
        """The value that stands there now; an object that equals nothing where there is none."""
        try:
            if isinstance(self.holder, types.CellType):
                return self.holder.cell_contents
            if isinstance(self.holder, dict):
                return self.holder.get(self.name, MISSING)
            return getattr(self.holder, self.name, MISSING)
        except ValueError:  # a cell that is empty
            return MISSING


def place(namespace: Namespace, path: str) -> Place | None:
    """Where the value at `path` stands; None where the path leads nowhere now."""
    *helpers, last = path.removesuffix("()").split("/")
    for helper in helpers:
        found = _local(namespace, helper)
        function = None if found is None else unwrapped(found.now())
        if not isinstance(function, types.FunctionType):
            return None
        namespace = function_namespace(function)
    return _local(namespace, last)


def _local(namespace: Namespace, path: str) -> Place | None:
    root, *attributes = path.split(":")
    if root.startswith("import "):
        import importlib

        try:
            value: Any = importlib.import_module(root.removeprefix("import "))
        except ImportError:
            return None
        found = None
    else:
        found = _named(namespace, root)
        if found is None:
            return None
        value = found.now()
    for attribute in attributes:
        found = Place(value, attribute[1:-1] if attribute.startswith("[") and isinstance(value, dict) else attribute)
        value = found.now()
    return found


def _named(namespace: Namespace, name: str) -> Place | None:
    if name in namespace.cells:
        return Place(namespace.cells[name], name)
    for scope in (namespace.closure, namespace.globals):
        if name in scope:
            return Place(scope, name) if isinstance(scope, dict) else Place(dict(scope), name)
    return None


def unwrapped(value: Any) -> Any:
    """The function that an accelerated one was made of; anything else as it is."""
    return getattr(value, "py_func", value)


def look_up(namespace: Namespace, path: str) -> Any:
    """The value at `path` now. Raises KeyError where there is none."""
    found = place(namespace, path)
    value = MISSING if found is None else found.now()
    if value is MISSING:
        raise KeyError(path)
    return unwrapped(value) if path.endswith("()") else value


def same(now: Any, value: Any) -> bool:
    """Whether a place holds what it held. Python makes methods when they are looked up, and properties make numbers."""
    if now is value:
        return True
    if type(now) is not type(value):
        return False
    if isinstance(now, types.MethodType):
        return now.__self__ is value.__self__ and now.__func__ is value.__func__
    if isinstance(now, types.BuiltinMethodType):
        return now.__self__ is value.__self__ and now.__name__ == value.__name__
    return isinstance(now, (int, float, complex, str, bytes, np.generic)) and repr(now) == repr(value)


class Watch:
    """The values that compiled code took as constants, and where each of them stands."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.globals: list[tuple[dict[str, Any], str, Any]] = []
        self.others: list[tuple[Place, Any]] = []
        self.lists: list[tuple[list[Any], tuple[Any, ...]]] = []  # and what is in them, which may be changed in place

    def add(self, namespace: Namespace, paths: Iterable[str], items: bool = True) -> list[str]:
        """Watch what stands at the paths, and with `items` what is in the lists there.

        The paths are returned where each look finds another object, as of a property.
        """
        fleeting = []
        for path in paths:
            found = None if path in self.paths else place(namespace, path)
            if found is None:
                continue
            value = found.now()
            if not same(found.now(), value):
                fleeting.append(path)
                continue
            self.paths.add(path)
            self.lists += [(held, tuple(held)) for held in _lists(value) if items]
            holder = found.holder
            if isinstance(holder, types.ModuleType) and vars(holder).get(found.name, MISSING) is value:
                holder = vars(holder)  # looked up in a quarter of the time
            if not isinstance(holder, dict):
                self.others.append((found, value))
            elif not any(holder is h and found.name == n for h, n, _ in self.globals):
                self.globals.append((holder, found.name, value))
        return fleeting

    def changed(self) -> bool:
        """Whether another value stands at any of the places; asked in every call, so it is a plain loop."""
        for holder, name, value in self.globals:
            if holder.get(name, MISSING) is not value:
                return True
        for found, value in self.others:
            if not same(found.now(), value):
                return True
        for held, items in self.lists:
            if len(held) != len(items) or any(a is not b for a, b in zip(held, items, strict=True)):
                return True
        return False

    def clear(self) -> None:
        self.paths.clear()
        self.globals.clear()
        self.others.clear()
        self.lists.clear()


def _lists(value: Any) -> Iterator[list[Any]]:
    """The list that a value is, and those within it."""
    if isinstance(value, list):
        yield value
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _lists(item)
