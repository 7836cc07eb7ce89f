"""Do the hooks work in a repository, run by pre-commit itself?

The hooks of .pre-commit-hooks.yaml are taken as they are but for `language`: their own environment would be installed
from the network, so these run with the environment of the tests. MDSL_TEST_NETWORK=1 tries them as they are.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MARKED = """\
import numpy as np
from mdsl import accelerate


@accelerate
def scaled(u: "float64[:]", s: float):
    return np.exp(u) * s
"""

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed: pip install mdsl[dev]"
)


def local_hooks() -> str:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    mdsl = Path(sys.executable).with_name("mdsl")
    hooks = text.replace("entry: mdsl ", f"entry: {mdsl} ").replace("language: python", "language: system")
    hooks = "\n".join("      " + line for line in hooks.splitlines() if not line.startswith("#"))
    return f"repos:\n  - repo: local\n    hooks:\n{hooks}\n"


class Repository:
    """A git repository with hooks, in a folder of its own."""

    def __init__(self, folder: Path, config: str) -> None:
        self.folder = folder
        self.git("init", "-q")
        self.git("config", "user.email", "tests@example.org")
        self.git("config", "user.name", "tests")
        (folder / ".pre-commit-config.yaml").write_text(config)
        self.git("add", "-A")
        self.hooks_home = folder.parent / "hooks"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def hook(self, name: str) -> tuple[int, str]:
        self.git("add", "-A")
        environment = os.environ | {"PRE_COMMIT_HOME": str(self.hooks_home)}
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", name, "--all-files"],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return Repository(folder, local_hooks())


def test_from_a_first_commit_to_a_syntax_error(repository):
    source, output = repository.folder / "heat.py", repository.folder / "heat_mdsl.py"
    source.write_text(MARKED)

    assert repository.hook("mdsl-check")[0] == 1
    assert not output.exists()
    code, said = repository.hook("mdsl-transpile")
    assert code == 1, said
    assert "heat_mdsl.py written" in said
    assert repository.hook("mdsl-transpile")[0] == 0
    assert repository.hook("mdsl-check")[0] == 0
    first = output.read_text()

    source.write_text(MARKED.replace("* s", "- s"))
    assert repository.hook("mdsl-check")[0] == 1
    assert repository.hook("mdsl-transpile")[0] == 1
    assert output.read_text() != first
    assert repository.hook("mdsl-transpile")[0] == 0

    before = output.read_text()
    source.write_text(MARKED.replace("def scaled(", "def scaled(("))
    code, said = repository.hook("mdsl-transpile")
    assert code == 1
    assert "MDSL103" in said
    assert output.read_text() == before


TWO = MARKED + MARKED[MARKED.index("\n\n@accelerate") :].replace("scaled", "shifted").replace("* s", "+ s")


def test_a_function_that_is_deleted_and_a_file_that_is(repository):
    source, output = repository.folder / "heat.py", repository.folder / "heat_mdsl.py"
    source.write_text(TWO)
    assert repository.hook("mdsl-transpile")[0] == 1
    assert "_shifted_numpy" in output.read_text()

    source.write_text(MARKED)
    assert repository.hook("mdsl-check")[0] == 1
    assert repository.hook("mdsl-transpile")[0] == 1
    assert "shifted" not in output.read_text()
    assert repository.hook("mdsl-transpile")[0] == 0

    source.unlink()
    code, said = repository.hook("mdsl-transpile")
    assert code == 1
    assert "MDSL416" in said
    output.unlink()
    assert repository.hook("mdsl-transpile")[0] == 0


def test_a_merge_conflict_in_the_generated_file(repository):
    """The sources merge; the outputs do not, and the hook writes what the merged source gives."""
    source, output = repository.folder / "heat.py", repository.folder / "heat_mdsl.py"

    def commit(text):
        source.write_text(text)
        repository.hook("mdsl-transpile")
        repository.git("add", "-A")
        repository.git("commit", "-q", "-m", "a change", "--no-verify")

    commit(TWO)
    repository.git("checkout", "-q", "-b", "other")
    commit(TWO.replace("np.exp(u) * s", "np.exp(u) * s * s"))
    repository.git("checkout", "-q", "-")
    commit(TWO.replace("np.exp(u) + s", "np.exp(u) + s + s"))
    merge = subprocess.run(["git", "merge", "-q", "other"], cwd=repository.folder, capture_output=True, text=True)
    assert merge.returncode == 1
    assert "<<<<<<<" in output.read_text()
    assert "<<<<<<<" not in source.read_text()

    code, said = repository.hook("mdsl-transpile")
    assert code == 1
    assert "heat_mdsl.py written" in said
    assert "<<<<<<<" not in output.read_text()
    assert repository.hook("mdsl-transpile")[0] == 0
    merged = output.read_bytes()
    output.unlink()
    repository.hook("mdsl-transpile")
    assert output.read_bytes() == merged


def test_files_without_marks_are_left_alone(repository):
    (repository.folder / "plain.py").write_text("import numpy as np\n\n\ndef f(a):\n    return a + 1\n")
    assert repository.hook("mdsl-transpile")[0] == 0
    assert not (repository.folder / "plain_mdsl.py").exists()


@pytest.mark.skipif(not os.environ.get("MDSL_TEST_NETWORK"), reason="installs from the network: MDSL_TEST_NETWORK=1")
def test_as_another_repository_would_list_it(tmp_path):
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folder = tmp_path / "project"
    folder.mkdir()
    config = f"repos:\n  - repo: {ROOT}\n    rev: {commit.strip()}\n    hooks:\n      - id: mdsl-transpile\n"
    repository = Repository(folder, config)
    (folder / "heat.py").write_text(MARKED)
    assert repository.hook("mdsl-transpile")[0] == 1
    assert repository.hook("mdsl-transpile")[0] == 0
