"""Do the README's own programs and commands work as printed?

Its Python blocks become files, named by their first line, and are run in one folder in order; the commands of its
console blocks run there after them. Output that the README shows is compared as a doctest's would be.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mdsl.transpiler.config import configure
from mdsl.transpiler.outcome import Request
from mdsl.transpiler.transpile_module import transpile_module

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a contributor runs in a checkout: .ci/run does that.
ELSEWHERE = ("make", "pip", "git")


def _blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(README.read_text()) if kind == language]


def _programs() -> dict[str, str]:
    return {block.splitlines()[0].removeprefix("# "): block for block in _blocks("python")}


def _commands() -> dict[str, str]:
    """Each command of the console blocks with the output that is shown below it."""
    shown: dict[str, str] = {}
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if command.split()[0] not in ELSEWHERE:
                shown[command] = output
    return shown


def _run(command: list[str], folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "TERM": "dumb", "COLUMNS": "120"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _claims() -> list[tuple[str, bool]]:
    """The expressions in the table of what is compiled, and whether it says that they are."""
    rows = [
        line.split(" | ")
        for line in README.read_text().splitlines()
        if line.startswith("| ") and line.count(" | ") == 2
    ]
    return [
        (text, is_compiled)
        for _, compiled, left in (row[:3] for row in rows if row[0] != "| statements")
        for cell, is_compiled in ((compiled, True), (left, False))
        for text in re.findall(r"`([^`]*)`", cell)
    ]


@pytest.mark.parametrize(("expression", "is_compiled"), _claims())
def test_what_the_table_says_is_so(expression: str, is_compiled: bool) -> None:
    arguments = 'a: "float64[:, :]", b: "float64[:, :]", v: "float64[:]", k: "int64[:]", n: int'
    text = f"import numpy as np\n\n\ndef f({arguments}):\n    return {expression}\n"
    (function,) = transpile_module(text, "claim.py", Request(functions=("f",))).functions
    assert (function.status == "full") == is_compiled, function.diagnostics


@pytest.mark.parametrize("text", _blocks("toml"))
def test_settings(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    configuration = configure([str(tmp_path)])
    assert "default" not in configuration.origins["suffix"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("readme")
    for name, text in _programs().items():
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize("name", _programs())
def test_program(name: str, folder: Path) -> None:
    _run([sys.executable, name], folder)


def test_commands(folder: Path) -> None:
    assert _commands()
    for command, shown in _commands().items():
        printed = _run(["bash", "-c", command], folder)
        if shown:
            match = doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS)
            assert match, f"$ {command}\nthe README shows\n{shown}\nand it printed\n{printed}"
