"""Is docs/coverage.md what mdsl does, and is what it calls compiled computed as NumPy computes it?"""

from __future__ import annotations

import importlib.util
import pathlib
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from check_whole import same
from numpy_coverage import page
from numpy_coverage.calls import arguments, calls

import mdsl

_CLAIMED = [r for _, found in page.rows() for r in found if r.status != page.HOST]


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    """path -> a function that makes its call, from one module in a file."""
    text = "import numpy as np\n"
    names = {}
    for k, r in enumerate(_CLAIMED):
        names[r.path] = f"f_{k}"
        text += "\n\n" + page.source(calls()[r.path]).replace("def f(", f"def f_{k}(")
    path = pathlib.Path(tempfile.mkdtemp(prefix="mdsl-coverage-")) / "calls_of_numpy.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("calls_of_numpy", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {path: getattr(module, name) for path, name in names.items()}


@pytest.mark.parametrize("row", _CLAIMED, ids=lambda r: r.path)
def test_what_is_claimed_is_so(row: page.Row) -> None:
    function = _functions()[row.path]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    compiled = mdsl.accelerate(function, target="python", cache=False)
    mine, theirs = arguments(), arguments()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        np.random.seed(7)  # noqa: NPY002 - the stream that the functions draw from
        expected = function(*(mine[name] for name in names))
        np.random.seed(7)  # noqa: NPY002
        got = compiled(*(theirs[name] for name in names))
    assert compiled.last_report is not None and compiled.last_report.status == "full", compiled.last_report.diagnostics
    same(got, expected, 1e-11)
    for name in names:
        same(theirs[name], mine[name], 1e-11)


def test_every_public_name_has_a_row() -> None:
    """A row with a reason, where it is left to the host."""
    found = {r.path: r for _, rows in page.rows() for r in rows}
    assert set(found) == {path for paths in page.public().values() for path in paths}
    assert not [r.path for r in found.values() if r.note == "not compiled"], "say why, or add a call to calls.py"


def test_most_functions_of_arrays_are_compiled() -> None:
    done, everything = page.share([r for _, found in page.rows() for r in found])
    assert everything > 400 and done / everything >= 0.85


def test_the_page_is_what_mdsl_does() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run `python tests/numpy_coverage/page.py`"
