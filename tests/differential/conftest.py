"""How do the files of this folder import each other? As the package `differential`, which this file registers.

The suite runs with `--import-mode=importlib` and has no `__init__.py`, so the folder is made a namespace package here,
without touching `sys.path`: `from differential.compare import compare`.
"""

import importlib.machinery
import importlib.util
import pathlib
import sys

_FOLDER = pathlib.Path(__file__).resolve().parent

if "differential" not in sys.modules:
    _spec = importlib.machinery.ModuleSpec("differential", None, is_package=True)
    _spec.submodule_search_locations = [str(_FOLDER)]
    sys.modules["differential"] = importlib.util.module_from_spec(_spec)
