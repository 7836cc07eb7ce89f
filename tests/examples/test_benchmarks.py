"""Does a benchmark run go on when a contestant fails, and say what the measurements say?"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

CRASHING = """
import os
import numpy as np

def doubled(x):
    return x + x

class Crash:
    __wrapped__ = staticmethod(doubled)
    def __call__(self, x):
        os._exit(3)

crashing = Crash()

def inputs(size):
    return (np.arange(20_000.0),)
"""

DYING = """
import json, os, sys

for line in sys.stdin:
    do = json.loads(line)["do"]
    if sys.argv[1] == "mdsl" and do == "open":
        os._exit(3)
    print(json.dumps({"seconds": 1.0} if do == "time" else {}), flush=True)
"""


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")  # _harness, which the workers have
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


def _load(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_one_example(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/run.py", "--only", "roadmap", "--rounds", "1", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    [report], [table] = tmp_path.glob("*-examples.md"), tmp_path.glob("*-examples.csv")
    assert report.read_text() in done.stdout
    rows = {row["contestant"]: row for row in csv.DictReader(table.open())}
    assert list(rows) == ["numpy", "njit", "mdsl"]
    assert rows["mdsl"]["status"] == "full"
    assert float(rows["numpy"]["median_s"]) > 0 and float(rows["mdsl"]["median_s"]) > 0
    # Numba has no ufunc.outer: that is a note, and the run goes on.
    assert not rows["njit"]["median_s"] and "outer" in rows["njit"]["note"]
    assert f"roadmap, njit: {rows['njit']['note']}" in report.read_text()


def test_one_program_beside_its_peers(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/run.py", "--only", "standardise", "--tools", "mdsl", "njit", "numexpr"]
    command += ["--sizes", "tiny", "--dtypes", "float32", "--rounds", "3", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    [report], [table] = tmp_path.glob("*-peers.md"), tmp_path.glob("*-peers.csv")
    assert report.read_text() in done.stdout
    rows = {row["tool"]: row for row in csv.DictReader(table.open())}
    assert float(rows["numpy"]["median_s"]) > 0 and float(rows["mdsl"]["median_s"]) > 0
    assert float(rows["mdsl"]["over_numpy"]) > 0 and rows["mdsl"]["version"]
    # Numba has no std along an axis; nobody wrote the program for numexpr, or it is not installed here.
    assert not rows["njit"]["median_s"] and "axis" in rows["njit"]["note"]
    assert f"standardise, njit: {rows['njit']['note']}" in report.read_text()
    if importlib.util.find_spec("numexpr") is None:
        assert "not installed: numexpr" in report.read_text()
    else:
        assert rows["numexpr"]["note"] == "no natural version"


def test_every_program_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "programs")
    names = _load("_peers").names()
    modules = [_load(name) for name in names]
    assert len({module.DOMAIN for module in modules}) >= 10
    for module in modules:
        for dtype in ("float32", "float64"):
            inputs = module.inputs(64 << 10, np.dtype(dtype))
            floats = {x.dtype for x in inputs if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f"}
            assert floats <= {np.dtype(dtype)}, module.__name__


def test_a_result_that_is_wrong_is_found() -> None:
    differs = _load("_worker").differs
    expected = np.linspace(1, 2, 1000)
    assert differs(expected * (1 + 1e-15), expected, np.dtype("float64")) is None
    assert differs(expected.astype("float32"), expected, np.dtype("float32")) is None
    wrong = expected.copy()
    wrong[700] += 1e-6
    assert differs(wrong, expected, np.dtype("float64")) == f"{wrong[700]} instead of {expected[700]}"
    assert differs(expected[:-1], expected, np.dtype("float64")) == "shape (999,) instead of (1000,)"
    assert differs(np.array([1, 2]), np.array([1, 3]), np.dtype("float64")) == "other whole numbers"
    assert differs(np.full(3, np.nan), np.array([np.nan, np.nan, 0.0]), np.dtype("float64")) == "nan instead of 0.0"


def test_a_tool_that_dies_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_worker.py").write_text(DYING)
    peers = _load("_peers")
    monkeypatch.setattr(peers, "HERE", tmp_path)
    monkeypatch.setattr(peers, "PROGRAMS", tmp_path)
    [cell] = peers.measured("doubled", ("numpy", "mdsl"), {"tiny": 4096}, ("float64",), 3)
    assert cell.notes == {"mdsl": "crashed (exit code 3)"}
    assert set(cell.median) == {"numpy"} and cell.rounds == 3


def test_shares_of_what_the_machine_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "programs")
    report, limits = _load("_peers_report"), _load("_limits")
    read, copy = {(1, "L2"): 30e9, (2, "L2"): 25e9}, {(1, "L2"): 10e9, (2, "L2"): 20e9}
    found = limits.Limits(read, copy, {(1, "float32"): 1e9, (2, "float32"): 2e9})
    cell = report.Cell("triad", "float32", "L2", {"numpy": 4.0, "mdsl": 1.0, "njit": 0.5}, facts={"traffic": 15e9})
    assert cell.share(found) == pytest.approx(0.75)
    reduction = report.Cell("misfit", "float32", "L2", {"mdsl": 1.0}, facts={"traffic": 15e9})
    assert reduction.share(found) == pytest.approx(0.5)
    assert cell.speed("mdsl") == 4.0 and cell.over_best() == 0.5
    assert report.behind([cell]) == [
        "- NumPy, by more than 5%: nowhere",
        "- njit, by more than 10%: triad float32 L2 (0.50)",
    ]
    higher = found.or_more(limits.Limits(read, {(1, "L2"): 15e9, (2, "L2"): 5e9}, found.operations))
    assert higher.copy == {(1, "L2"): 15e9, (2, "L2"): 20e9}
    assert found.most_bytes("tiny", written=True) is None


def test_a_crash_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crashing.py").write_text(CRASHING)
    shutil.copy(ROOT / "examples" / "_harness.py", tmp_path)
    examples = _load("_examples")
    monkeypatch.setattr(examples, "EXAMPLES", tmp_path)
    result = examples.measured("crashing", 1)
    assert result.notes == {"mdsl": "crashed (exit code 3)"}
    assert set(result.median) == {"numpy", "njit"}


def test_means_and_what_is_behind() -> None:
    measurement = _load("_measure").Measurement
    results = [
        measurement("a", "full", {}, {"numpy": 8.0, "njit": 2.0, "mdsl": 1.0}, 3),
        measurement("b", "full", {}, {"numpy": 1.0, "mdsl": 2.0}, 3, {"njit": "raises"}),
    ]
    report = _load("_report")
    assert report.mean(r.speed("mdsl") for r in results) == pytest.approx(2.0)  # 8 and 1/2
    assert report.mean(r.speed("njit") for r in results) == pytest.approx(4.0)
    text = "\n".join(report.conclusions(results))
    assert "Over the 1 that both ran: njit 4.00, mdsl 8.00." in text
    assert "more than a tenth behind NumPy: b (0.50)." in text
    assert "more than a tenth behind njit: nowhere." in text
    assert report.notes(results) == ["- b, njit: raises"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Failed in nopython mode\nUnknown attribute 'outer'\nFile x", "Unknown attribute 'outer'"),
        ("Failed in\nNo implementation\n >>> diff(a)\nTypingError: got 'axis'\n", "diff(a): got 'axis'"),
        ("", "ValueError"),
        ("x" * 400, "x" * 159 + "…"),
    ],
)
def test_an_error_in_one_line(message: str, text: str) -> None:
    assert _load("_measure").summary(ValueError(message)) == text
