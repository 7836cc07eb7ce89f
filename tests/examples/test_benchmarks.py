"""Does a benchmark run go on when a contestant fails, and say what the measurements say?"""

from __future__ import annotations

import csv
import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


def _load(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_one_example(tmp_path: Path) -> None:
    table, report = tmp_path / "table.csv", tmp_path / "deeper" / "report.md"
    command = [sys.executable, "benchmarks/run.py", "--only", "roadmap", "--repeat", "1"]
    command += ["--csv", str(table), "--output", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert report.read_text() in done.stdout
    rows = {row["contestant"]: row for row in csv.DictReader(table.open())}
    assert list(rows) == ["numpy", "njit", "mdsl"]
    assert rows["mdsl"]["status"] == "full"
    assert float(rows["numpy"]["median_s"]) > 0 and float(rows["mdsl"]["median_s"]) > 0
    # Numba has no ufunc.outer: that is a note, and the run goes on.
    assert not rows["njit"]["median_s"] and "outer" in rows["njit"]["note"]
    assert f"roadmap, njit: {rows['njit']['note']}" in report.read_text()


def test_a_crash_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crashing.py").write_text(CRASHING)
    shutil.copy(ROOT / "examples" / "_harness.py", tmp_path)
    run = _load("run")
    monkeypatch.setattr(run, "EXAMPLES", tmp_path)
    result = run.measured("crashing", 1)
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
