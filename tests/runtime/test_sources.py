"""What is pasted into generated modules stands alone."""

from __future__ import annotations

import ast
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from mdsl import runtime
from mdsl.runtime import scalar

ALLOWED_IMPORTS = {"numpy", "numba", "llvmlite"} | sys.stdlib_module_names


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_every_name_pasted_alone_runs_alone(flavour):
    for name in runtime.names(flavour):
        namespace = {"__name__": "pasted"}
        exec(compile(runtime.source(name, flavour), f"<{name}>", "exec"), namespace)
        assert name in namespace


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_pasted_text_imports_nothing_of_mdsl(flavour):
    for node in ast.walk(ast.parse(runtime.sources(runtime.names(flavour), flavour))):
        match node:
            case ast.Import(names=names):
                assert {alias.name.partition(".")[0] for alias in names} <= ALLOWED_IMPORTS
            case ast.ImportFrom(module=module, level=level):
                assert level == 0 and module.partition(".")[0] in ALLOWED_IMPORTS


def test_the_python_flavour_imports_no_compiler():
    imports = runtime.paste(runtime.names("python"), "python").imports
    assert not [line for line in imports if "numba" in line or "llvmlite" in line]


def test_shared_definitions_and_imports_come_once():
    text = runtime.sources(["sum_add", "prod_mul", "sum_add"])
    assert text.count("def sum_add") == text.count("def prod_mul") == 1
    assert text.count("import intrinsic") == 1


def test_imports_come_first_and_only_those_used():
    pasted = runtime.paste(["compile_pair"])
    assert pasted.imports == (
        "import sys",
        "from types import FunctionType",
        "from numba import njit",
        "from numba.core.compiler import Compiler",
    )
    assert "import" not in pasted.body


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        runtime.source("no_such_function")


def test_reading_sources_does_not_import_numba():
    code = "import sys, mdsl.runtime as r; r.sources(r.names()); print('numba' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_every_numba_name_that_kernels_call_has_a_plain_twin():
    twins = set(runtime.names("python"))
    host_side = {"compile_pair", "bound_spinning", "PARALLEL_WORK"}
    # the op table's Python code for what scalar.py computes is NumPy's own function
    ufuncs = {
        node.name for node in ast.parse(Path(scalar.__file__).read_text()).body if isinstance(node, ast.FunctionDef)
    }
    ufuncs |= {name for name in runtime.names("numba") if name.startswith("libm_")}
    assert set(runtime.names("numba")) - host_side - ufuncs <= twins


def test_documentation_examples():
    assert doctest.testmod(importlib.import_module("mdsl.runtime")).failed == 0
