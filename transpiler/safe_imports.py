"""Which imports may be followed for real? Those of NumPy and of a few modules of Python's: nothing of the user's."""

from __future__ import annotations

import ast
import importlib
from typing import Any

#: Modules that are safe to import: not the user's, and without effects.
SAFE = ("numpy", "math", "cmath", "operator")
_UNSAFE_PARTS = ("numpy.testing", "numpy.f2py", "numpy.distutils", "numpy.random", "numpy.ctypeslib")
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})


class Foreign:
    """An object that the text does not show: of another library, computed, or bound in several places."""

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = "builtins"  # the name says all

    def __getattr__(self, name: str) -> Foreign:
        if name.startswith("__"):
            raise AttributeError(name)
        return Foreign(f"{self.__name__}.{name}")

    def __repr__(self) -> str:
        return self.__name__


def imported(dotted: str) -> Any:
    """The object of a dotted name where its module is safe to import; a Foreign otherwise."""
    if not is_safe(dotted):
        return Foreign(dotted)
    parts = dotted.split(".")
    try:
        value: Any = importlib.import_module(parts[0])
        for k, part in enumerate(parts[1:], 2):
            if not hasattr(value, part):
                importlib.import_module(".".join(parts[:k]))
            value = getattr(value, part)
    except (ImportError, AttributeError):
        return Foreign(dotted)
    return value


def is_safe(dotted: str) -> bool:
    if any(dotted == part or dotted.startswith(f"{part}.") for part in _UNSAFE_PARTS):
        return dotted.startswith("numpy.random")  # its names are known, and nothing is drawn
    return dotted.partition(".")[0] in SAFE


def imports_with_substitute(body: list[ast.stmt], handlers: list[ast.ExceptHandler]) -> bool:
    """`try: from numpy import … except ImportError: …`: NumPy is there, so the substitute is never taken."""
    ours = all(
        (isinstance(stmt, ast.Import) and all(is_safe(alias.name) for alias in stmt.names))
        or (isinstance(stmt, ast.ImportFrom) and not stmt.level and is_safe(stmt.module or ""))
        for stmt in body
    )  # fmt: skip
    caught = {n.id for h in handlers for n in ast.walk(h.type or h) if isinstance(n, ast.Name)}
    return ours and bool(handlers) and all(h.type is not None for h in handlers) and caught <= _IMPORT_ERRORS
