"""Do generated files run on each supported Python, with the two latest releases of Numba, where mdsl is not installed?

Environments are made and filled from the network, so this runs where MDSL_TEST_NETWORK=1 says so, with the Pythons that
are there: on the path, or below ~/.pyenv.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GENERATED = Path(__file__).resolve().parents[2] / "examples" / "generated"
#: Those whose inputs are made with NumPy alone.
PROGRAMS = ("black_scholes", "great_circle", "mandelbrot", "nbody", "roadmap")
PYTHONS = ("3.11", "3.12", "3.13")
NUMBAS = ("0.67.*", "0.68.*")

pytestmark = pytest.mark.skipif(
    not os.environ.get("MDSL_TEST_NETWORK"), reason="installs from the network: MDSL_TEST_NETWORK=1"
)


def interpreter(version: str) -> str | None:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    beside = sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python")))
    return beside[-1] if beside else shutil.which(f"python{version}")


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("python", "numba"), [(p, n) for p in PYTHONS for n in NUMBAS])
def test_generated_files_run(python: str, numba: str, tmp_path: Path) -> None:
    found = interpreter(python)
    if found is None:
        pytest.skip(f"there is no Python {python}")
    subprocess.run([found, "-m", "venv", tmp_path], check=True)
    own = tmp_path / "bin" / "python"
    subprocess.run([own, "-m", "pip", "install", "-q", "-q", f"numba=={numba}"], check=True)
    program = (
        f"import importlib, importlib.util\nassert importlib.util.find_spec('mdsl') is None\n"
        f"for name in {PROGRAMS}:\n    m = importlib.import_module(name)\n"
        "    print(m.compare(getattr(m, name), m.inputs('small'), repeat=1).status)\n"
    )
    # the caches of machine code go where they do not outlive the test
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "NUMBA_CACHE_DIR": str(tmp_path / "cache")
    }
    done = subprocess.run([own, "-c", program], cwd=GENERATED, capture_output=True, text=True, env=environment)
    assert done.stdout.splitlines() == ["ahead of time"] * len(PROGRAMS), done.stderr
