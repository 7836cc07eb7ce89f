"""Are helpers and constants of the project's other files compiled in, and is a change of those files noticed?"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mdsl.cli import main

HELPERS = """\
import numpy as np

SCALE = 0.5


def lap(u, scale=SCALE):
    return scale * (u[:-2] + u[2:] - 2 * u[1:-1])


def scaled(u):
    return SCALE * u
"""
HEAT = """\
import numpy as np
from mdsl import accelerate
from .helpers import lap, scaled
from pack import helpers
from .inner.deep import weight

SCALE = 100.0


@accelerate
def step(u, dt: float):
    u[1:-1] += dt * lap(u)
    return scaled(u)


@accelerate
def shifted(u: "float64[:]"):
    return u + helpers.SCALE + weight(u)
"""
DEEP = """\
from ..helpers import scaled


def weight(u):
    return scaled(u) + 1
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pack"
    (folder / "inner").mkdir(parents=True)
    for name, text in (
        ("__init__", ""),
        ("helpers", HELPERS),
        ("heat", HEAT),
        ("inner/__init__", ""),
        ("inner/deep", DEEP),
    ):
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name == "pack" or name.startswith("pack.")]:
        del sys.modules[name]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["transpile", *map(str, arguments)])


def loaded(name: str) -> ModuleType:
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_helpers_of_other_files_are_inlined(package: Path) -> None:
    done = run(package, "--beside", "--target", "python")
    assert done.exit_code == 0, done.stderr
    made, original = loaded("pack.heat_mdsl"), loaded("pack.heat")
    text = (package / "heat_mdsl.py").read_text()
    assert "_step_numpy" in text and "_shifted_numpy" in text, done.stderr
    u = np.arange(7.0) ** 2
    np.testing.assert_array_equal(made.step(u.copy(), 0.1), original.step.__wrapped__(u.copy(), 0.1))
    np.testing.assert_array_equal(made.shifted(u), original.shifted.__wrapped__(u))


def test_defaults_of_helpers_are_their_own(package: Path) -> None:
    """Evaluated where the helper is defined, by position and by name; one that the text does not tell may be given."""
    (package / "helpers.py").write_text(
        "import numpy as np\n\nSCALE = 0.5\n\n\ndef lap(u, scale=SCALE):\n"
        "    return scale * (u[:-2] + u[2:] - 2 * u[1:-1])\n\n\n"
        "def scaled(u, *, by=SCALE * 3, how=print, note=None):\n    return u * by\n"
    )
    done = run(package, "--beside", "--target", "python")
    assert done.exit_code == 0, done.stderr
    made = loaded("pack.heat_mdsl")
    u = np.arange(7.0) ** 2
    np.testing.assert_array_equal(made.step(u.copy(), 0.1), made._step_numpy(u.copy(), 0.1))
    np.testing.assert_array_equal(made.shifted(u), made._shifted_numpy(u))
    assert "_shifted_numpy" in (package / "heat_mdsl.py").read_text()


def test_the_header_names_the_files(package: Path) -> None:
    run(package, "--beside")
    _, *others = (package / "heat_mdsl.py").read_text().splitlines()[:4]
    assert [line.split()[4] for line in others if line.startswith("# mdsl: also from ")] == [
        "helpers.py",
        "inner/deep.py",
    ]


def test_a_change_of_a_helper_is_a_change(package: Path) -> None:
    run(package, "--beside")
    assert "up to date" in run(package, "--beside").stderr
    assert run(package, "--beside", "--check").exit_code == 0
    (package / "helpers.py").write_text(HELPERS.replace("2 * u", "3 * u"))
    assert run(package, "--beside", "--check").exit_code == 1
    assert run(package, "--beside").exit_code == 0
    assert "3.0 * u" in (package / "heat_mdsl.py").read_text()
    (package / "inner" / "deep.py").unlink()
    assert run(package, "--beside", "--check").exit_code == 1


def test_the_hook_sees_a_change_of_a_helper(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given the files of a commit, and the output of another file is not right any more."""
    monkeypatch.chdir(package.parent)
    assert run("--hook", "pack/heat.py").exit_code == 1
    assert run("--hook", "pack/helpers.py").exit_code == 0
    (package / "helpers.py").write_text(HELPERS.replace("2 * u", "3 * u"))
    assert run("--hook", "--check", "pack/helpers.py").exit_code == 1
    done = run("--hook", "pack/helpers.py")
    assert done.exit_code == 1
    assert "heat_mdsl.py written" in done.stderr
    assert run("--hook", "pack/helpers.py", "pack/heat.py").exit_code == 0


def test_the_source_comes_back_to_the_byte(package: Path) -> None:
    assert run(package / "heat.py", "--in-place").exit_code == 0
    once = (package / "heat.py").read_bytes()
    assert b"# mdsl: also from helpers.py" in once
    assert run(package / "heat.py", "--in-place").exit_code == 0
    assert (package / "heat.py").read_bytes() == once


def test_a_tree_of_outputs_names_files_as_seen_from_there(package: Path) -> None:
    assert run(package, "--out-dir", package.parent / "made" / "pack").exit_code == 0
    text = (package.parent / "made" / "pack" / "heat.py").read_text()
    assert "generated from ../../pack/heat.py" in text
    assert "also from ../../pack/helpers.py" in text
    assert run(package, "--out-dir", package.parent / "made" / "pack", "--check").exit_code == 0


def test_a_constant_of_another_file_that_is_rebound_is_seen(package: Path) -> None:
    run(package, "--beside", "--target", "python")
    made, helpers = loaded("pack.heat_mdsl"), loaded("pack.helpers")
    u = np.arange(5.0)
    before = made.step(u.copy(), 0.1)
    helpers.SCALE = 7.0
    np.testing.assert_array_equal(made.step(u.copy(), 0.1), made._step_numpy(u.copy(), 0.1))
    assert not np.array_equal(made.step(u.copy(), 0.1), before)
    np.testing.assert_array_equal(made.shifted(u), u + 7.0 + u * 7.0 + 1)


def test_nothing_of_the_user_runs(package: Path) -> None:
    (package / "helpers.py").write_text(HELPERS + "\nraise SystemExit('it ran')\n")
    assert run(package, "--beside").exit_code == 0
    assert "_step_numpy" in (package / "heat_mdsl.py").read_text()


def test_files_that_import_each_other(package: Path) -> None:
    (package / "helpers.py").write_text(
        HELPERS.replace("import numpy as np\n", "import numpy as np\nfrom . import heat\n")
    )
    assert run(package, "--beside").exit_code == 0
    assert "_step_numpy" in (package / "heat_mdsl.py").read_text()


def test_a_helper_that_cannot_be_read_is_not_compiled(package: Path) -> None:
    (package / "helpers.py").write_text("def lap(u:\n")
    done = run(package / "heat.py")
    assert done.exit_code == 0
    assert "_step_numpy" not in done.stdout
    assert "`.helpers.lap` is not compiled" in done.stderr


def test_scripts_find_what_lies_beside_them(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(HELPERS)
    text = HEAT.replace("from .helpers", "from helpers").replace("from pack import helpers", "import helpers")
    (tmp_path / "script.py").write_text(
        text.replace("from .inner.deep import weight", "from helpers import scaled as weight")
    )
    assert run(tmp_path / "script.py", "-o", tmp_path / "made.py").exit_code == 0
    assert "_shifted_numpy" in (tmp_path / "made.py").read_text()
    program = "import made, numpy as np; print(made.shifted(np.ones(3))[0])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "2.0\n", done.stderr
