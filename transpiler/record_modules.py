"""How are functions recorded that nobody marked? Those of the files in MDSL_RECORD_FILES are wrapped when they load.

`mdsl record --all` puts a folder with SITECUSTOMIZE in front of the module search path: Python runs it in each process
that the program starts.
"""

from __future__ import annotations

import functools
import importlib.machinery
import inspect
import os
import types
from typing import Any

VARIABLE = "MDSL_RECORD_FILES"
#: It runs the sitecustomize.py that stands behind it, too; a Python without mdsl in it is left alone.
SITECUSTOMIZE = """\
import importlib.machinery
import importlib.util
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
_behind = [path for path in sys.path if os.path.abspath(path or os.curdir) != _here]
_spec = importlib.machinery.PathFinder.find_spec("sitecustomize", _behind)
if _spec is not None and _spec.loader is not None:
    _spec.loader.exec_module(importlib.util.module_from_spec(_spec))
try:
    from mdsl.transpiler.record_modules import install
except ImportError:
    pass
else:
    install()
"""


def install() -> None:
    """Have the functions of these files note what they are called with, from the moment at which they are loaded."""
    files = {os.path.realpath(file) for file in os.environ.get(VARIABLE, "").split(os.pathsep) if file}
    loader: Any = importlib.machinery.SourceFileLoader
    original = loader.exec_module

    @functools.wraps(original)
    def exec_module(self: Any, module: types.ModuleType) -> None:
        original(self, module)
        if os.path.realpath(getattr(module, "__file__", None) or "") in files:
            wrap_functions(module)

    if files:
        loader.exec_module = exec_module


def wrap_functions(module: types.ModuleType) -> None:
    """Put a function that notes its calls in the place of each one that the module defines at its own level."""
    for name, value in list(vars(module).items()):
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__ and value.__name__ == name:
            code = value.__code__
            stars = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
            if code.co_filename == module.__file__ and not stars and not inspect.isgeneratorfunction(value):
                setattr(module, name, noted(value))


def noted(function: types.FunctionType) -> Any:
    """The function; what it is called with is noted, once for each kind of arguments."""
    import numpy as np

    from .recording import note, text_of
    from .signature import spec_of

    signature = inspect.signature(function)
    seen: set[tuple[str, ...]] = set()

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return function(*args, **kwargs)  # which says what is wrong
        bound.apply_defaults()
        values = tuple(bound.arguments.values())
        kinds = tuple(text_of(spec_of(value)) for value in values)
        if kinds not in seen and any(isinstance(value, (np.ndarray, np.generic)) for value in values):
            seen.add(kinds)
            note(function, tuple(bound.arguments), values)
        return function(*args, **kwargs)

    return wrapper
