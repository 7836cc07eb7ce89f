"""Do the pages of docs/ work as printed? Each is followed from top to bottom in a folder of its own.

Blocks that start with a comment `# a/file` become that file; commands run where they stand, and what the page shows
below one is compared, its errors included, as a doctest's output would be.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = ("projects", "recording", "hooks")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_can_be_followed(page: str, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {
        "PATH": path,
        "TERM": "dumb",
        "COLUMNS": "120",
        "PRE_COMMIT_HOME": str(tmp_path / "hooks"),
    }
    environment |= {
        f"GIT_{who}_{what}": "tests@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    project = tmp_path / "project"
    project.mkdir()
    commands = 0
    for kind, text in BLOCK.findall((DOCS / f"{page}.md").read_text()):
        if kind != "console":
            name, _, content = text.partition("\n")
            file = project / name.removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            done = subprocess.run(
                ["bash", "-c", command], cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            printed = done.stdout.decode()
            same = doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS)
            assert same, f"$ {command}\nthe page shows\n{shown}\nand it printed\n{printed}"
            commands += 1
    assert commands > 3
