"""Does the reduction end at a small program that still fails, and is that program kept as it was found?"""

import pathlib

import pytest
from differential import fuzz, runners
from differential.cases import Case, load_file
from differential.programs import case_of
from differential.reduce import reduce

LONG = """
import numpy as np

UNUSED = 3

def helper(p, q):
    return p * q

def program(a, b, n):
    t0 = np.exp(b) + 1
    for i in range(n):
        if n > 1:
            t1 = helper(np.maximum(a[1:], a[:-1]), 2.0)
        else:
            t1 = a
        t0 = t0 - 1
    while n > 5:
        n -= 1
    return t0, t1, n

def inputs_0():
    a = np.asfortranarray(np.resize(np.array([1.0, 2.0, 5.0, 4.0], "float64"), (4, 3)))
    b = np.resize(np.array([1, 2], "int32"), (4,))
    n = 3
    return (a, b, n)

def inputs_1():
    return (np.ones((2, 2)), np.ones(3), 1)
"""


@pytest.fixture
def broken(monkeypatch):
    """A target that takes the smaller where the larger of two is asked for."""

    def compiled(loaded, target):
        scope = {}
        exec(loaded.path.read_text().replace("np.maximum", "np.minimum"), scope)
        return scope["program"]

    monkeypatch.setattr(runners, "_compiled", compiled)
    return "numba"


def test_a_long_program_shrinks_to_what_matters(broken):
    report = fuzz.check(Case(LONG), broken)
    assert {mismatch.kind for _, mismatch in report.mismatches} == {"value"}
    text = reduce(LONG, fuzz._still(report.signatures, broken), seconds=60)
    assert "np.maximum" in text
    assert fuzz.check(Case(text), broken).signatures & report.signatures
    for gone in ("UNUSED", "helper", "exp", "while", "for", "inputs_1", "asfortranarray", "def program(a, b, n)"):
        assert gone not in text
    assert len(text.splitlines()) <= 9


def test_a_program_that_never_ends_is_no_smaller_failure(broken):
    endless = LONG.replace("n -= 1", "n -= 0").replace("n = 3", "n = 9")
    assert not fuzz._still({("value", "NoneType", "")}, broken)(endless)


def test_a_candidate_that_never_ends_is_a_finding(monkeypatch):
    def endless(loaded, target):
        def candidate(*arguments):
            while True:
                pass

        return candidate

    monkeypatch.setattr(runners, "_compiled", endless)
    assert {mismatch.kind for _, mismatch in fuzz.check(case_of(3), "numba", seconds=2).mismatches} == {"hang"}


def test_a_finding_is_written_as_a_test_that_runs(tmp_path: pathlib.Path):
    path = tmp_path / "found.py"
    path.write_text(fuzz.regression(12, "numba", 'value of result: """quoted"""\\ ' + "long " * 60, LONG))
    loaded = load_file(path)
    assert loaded.module.__doc__.startswith("Differential fuzzing, number 12, target numba")
    assert len(loaded.inputs()) == 2
    assert runners.check(Case(path.read_text()), loaded, "identity").mismatches == []


def test_the_command_counts_and_finds_nothing_in_numpy_itself(tmp_path, capsys):
    assert fuzz.main(["40", "--target", "identity", "--workers", "1", "--out", str(tmp_path)]) == 0
    assert "40 programs" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_what_differs_in_one_file(tmp_path, capsys, broken):
    path = tmp_path / "case.py"
    path.write_text(LONG)
    assert fuzz.main(["--file", str(path), "--target", broken]) == 1
    assert "value of result" in capsys.readouterr().out


def test_a_program_that_numpy_takes_long_for_is_no_hang_of_interpreted_loops():
    case = Case("import time\n\ndef program():\n    time.sleep(0.05)\n\ndef inputs_0():\n    return ()\n")
    assert not fuzz.check(case, "numpy", seconds=10).mismatches
    with pytest.raises(runners.Overtime):
        fuzz.check(case, "python", seconds=10)
