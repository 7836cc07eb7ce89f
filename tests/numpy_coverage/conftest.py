"""How do the files of this folder import each other? As the package `numpy_coverage`, which this file registers."""

import importlib.machinery
import importlib.util
import pathlib
import sys

_FOLDER = pathlib.Path(__file__).resolve().parent

if "numpy_coverage" not in sys.modules:
    _spec = importlib.machinery.ModuleSpec("numpy_coverage", None, is_package=True)
    _spec.submodule_search_locations = [str(_FOLDER)]
    sys.modules["numpy_coverage"] = importlib.util.module_from_spec(_spec)
sys.path.insert(0, str(_FOLDER.parent / "transpiler"))  # check_whole
