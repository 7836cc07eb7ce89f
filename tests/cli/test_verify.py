"""Does `mdsl verify` see whether an output computes what its source computes?"""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from mdsl.cli import main

SOURCE = """\
import numpy as np
from mdsl import accelerate
import beside


@accelerate(target="python")
def relax(u: "float64[:, :]", s: float, n: int, keep: bool = True):
    u[1:-1, 1:-1] += s * np.exp(u[2:, 1:-1])
    return u[n], u.sum(axis=0)


@accelerate(target="python")
def count(u: "int32[:]"):
    return (u > 1).sum(), u[::-1]
"""


@pytest.fixture
def heat(tmp_path):
    (tmp_path / "beside.py").write_text("")
    path = tmp_path / "heat.py"
    path.write_text(SOURCE)
    return path


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_source_that_agrees(heat):
    result = run("verify", heat)
    assert result.exit_code == 0, result.output
    relax, count = result.stdout.splitlines()
    assert re.match(r"relax: 20 runs, 1\d of them compiled, at most \d+ ulp apart; \d raised alike", relax)
    assert count.startswith("count: 20 runs")


def test_an_output_is_verified_as_it_is(heat):
    output = heat.with_name("heat_mdsl.py")
    run("transpile", heat, "-o", output)
    assert run("verify", output).exit_code == 0
    text = output.read_text()
    start = text.index("# mdsl: begin relax")
    assert "np.exp(" in text[start:]
    output.write_text(text[:start] + text[start:].replace("np.exp(", "np.cos("))
    result = run("verify", output, "--function", "relax")
    assert result.exit_code == 1
    assert "relax: DIFFERS" in result.stdout


def test_what_is_not_compiled_is_said(heat):
    heat.write_text(SOURCE.replace("return u[n], ", "print(u)\n    return u[n], "))
    result = run("verify", heat)
    assert result.exit_code == 1
    assert "relax: not compiled" in result.stdout
    assert "count: 20 runs" in result.stdout


def test_nothing_to_verify(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("x = 1\n")
    assert run("verify", path).exit_code == 2
    assert run("verify", path.with_name("none.py")).exit_code == 2


def test_a_module_of_a_package(tmp_path):
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "beside.py").write_text("FACTOR = 2.0\n")
    (package / "heat.py").write_text(SOURCE.replace("import beside", "from .beside import FACTOR"))
    (package / "__init__.py").write_text("from .heat import relax\n")  # it is imported with its package
    result = run("verify", package / "heat.py")
    assert result.exit_code == 0, result.output


def test_a_file_that_cannot_be_imported(heat):
    heat.write_text(SOURCE.replace("import beside", "import nowhere_to_be_found"))
    result = run("verify", heat)
    assert (result.exit_code, "MDSL417" in result.stderr) == (1, True)
    assert "nowhere_to_be_found" in result.stderr


def test_arguments_that_never_fit_verify_nothing(heat):
    heat.write_text(SOURCE.replace("return (u > 1)", "return u.reshape(11, 11), (u > 1)"))
    result = run("verify", heat, "--function", "count")
    assert (result.exit_code, "count: NOT VERIFIED" in result.stdout) == (1, True), result.stdout


def test_runs_and_seeds(heat):
    assert "count: 3 runs" in run("verify", heat, "--runs", 3, "--seed", 5).stdout
