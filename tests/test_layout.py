"""Is the checkout one package named mdsl, loaded once, and light to import?"""

from __future__ import annotations

import ast
import graphlib
import importlib
import importlib.util
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import mdsl

ROOT = Path(__file__).resolve().parent.parent
NOT_PACKAGES = {"tests", "examples", "benchmarks", "docs", "build", "dist"}
HEAVY = ("numba", "llvmlite", "egglog", "libcst", "sklearn")


def _source_files() -> list[Path]:
    """The files of the package: everything below the root that is no test, example or generated file."""
    return sorted(
        path
        for path in ROOT.rglob("*.py")
        if not any(part.startswith(".") or part in NOT_PACKAGES for part in path.relative_to(ROOT).parts)
    )


def _module_name(file: Path) -> str:
    parts = ("mdsl", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


def test_mdsl_is_this_checkout() -> None:
    assert mdsl.__file__ is not None
    assert Path(mdsl.__file__).resolve() == ROOT / "__init__.py"


def test_declared_packages_are_the_folders() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = {_module_name(file.parent / "__init__.py") for file in _source_files()}
    assert set(project["tool"]["setuptools"]["packages"]) == folders


def test_each_package_has_an_init_and_tests_have_none() -> None:
    for folder in {file.parent for file in _source_files()}:
        assert (folder / "__init__.py").is_file(), folder
    assert not list((ROOT / "tests").rglob("__init__.py"))
    assert not (ROOT / "conftest.py").exists()


def test_each_file_is_loaded_once_and_under_mdsl() -> None:
    for file in _source_files():
        importlib.import_module(_module_name(file))
    loaded = defaultdict(set)
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if origin is not None:
            loaded[Path(origin).resolve()].add(name)
    for file in _source_files():
        assert loaded[file] == {_module_name(file)}


def _imported_at_load(file: Path) -> Iterator[str]:
    """The modules of mdsl that loading `file` loads: its top-level imports, without those for type checkers alone."""
    package = _module_name(file.parent / "__init__.py")
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.ImportFrom) and statement.level:
            source = importlib.util.resolve_name("." * statement.level + (statement.module or ""), package)
            for alias in statement.names:
                submodule = f"{source}.{alias.name}"
                yield submodule if _is_module(submodule) else source


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split(".")[1:])
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_no_file_imports_in_a_circle() -> None:
    """Circles of files; the order of the rooms is import-linter's business (pyproject.toml)."""
    graph = {_module_name(file): set(_imported_at_load(file)) for file in _source_files()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_public_names_resolve() -> None:
    for name in mdsl.__all__:
        assert getattr(mdsl, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'acelerate'"):
        mdsl.acelerate  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import mdsl",
        "from mdsl.cli import main\ntry: main(['--help'])\nexcept SystemExit as done: assert not done.code",
    ],
    ids=["import", "help"],
)
def test_a_light_start(statement: str) -> None:
    """Neither `import mdsl` nor `mdsl --help` pays for a compiler."""
    report = f"{statement}\nimport sys\nprint('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]
