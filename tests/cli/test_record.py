"""Does a recorded run tell what functions are called with, and does transpile compile for that?"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from click.testing import CliRunner

from mdsl.cli import main
from mdsl.transpiler.signature_file import add, read_signatures

SOURCE = """\
import numpy as np
from mdsl import accelerate


@accelerate(target="python")
def scaled(u, s):
    '''Docs.'''
    return np.exp(u) * s


@accelerate(target="python")
def unused(u):
    return u[1:]
"""
SCRIPT = """\
import numpy as np
from heat import scaled

for _ in range(3):
    scaled(np.ones((3, 4)), 2.0)
scaled(np.ones((5, 2), np.float32).T, np.float32(2))
scaled(np.ones((5, 1)), s=2)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "heat.py").write_text(SOURCE)
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MDSL_DISABLE", raising=False)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def record(*command):
    done = subprocess.run(
        [sys.executable, "-m", "mdsl.cli", "record", *command], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_run_is_noted(project):
    code, _, said = record("--", sys.executable, "script.py")
    assert code == 0, said
    assert "3 signatures of 1 functions, 3 of them new" in said
    table = tomllib.loads((project / "mdsl.signatures.toml").read_text())
    assert table == {
        "heat.py::scaled": {
            "signatures": [
                {"u": "float32[::1, :]", "s": "float32"},
                {"u": "float64[:, 1]", "s": "int"},
                {"u": "float64[:, ::1]", "s": "float"},
            ]
        }
    }
    before = (project / "mdsl.signatures.toml").read_bytes()
    assert "0 of them new" in record("script.py")[2]
    assert (project / "mdsl.signatures.toml").read_bytes() == before
    assert sorted(p.name for p in project.iterdir() if not p.name.startswith("__")) == [
        "heat.py", "mdsl.signatures.toml", "script.py",
    ]  # fmt: skip


def test_the_exit_code_is_the_programs(project):
    (project / "fails.py").write_text("raise SystemExit(7)\n")
    code, _, said = record("fails.py")
    assert code == 7
    assert "nothing was noted" in said
    assert record("--", "no-such-command-anywhere")[0] == 127


def test_modules_and_tests_are_run_too(project):
    assert record("-o", "other.toml", "-m", "script")[0] == 0
    assert (project / "other.toml").exists()
    (project / "test_it.py").write_text(
        "import numpy as np\nfrom heat import scaled\n\ndef test():\n    assert scaled(np.zeros(2), 1.0).sum() == 2\n"
    )
    assert record("--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")[0] == 0
    assert len(read_signatures("mdsl.signatures.toml")["heat.py::scaled"]) == 1


def test_transpile_compiles_for_each_signature(project):
    record("script.py")
    result = run("transpile", "heat.py", "--beside", "--function", "scaled")
    assert result.exit_code == 0, result.output
    text = (project / "heat_mdsl.py").read_text()
    assert text.count("'''Docs.'''") == 2  # the original's and the new one's
    scope: dict = {"__name__": "heat_mdsl"}
    exec(compile(text, "heat_mdsl.py", "exec"), scope)
    fell_back = []
    scope["_scaled_numpy"] = lambda u, s: fell_back.append(u.dtype) or np.exp(u) * s
    rng = np.random.default_rng(0)
    for u, s in (
        (rng.random((3, 4)), 2.0),
        (rng.random((4, 3)).astype(np.float32).T, np.float32(2)),
        (rng.random((5, 1)), 2),
    ):
        value = scope["scaled"](u, s)
        assert value.dtype == (np.exp(u) * s).dtype
        np.testing.assert_allclose(value, np.exp(u) * s, rtol=1e-6 if u.dtype == np.float32 else 1e-14)
    assert fell_back == []
    scope["scaled"](rng.random(3), 2.0)
    assert fell_back == [np.float64]
    assert run("transpile", "heat.py", "--beside", "--function", "scaled", "--check").exit_code == 0
    add("mdsl.signatures.toml", "heat.py", "scaled", {"u": "float64[:]", "s": "float"})
    assert run("transpile", "heat.py", "--beside", "--function", "scaled", "--check").exit_code == 1


def test_types_may_be_left_open(project):
    (project / "mdsl.signatures.toml").write_text(
        '["heat.py::scaled"]\nsignatures = [{ u = "float64[:]", s = "?" }]\n["other.py::scaled"]\nsignatures = []\n'
    )
    shown = run("explain", "heat.py::scaled").stdout
    assert "heat.py::scaled(u: float64[:], s: float)" in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [("[", "MDSL414"), ('["heat.py::scaled"]\nsignatures = 3\n', "MDSL413"), ("x = 1\n", "MDSL413")],
)
def test_a_file_that_is_none(project, text, code):
    (project / "mdsl.signatures.toml").write_text(text)
    result = run("transpile", "heat.py")
    assert result.exit_code == 2
    assert code in result.stderr


def test_several_processes_note_at_once(project):
    script = (
        "import sys; from mdsl.transpiler.signature_file import add; add('s.toml', 'heat.py', 'f', {'k': sys.argv[1]})"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, f"int{k}"]) for k in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    assert len(read_signatures("s.toml")["heat.py::f"]) == 6


def test_odd_names_survive(project):
    add("s.toml", 'a "b"\\c.py', "größe", {"β": "float"})
    assert read_signatures("s.toml") == {'a "b"\\c.py::größe': ((("β", "float"),),)}


def test_calls_are_noted_once(project, monkeypatch):
    """What a signature costs is paid when it is new: a call of a known one does nothing for it."""
    monkeypatch.setenv("MDSL_RECORD", str(project / "s.toml"))
    monkeypatch.syspath_prepend(str(project))
    import importlib

    monkeypatch.delitem(sys.modules, "heat", raising=False)  # another test's
    importlib.invalidate_caches()
    heat = importlib.import_module("heat")
    try:
        heat.scaled(np.ones(3), 1.0)
        os.unlink("s.toml")
        for _ in range(3):
            heat.scaled(np.ones(3), 1.0)
        assert not os.path.exists("s.toml")
    finally:
        del sys.modules["heat"]


def test_functions_that_nobody_marked(project):
    """--all PATH: theirs too, wherever they are called from, and what transpile makes of them is compiled for it."""
    (project / "plain.py").write_text(
        "import numpy as np\n\n\ndef _norm(x):\n    return np.sqrt((x * x).sum())\n\n\n"
        "def unit(x, *, eps=1e-3):\n    return x / (_norm(x) + eps)\n\n\ndef text(s):\n    return s\n"
    )
    (project / "use.py").write_text(
        "import subprocess, sys\nimport numpy as np\nfrom plain import text, unit\n\ntext('a')\n"
        "unit(np.ones((3, 4)))\nunit(x=np.ones(2, np.float32), eps=1)\n"
        "if len(sys.argv) == 1:\n    subprocess.check_call([sys.executable, 'use.py', 'again'])\n"
        "try:\n    unit()\nexcept TypeError as error:\n    print(error)\n"
    )
    code, out, err = record("--all", "plain.py", "--", sys.executable, "use.py")
    assert code == 0, err
    assert "unit() missing 1 required positional argument: 'x'" in out
    found = read_signatures("mdsl.signatures.toml")
    assert set(found) == {"plain.py::unit", "plain.py::_norm"}
    assert found["plain.py::unit"] == (
        (("x", "float32[::1]"), ("eps", "int")),
        (("x", "float64[:, ::1]"), ("eps", "float")),
    )
    assert run("transpile", "plain.py", "--all", "-o", "made.py").exit_code == 0
    assert "compiled for x: float64[:, :] C, eps: float" in (project / "made.py").read_text()


def test_a_sitecustomize_of_the_users_still_runs(project):
    (project / "site").mkdir()
    (project / "site" / "sitecustomize.py").write_text("print('theirs')\n")
    environment = os.environ | {"PYTHONPATH": "site"}
    command = [
        sys.executable,
        "-m",
        "mdsl.cli",
        "record",
        "--all",
        "heat.py",
        "--",
        sys.executable,
        "-c",
        "print('ran')",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["theirs", "theirs", "ran"]


def test_what_nobody_marked_is_compiled_for_the_signatures_that_can_be(project):
    (project / "plain.py").write_text("import numpy as np\n\n\ndef first(x):\n    return np.exp(x) * 2\n")
    types = ["float64[::1]", "Literal['text']"]
    add("mdsl.signatures.toml", "plain.py", "first", {"x": types[0]})
    add("mdsl.signatures.toml", "plain.py", "first", {"x": types[1]})
    add("mdsl.signatures.toml", "plain.py", "first", {"x": "?"})
    done = run("transpile", "plain.py", "--all", "-o", "made.py")
    assert "first: compiled in part" in done.stderr
    assert done.exit_code == 0  # nobody asked for it, so that its rank is not known is no error
    assert "compiled for x: float64[:] C" in (project / "made.py").read_text()
