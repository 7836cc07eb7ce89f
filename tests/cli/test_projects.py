"""What does the command line do with more than one file: where outputs go, what is left alone, what is said how?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from mdsl.cli import main
from mdsl.transpiler.marks import read_output

MARKED = """\
import numpy as np
from mdsl import accelerate


@accelerate
def scaled(u: "float64[:]", s: float):
    return np.exp(u) * s
"""
PLAIN = "import numpy as np\n\n\ndef f(a):\n    return a + 1\n"


def run(*arguments, stdin=None):
    return CliRunner().invoke(main, ["transpile", *map(str, arguments)], input=stdin)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of three files, two of which mark a function, with a virtual environment in it."""
    for name, text in {
        "heat.py": MARKED,
        "pkg/__init__.py": "",
        "pkg/waves.py": MARKED.replace("scaled", "waves"),
        "pkg/plain.py": PLAIN,
        "env/pyvenv.cfg": "",
        "env/lib/other.py": MARKED,
        ".hidden/other.py": MARKED,
        "build/other.py": MARKED,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*.py"))


def made(folder):
    return [name for name in tree(folder) if "_mdsl" in name]


# -- where outputs go


def test_a_folder_is_walked(project):
    result = run(".", "--beside")
    assert result.exit_code == 0, result.output
    assert made(project) == ["heat_mdsl.py", "pkg/waves_mdsl.py"]
    again = run(".", "--beside")
    assert again.exit_code == 0
    assert "written" not in again.stderr
    assert made(project) == ["heat_mdsl.py", "pkg/waves_mdsl.py"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["pkg"], ["pkg/waves_mdsl.py"]),
        (["*.py"], ["heat_mdsl.py"]),
        (["**/*.py", "--exclude", "build", "--exclude", "env"], ["heat_mdsl.py", "pkg/waves_mdsl.py"]),
        ([".", "--exclude", "pkg/w*.py"], ["heat_mdsl.py"]),
        ([".", "--exclude", "pkg"], ["heat_mdsl.py"]),
        (["heat.py", "--exclude", "heat.py"], ["heat_mdsl.py"]),
        (["heat.py", "heat.py", "./heat.py"], ["heat_mdsl.py"]),
    ],
)
def test_what_paths_name(project, arguments, expected):
    result = run(*arguments, "--beside")
    assert result.exit_code == 0, result.output
    assert made(project) == expected


def test_a_glob_without_files_is_a_missing_file(project):
    result = run("nothing*.py", "--beside")
    assert result.exit_code == 2
    assert "MDSL401" in result.stderr


def test_another_suffix(project):
    assert run("heat.py", "--suffix", "_fast").exit_code == 0
    assert (project / "heat_fast.py").exists()


def test_a_tree_like_the_sources_is_a_package_again(project):
    result = run("pkg", "--out-dir", "out")
    assert result.exit_code == 0, result.output
    assert tree(project / "out") == ["__init__.py", "plain.py", "waves.py"]
    assert (project / "out/plain.py").read_text().endswith(PLAIN)
    assert "generated from ../pkg/waves.py (" in (project / "out/waves.py").read_text()
    assert run("out/waves.py", "-o", "out/waves.py", "--check").exit_code == 0
    (project / "pkg/plain.py").write_text(PLAIN + "x = 1\n")
    assert run("pkg", "--out-dir", "out").exit_code == 0
    assert (project / "out/plain.py").read_text().endswith("x = 1\n")
    assert run(".", "--out-dir", "out2", "--exclude", "out").exit_code == 0
    assert tree(project / "out2") == ["heat.py", "pkg/__init__.py", "pkg/plain.py", "pkg/waves.py"]


def test_several_files_need_a_place(project):
    result = run("heat.py", "pkg/waves.py")
    assert result.exit_code == 2
    assert "--out-dir" in result.stderr
    assert run("heat.py", "--beside", "-o", "x.py").exit_code == 2


def test_all_that_gains(project):
    assert run("pkg/plain.py", "--beside", "--all").exit_code == 0
    assert made(project) == []  # no rank is known
    (project / "pkg/plain.py").write_text(PLAIN.replace("(a)", '(a: "float64[:]")'))
    assert run("pkg", "--beside", "--all").exit_code == 0
    assert "pkg/plain_mdsl.py" in made(project)


def test_in_place_the_source_stays_the_truth(project):
    heat = project / "heat.py"
    assert run("heat.py", "--in-place").exit_code == 0
    first = heat.read_text()
    assert "# mdsl: begin scaled" in first
    assert "def _scaled_numpy(" in first
    assert run("heat.py", "--in-place", "--check").exit_code == 0
    heat.write_text(first.replace("np.exp(u) * s", "np.exp(u) + s", 1))
    assert run("heat.py", "--in-place", "--check").exit_code == 1
    assert run("heat.py", "--in-place").exit_code == 0
    assert heat.read_text() != first
    assert run("heat.py", "-o", "heat.py", "--check").exit_code == 0  # the same, said otherwise


def test_outputs_are_written_through_links_and_keep_their_mode(project):
    (project / "real").mkdir()
    target = project / "real/heat_mdsl.py"
    run("heat.py", "-o", target)
    target.chmod(0o640)
    (project / "heat_mdsl.py").symlink_to(target)
    (project / "heat.py").write_text(MARKED.replace("* s", "- s"))
    assert run("heat.py", "--beside").exit_code == 0
    assert (project / "heat_mdsl.py").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "- s" in target.read_text()


# -- what is left alone


def test_an_edit_by_hand_is_reported_and_kept(project):
    run("heat.py", "--beside")
    output = project / "heat_mdsl.py"
    output.write_text(output.read_text().replace("return result", "return result  # faster"))
    edited = output.read_text()
    for arguments in (["heat.py", "--beside"], ["heat.py", "--hook"], ["heat_mdsl.py", "--hook"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "MDSL411" in result.stderr
        assert "`scaled`" in result.stderr
        assert output.read_text() == edited
    assert run("heat.py", "--beside", "--force").exit_code == 0
    assert "# faster" not in output.read_text()


def test_a_file_that_mdsl_did_not_write_is_kept(project):
    (project / "heat_mdsl.py").write_text("mine = True\n")
    result = run("heat.py", "--beside")
    assert (result.exit_code, "MDSL411" in result.stderr) == (1, True)
    assert (project / "heat_mdsl.py").read_text() == "mine = True\n"


def test_a_merge_conflict_in_an_output_is_resolved_by_its_source(project):
    run("heat.py", "--beside")
    output = project / "heat_mdsl.py"
    clean = output.read_text()
    line = next(line for line in clean.splitlines(True) if "np.exp(" in line and "numpy" not in line)
    output.write_text(clean.replace(line, f"<<<<<<< ours\n{line}=======\n{line}>>>>>>> theirs\n"))
    assert run("heat.py", "--hook").exit_code == 1
    assert output.read_text() == clean


def test_an_output_without_its_source_is_reported(project):
    run("heat.py", "--beside")
    (project / "heat.py").unlink()
    result = run("heat_mdsl.py", "--hook")
    assert (result.exit_code, "MDSL416" in result.stderr) == (1, True)


def test_the_last_mark_goes_and_the_output_follows(project):
    run("heat.py", "--beside")
    (project / "heat.py").write_text(MARKED.replace("@accelerate\n", "").replace("from mdsl import accelerate\n", ""))
    assert run("heat.py", "--hook").exit_code == 1
    assert "mdsl: begin" not in (project / "heat_mdsl.py").read_text()


def test_an_error_in_one_file_does_not_stop_the_others(project):
    (project / "broken.py").write_text("from mdsl import accelerate\ndef f(:\n")
    result = run(".", "--beside")
    assert result.exit_code == 1
    assert "MDSL103" in result.stderr
    assert made(project) == ["heat_mdsl.py", "pkg/waves_mdsl.py"]


def test_many_files_are_compiled_in_processes(project):
    for k in range(5):
        (project / f"more_{k}.py").write_text(MARKED.replace("* s", f"* s + {k}"))
    result = run(".", "--beside", "--jobs", 2)
    assert result.exit_code == 0, result.output
    assert len(made(project)) == 7
    alone = (project / "more_3_mdsl.py").read_bytes()
    assert run("more_3.py").stdout_bytes == alone


def test_200_files_that_are_up_to_date_take_no_time(tmp_path):
    (tmp_path / "heat.py").write_text(MARKED)
    run(tmp_path / "heat.py", "--beside")
    output = (tmp_path / "heat_mdsl.py").read_text()
    files = []
    for k in range(200):
        files.append(tmp_path / f"heat{k}.py")
        files[-1].write_text(MARKED)
        (tmp_path / f"heat{k}_mdsl.py").write_text(output.replace("from heat.py", f"from heat{k}.py"))
    start = time.process_time()
    result = run("--hook", *files)
    assert time.process_time() - start < 2
    assert (result.exit_code, result.stderr) == (0, "")


# -- settings


def test_settings_of_the_project(project):
    (project / "pyproject.toml").write_text('[tool.mdsl]\nsuffix = "_quick"\nexclude = ["pkg"]\ntarget = "numpy"\n')
    assert run(".", "--beside").exit_code == 0
    assert [n for n in tree(project) if "_quick" in n] == ["heat_quick.py"]
    assert "numba" not in (project / "heat_quick.py").read_text()
    assert run("heat.py", "--beside", "--target", "numba").exit_code == 0
    assert "numba" in (project / "heat_quick.py").read_text()


def test_settings_are_shown_with_where_they_are_from(project):
    (project / "pyproject.toml").write_text('[tool.mdsl]\nsuffix = "_quick"\n')
    shown = CliRunner().invoke(main, ["config", "--show"]).stdout
    assert 'suffix = "_quick"  # pyproject.toml' in shown
    assert "fastmath = false  # default" in shown
    assert "# target is not set" in shown


def test_a_setting_that_nobody_knows(project):
    (project / "pyproject.toml").write_text('[tool.mdsl]\nsufix = "_quick"\nfastmath = "yes"\n')
    result = run("heat.py")
    assert result.exit_code == 2
    assert "MDSL412 pyproject.toml:2:1" in result.stderr
    assert "did you mean `suffix`?" in result.stderr
    assert "MDSL413 pyproject.toml:3:1" in result.stderr


# -- for editors and machines


def test_standard_input(project):
    result = run("-", "--stdin-filename", "pkg/waves.py", stdin=MARKED)
    assert result.exit_code == 0
    assert "generated from waves.py" in result.stdout.splitlines()[0]
    assert "def _scaled_numpy(" in result.stdout
    broken = run("-", "--stdin-filename", "pkg/waves.py", stdin="def f(:\n")
    assert broken.exit_code == 1
    assert "MDSL103 pkg/waves.py:1:7" in broken.stderr


def test_json(project):
    (project / "unknown.py").write_text(MARKED.replace(': "float64[:]"', ""))
    result = run("heat.py", "unknown.py", "--check", "--output-format", "json")
    assert result.exit_code == 1
    assert result.stderr == ""
    heat, unknown = json.loads(result.stdout)["files"]
    assert heat["functions"][0] == {
        "name": "scaled", "line": 6, "status": "full", "signature": {"u": "float64[:]", "s": "float"},
    }  # fmt: skip
    assert heat["diagnostics"] == []
    assert [(d["code"], d["line"], d["column"], d["end_column"]) for d in unknown["diagnostics"]] == [
        ("MDSL204", 6, 12, 13)
    ]


def test_github(project):
    (project / "unknown.py").write_text(MARKED.replace(': "float64[:]"', ""))
    result = run("unknown.py", "--check", "--output-format", "github")
    assert result.stdout.startswith("::error file=unknown.py,title=MDSL204,line=6,col=12,endLine=6,endColumn=12::")
    assert "%0Ahelp: annotate it" in result.stdout
    assert result.stdout.count("\n") == 1


def test_sarif(project):
    (project / "unknown.py").write_text(MARKED.replace(': "float64[:]"', ""))
    log = json.loads(run("unknown.py", "--check", "--output-format", "sarif").stdout)
    (found,) = log["runs"]
    (result,) = found["results"]
    assert log["version"] == "2.1.0"
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "MDSL204"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "unknown.py"
    assert place["region"] == {"startLine": 6, "startColumn": 12, "endLine": 6, "endColumn": 13}


def test_a_form_for_machines_needs_standard_output(project):
    assert run("heat.py", "--output-format", "json").exit_code == 2
    assert run("heat.py", "--output-format", "xml", "--check").exit_code == 2


# -- large and odd files


def test_10_000_lines(tmp_path):
    path = tmp_path / "large.py"
    filler = "".join(f"def g{k}(a, b):\n    c = a * {k}\n    return c + b\n\n" for k in range(2500))
    path.write_text(filler + MARKED)
    start = time.process_time()
    result = run(path, "-o", tmp_path / "out.py", "-q")
    assert result.exit_code == 0, result.output
    assert time.process_time() - start < 10


def test_a_file_that_shadows_numpy(project):
    (project / "numpy.py").write_text("raise SystemExit('a user file was run')\n")
    assert run("heat.py", "--beside").exit_code == 0
    assert run("numpy.py", "--check").exit_code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_output_stays(project):
    run("heat.py", "--beside")
    output = project / "heat_mdsl.py"
    before = output.read_text()
    output.chmod(0o400)
    result = run("heat.py", "--beside", "--fastmath")
    assert (result.exit_code, "MDSL405" in result.stderr) == (2, True)
    assert output.read_text() == before
    assert [p.name for p in project.iterdir() if p.name.startswith(".heat")] == []


def heed_interrupts():
    """A process started in the background of a shell ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_whole_files(tmp_path):
    """What was written is whole, the rest is as it was, and nothing lies about."""
    for k in range(300):
        (tmp_path / f"f{k:03}.py").write_text(MARKED.replace("scaled", f"scaled{k}"))
    command = [sys.executable, "-m", "mdsl.cli", "transpile", str(tmp_path), "--beside", "-j", "2"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    while not made(tmp_path) and running.poll() is None:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert "Traceback" not in errors, errors
    assert running.returncode == 1
    assert 0 < len(made(tmp_path)) < 300
    for name in made(tmp_path):
        assert read_output((tmp_path / name).read_text()).edited == ()
        assert "\n# mdsl: end scaled" in (tmp_path / name).read_text()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_machine_does_not_show(tmp_path):
    """The same bytes, whatever processor, threads and hashes there are."""
    example = Path(__file__).resolve().parents[2] / "examples" / "kmeans.py"
    texts = set()
    for changed in (
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse2"},
        {"PYTHONHASHSEED": "3", "NUMBA_NUM_THREADS": "1", "MDSL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    ):
        command = [sys.executable, "-m", "mdsl.cli", "transpile", str(example)]
        texts.add(subprocess.run(command, capture_output=True, check=True, env=os.environ | changed).stdout)
    assert len(texts) == 1
