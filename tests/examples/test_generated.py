"""Is examples/generated what the compiler writes now, and does it run without mdsl?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "examples" / "generated"


def test_it_is_what_the_compiler_writes() -> None:
    """Not by the digests of their first lines alone, which do not know of a change of the compiler."""
    command = [sys.executable, "-m", "mdsl.cli", "transpile", "examples", "--out-dir", "examples/generated"]
    done = subprocess.run([*command, "--force", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"run `make generate` and look at the difference\n{done.stderr}"


def test_the_hook_does_the_same() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    make = (ROOT / "Makefile").read_text()
    (entry,) = re.findall(r"entry: \.venv/bin/(mdsl transpile examples.*)", text)
    assert f"$(BIN)/{entry} $(ARGS)" in make


@pytest.mark.parametrize("path", sorted(GENERATED.glob("*.py")), ids=lambda path: path.stem)
def test_it_is_pleasant_to_read(path: Path) -> None:
    """Lines keep the margin, but for the header."""
    text = path.read_text()
    _, *lines = text.splitlines()
    assert max(map(len, lines)) <= 120


def test_it_runs_without_mdsl(tmp_path: Path) -> None:
    (tmp_path / "mdsl.py").write_text("raise ImportError('mdsl is not needed')")
    program = "import sys, roadmap; print(roadmap.compare(roadmap.roadmap, roadmap.inputs('small'), repeat=1).status)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(GENERATED)])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.stdout == "ahead of time\n", done.stderr
