"""What does `mdsl transpile` write, say and answer?"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mdsl.cli import main

HEAT = '''\
"""A module with a comment at its end."""
import numpy as np
from mdsl import accelerate

FACTOR = 0.25   # read by step


def inner(u):
    return FACTOR * (u[:-2, 1:-1] + u[2:, 1:-1])


@accelerate
def step(u: "float64[:, :]", dt: float):
    """The docstring stays."""
    lap = inner(u)  # so does this
    u[1:-1, 1:-1] += dt * lap
    return float(np.abs(lap).max())


def untouched( a,b ):
    return a  +   b
# the end
'''


def run(*arguments):
    return CliRunner().invoke(main, ["transpile", *map(str, arguments)])


def imported(path: Path):
    spec = importlib.util.spec_from_file_location(f"made_{path.stem}_{abs(hash(str(path)))}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def heat(tmp_path):
    path = tmp_path / "heat.py"
    path.write_text(HEAT)
    return path


def test_the_output_computes_what_the_source_computes(heat):
    output = heat.with_name("out.py")
    result = run(heat, "-o", output)
    assert result.exit_code == 0, result.output
    made, original = imported(output), imported(heat)
    u = np.random.default_rng(0).random((7, 9))
    ours, theirs = u.copy(), u.copy()
    assert made.step(ours, 0.1) == pytest.approx(original.step.__wrapped__(theirs, 0.1), rel=1e-14)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)


def test_the_output_does_not_need_mdsl(heat):
    output = heat.with_name("out.py")
    run(heat, "-o", output)
    script = f"import sys; sys.path.insert(0, {str(heat.parent)!r}); import out; print('mdsl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "False"
    imports = [line for line in output.read_text().splitlines() if line.startswith(("import mdsl", "from mdsl"))]
    assert imports == []


def test_what_is_not_compiled_stays_to_the_byte(heat):
    output = heat.with_name("out.py")
    run(heat, "-o", output)
    text = output.read_text()
    for part in (
        "FACTOR = 0.25   # read by step\n\n\ndef inner(u):\n    return FACTOR * (u[:-2, 1:-1] + u[2:, 1:-1])\n",
        "def untouched( a,b ):\n    return a  +   b\n# the end\n",
        '    """The docstring stays."""\n    lap = inner(u)  # so does this\n',
    ):
        assert part in text


def test_arguments_of_another_type_take_the_original_body(heat):
    output = heat.with_name("out.py")
    run(heat, "-o", output)
    made = imported(output)
    u = np.arange(30).reshape(5, 6).astype(object)
    expected = u.copy()
    imported(heat).step.__wrapped__(expected, 1)
    made.step(u, 1)
    assert (u == expected).all()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("crlf", lambda text: text.replace("\n", "\r\n")),
        ("tabs", lambda text: text.replace("    ", "\t")),
        ("no newline at the end", lambda text: text.rstrip("\n")),
        ("form feed", lambda text: text.replace("\n\n\ndef unt", "\n\n\f\ndef unt")),
        ("byte order mark", lambda text: "\ufeff" + text),
        ("coding line", lambda text: "# -*- coding: utf-8 -*-\n# Größe\n" + text),
    ],
)
def test_layout_survives(tmp_path, name, change):
    path, output = tmp_path / "heat.py", tmp_path / "out.py"
    source = change(HEAT).encode()
    path.write_bytes(source)
    result = run(path, "-o", output)
    assert result.exit_code == 0, result.output
    made = output.read_bytes()
    tail = source[source.index(b"def untouched") :]
    assert made.endswith(tail)
    assert made.startswith(b"\xef\xbb\xbf") == source.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in made) == (b"\r\n" in source)
    compile(made, str(output), "exec")


def test_the_output_is_a_fixed_point(heat):
    output = heat.with_name("out.py")
    run(heat, "-o", output)
    first = output.read_bytes()
    assert run(output, "-o", output).exit_code == 0
    assert output.read_bytes() == first


def test_same_bytes_twice(heat):
    assert run(heat).stdout == run(heat).stdout


def test_a_dash_is_standard_output(heat, monkeypatch):
    monkeypatch.chdir(heat.parent)
    before = sorted(heat.parent.iterdir())
    assert run(heat, "-o", "-").stdout == run(heat).stdout
    assert sorted(heat.parent.iterdir()) == before


def test_check_and_diff_write_nothing(heat):
    output = heat.with_name("out.py")
    assert run(heat, "-o", output, "--check").exit_code == 1
    assert not output.exists()
    shown = run(heat, "-o", output, "--diff")
    assert not output.exists()
    assert "+def step(u, dt):" in shown.output or "+def step(" in shown.output
    run(heat, "-o", output)
    assert run(heat, "-o", output, "--check").exit_code == 0
    output.write_text(output.read_text() + "# more\n")
    assert run(heat, "-o", output, "--check").exit_code == 1


def test_siblings_are_written_for_files_that_mark_functions(heat, tmp_path):
    plain = tmp_path / "plain.py"
    plain.write_text("def f(a):\n    return a\n")
    first = run("--hook", heat, plain)
    assert first.exit_code == 1  # something changed: a hook stops the commit
    assert (tmp_path / "heat_mdsl.py").exists()
    assert not (tmp_path / "plain_mdsl.py").exists()
    assert run("--hook", heat, plain, tmp_path / "heat_mdsl.py").exit_code == 0
    assert run("--beside", heat, "--fastmath").exit_code == 0  # another output, and nobody's failure


@pytest.mark.parametrize("target", ["numpy", "numba", "python", "cuda"])
def test_every_target_prints(heat, target):
    result = run(heat, "--target", target)
    assert result.exit_code == 0, result.output
    compile(result.stdout, target, "exec")
    assert ("numba" in result.stdout) == (target in ("numba", "cuda"))


@pytest.mark.parametrize(
    ("annotation", "argument"),
    [
        ('"float32[:]"', np.ones(3, np.float32)),
        ('Float32[np.ndarray, "n"]', np.ones(3, np.float32)),
        ('Annotated[np.ndarray, "float32[:]"]', np.ones(3, np.float32)),
        ('"int64[:]"', np.arange(3)),
    ],
)
def test_annotations_are_types(tmp_path, annotation, argument):
    path, output = tmp_path / "typed.py", tmp_path / "out.py"
    path.write_text(
        "from __future__ import annotations\nfrom typing import Annotated, TYPE_CHECKING\nimport numpy as np\n"
        "if TYPE_CHECKING:\n    from jaxtyping import Float32\n"
        f"def twice(x: {annotation}):\n    return x[1:] * 2\n"
    )
    result = run(path, "-f", "twice", "-o", output)
    assert result.exit_code == 0, result.output
    assert "MDSL210" not in result.output
    value = imported(output).twice(argument)
    assert value.dtype == argument.dtype
    np.testing.assert_array_equal(value, argument[1:] * 2)


def test_an_annotation_without_a_rank_takes_it_from_use(tmp_path):
    path = tmp_path / "typed.py"
    path.write_text(
        "import numpy as np\nimport numpy.typing as npt\n"
        "def twice(x: npt.NDArray[np.float32]):\n    return x[1:, 0] * 2\n"
    )
    result = run(path, "-f", "twice")
    assert "x: float32[:, :]" in result.stderr


def test_types_are_inferred_from_use_and_said(tmp_path):
    path = tmp_path / "plain.py"
    path.write_text("import numpy as np\ndef f(u, s):\n    return u[1:, :-1] * s + u.shape[0]\n")
    result = run(path, "-f", "f")
    assert result.exit_code == 0
    assert "u: float64[:, :]" in result.stderr
    assert "MDSL210" in result.stderr


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"def f(:\n    pass\n", "MDSL103"),
        (b"\x7fELF\x00\x01\x02", "MDSL4"),
        ("x = 'é'\n".encode("latin-1"), "MDSL4"),
    ],
)
def test_files_that_are_no_programs(tmp_path, content, code):
    path = tmp_path / "bad.py"
    path.write_bytes(content)
    result = run(path, "-o", tmp_path / "out.py")
    assert result.exit_code in (1, 2)
    assert code in result.stderr
    assert not (tmp_path / "out.py").exists()
    assert path.read_bytes() == content


def test_a_missing_file_and_an_unknown_function(heat):
    missing = run(heat.with_name("nope.py"))
    assert (missing.exit_code, "MDSL401" in missing.stderr) == (2, True)
    unknown = run(heat, "--function", "stepp")
    assert (unknown.exit_code, "did you mean `step`" in unknown.stderr) == (2, True)
    folder = run(heat.parent)
    assert folder.exit_code == 2
    assert "--out-dir" in folder.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written(heat):
    heat.parent.chmod(0o500)
    try:
        result = run(heat, "-o", heat.with_name("out.py"))
    finally:
        heat.parent.chmod(0o700)
    assert result.exit_code == 2
    assert "MDSL4" in result.stderr


def test_an_unknown_target_is_misuse(heat):
    result = run(heat, "--target", "fortran")
    assert result.exit_code == 2
    assert "numba" in result.stderr


def test_skip_is_honoured(tmp_path):
    path = tmp_path / "skipped.py"
    path.write_text(HEAT.replace("@accelerate\ndef step", "# mdsl: skip\n@accelerate\ndef step"))
    result = run(path)
    assert result.exit_code == 0, result.output
    assert "njit" not in result.stdout


def module_of_300_lines() -> str:
    """Thirty functions as people write them, some marked."""
    parts = ["import numpy as np", "from mdsl import accelerate", "", "SCALE = 1.5", ""]
    for k in range(23):
        parts += [
            "",
            "",
            *(["@accelerate"] if k % 4 == 0 else []),
            f'def relax_{k}(u: "float64[:, :]", v: "float64[:, :]", dt: float):',
            f'    """Step {k} of the scheme."""',
            "    lap = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]",
            "    gain = np.exp(-v[1:-1, 1:-1] ** 2) * SCALE",
            "    for _ in range(3):",
            "        lap = np.where(lap > 0, lap * gain, lap)",
            "    u[1:-1, 1:-1] += dt * lap",
            "    total = np.abs(lap).sum(axis=0)",
            "    if total.size:",
            "        return total / total.max()",
            "    return total",
        ]
    return "\n".join(parts) + "\n"


def test_300_lines_in_a_second_and_without_numba(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(module_of_300_lines())
    assert len(path.read_text().splitlines()) >= 300
    script = (
        "import resource, sys\n"
        "from mdsl.cli import main\n"
        "try:\n"
        f"    main(['transpile', {str(path)!r}, '-o', {str(tmp_path / 'out.py')!r}, '-q'])\n"
        "except SystemExit as done:\n"
        "    assert not done.code, done.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, 'numba' in sys.modules, 'llvmlite' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, numba, llvmlite = done.stdout.split()
    assert (numba, llvmlite) == ("False", "False")
    # a second on an idle machine; where others run beside, processor time grows as well
    assert float(seconds) < 4


@pytest.mark.parametrize("target", ["numba", "python"])
def test_the_runtime_may_be_imported(tmp_path, target):
    """Then the output is the functions and little else, and it computes the same."""
    source = tmp_path / "waves.py"
    source.write_text(
        "import numpy as np\nfrom mdsl import accelerate\n\n\n@accelerate\n"
        'def waves(x: "float64[:]"):\n    return np.sin(x) // 0.5\n'
    )
    pasted, output = tmp_path / "pasted.py", tmp_path / "waves_mdsl.py"
    assert run(source, "-o", pasted, "--target", target).exit_code == 0
    assert run(source, "-o", output, "--target", target, "--runtime", "mdsl").exit_code == 0
    text = output.read_text()
    assert "from mdsl.runtime.door import errors_are_silent" in text
    assert len(text) < len(pasted.read_text())
    assert run(source, "-o", output, "--target", target, "--runtime", "mdsl", "--check").exit_code == 0
    assert run(source, "-o", output, "--target", target, "--check").exit_code == 1
    x = np.linspace(0, 9, 50)
    np.testing.assert_array_equal(imported(output).waves(x), imported(pasted).waves(x))
    assert run(source, "--runtime", "other").exit_code == 2
