"""What do `mdsl explain`, `explain-code`, `info` and `cache` say, and what do they cost?"""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from mdsl.cli import main

SOURCE = '''\
import numpy as np


def spread(x: "float64[:, :]"):
    """How far the values of each row are from their mean."""
    n, m = x.shape
    d = x - np.mean(x, axis=1, keepdims=True)
    return np.sqrt(np.sum(d * d, axis=1) / m)


def partly(x):
    for row in x[0, :]:
        print(row)
    return x
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "spread.py"
    path.write_text(SOURCE)
    return path


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_each_line_is_accounted_for(file):
    result = run("explain", f"{file}::spread")
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head == f"{file}::spread(x: float64[:, :]) on numba: compiled"
    said = {int(line[:5]): line.split("   ")[-1] for line in lines if line[:5].strip().isdigit() and "|" in line}
    assert said[6].endswith("known at compile time")
    assert "nest 1" in said[7]
    assert "nest 1" in said[8]
    assert any("nest 1, lines 7-8: loops over" in line for line in lines)


def test_what_is_not_compiled_is_said_where_it_stands(file):
    result = run("explain", f"{file}::partly")
    assert "not compiled" in result.stdout.splitlines()[0]
    assert any(
        line.startswith("   13 |") and "MDSL301: `print` is not compiled" in line for line in result.stdout.splitlines()
    )
    assert "assumed: `x` is taken for float64[:, :]" in result.stdout


def test_steps_can_be_looked_at(file):
    steps = run("explain", f"{file}::spread", "--steps").stdout
    names = [line[2:].partition(":")[0] for line in steps.splitlines() if line.startswith("# ") and ": " in line]
    assert names[0] == "lift"
    assert {"lower", "fuse", "contract"} <= set(names)
    fused = run("explain", f"{file}::spread", "--stop-after", "fuse").stdout
    assert fused.count("def spread(") == 1
    assert "for i in range(n):" in fused
    source = run("explain", f"{file}::spread", "--source").stdout
    assert "prange(n)" in source
    compile(source, "source", "exec")


@pytest.mark.parametrize(
    ("place", "code", "text"),
    [
        ("spread.py", 2, "name a function of a file"),
        ("nope.py::f", 2, "MDSL401"),
        ("{file}::spred", 2, "did you mean `spread`?"),
        ("{folder}::f", 2, "MDSL402"),
    ],
)
def test_misuse(file, place, code, text):
    result = run("explain", place.format(file=file, folder=file.parent))
    assert (result.exit_code, text in result.stderr) == (code, True)


def test_an_unknown_step(file):
    result = run("explain", f"{file}::spread", "--stop-after", "fusion")
    assert (result.exit_code, "MDSL410" in result.stderr, "fuse" in result.stderr) == (2, True, True)


def test_codes_are_explained():
    result = run("explain-code", "MDSL204")
    assert result.exit_code == 0
    assert result.stdout.startswith("# MDSL204: the rank of an argument is not known\n")
    listed = run("explain-code").stdout.splitlines()
    assert "MDSL204  the rank of an argument is not known" in listed
    unknown = run("explain-code", "MDSL240")
    assert (unknown.exit_code, "MDSL415" in unknown.stderr) == (2, True)


def test_info_names_what_matters():
    shown = run("info").stdout
    for name in ("mdsl", "python", "numpy", "numba", "processor", "threads", "vector maths", "cache", "MDSL_CACHE_DIR"):
        assert any(line.startswith(f"{name} ") for line in shown.splitlines()), name


def test_the_cache_is_shown_and_cleared(tmp_path, monkeypatch):
    monkeypatch.setenv("MDSL_CACHE_DIR", str(tmp_path))
    (tmp_path / "v1/a").mkdir(parents=True)
    (tmp_path / "v1/a/b.py").write_text("12345")
    (tmp_path / "mine.txt").write_text("not mdsl's")
    assert run("cache", "where").stdout == f"{tmp_path}\n"
    assert "2 files" in run("cache").stdout
    assert run("cache", "clear").stdout == "1 files deleted\n"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    assert run("cache", "clear").stdout == "0 files deleted\n"


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"numpy", "libcst", "numba", "egglog"}),
        (["config"], {"numpy", "libcst", "numba", "egglog"}),
        (["explain-code", "MDSL204"], {"numpy", "libcst", "numba", "egglog"}),
        (["transpile", "{file}", "-q"], {"numba", "llvmlite"}),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(file, arguments, unwanted):
    script = (
        "import sys\nfrom mdsl.cli import main\n"
        f"try:\n    main({[a.format(file=file) for a in arguments]!r})\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert not loaded & unwanted
