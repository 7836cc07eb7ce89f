"""Do the programs in the docstrings print what they say? One test for each module that has any.

pytest's own --doctest-modules imports files by path, which in this layout would load the package a second time.
"""

from __future__ import annotations

import doctest
import importlib
import io
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("ir", "passes", "transpiler", "targets", "runtime")


def _modules_with_doctests() -> list[str]:
    found = []
    for file in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        if ">>> " in file.read_text():
            parts = ("mdsl", *file.relative_to(ROOT).with_suffix("").parts)
            found.append(".".join(part for part in parts if part != "__init__"))
    return found


@pytest.mark.parametrize("name", _modules_with_doctests())
def test_docstrings_print_what_they_say(name: str) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report = io.StringIO()
    for example in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(example, out=report.write)
    results = runner.summarize(verbose=False)
    assert results.attempted > 0, f"{name} has a prompt, but outside of what doctest finds"
    assert results.failed == 0, report.getvalue()
