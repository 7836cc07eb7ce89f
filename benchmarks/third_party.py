"""What becomes of modules that others wrote in NumPy? Transpiled as they are, with their own tests run on the result.

For each module of MODULES, in an environment of its own under build/third-party:

1. its own tests run as it was installed, and `mdsl record --all` notes what its functions are called with;
2. `mdsl transpile --all --in-place` compiles what can be compiled for that;
3. its own tests run again, where `import mdsl` fails; which functions ran compiled code is counted;
4. the largest arguments in SPEED are timed, compiled and not.

python benchmarks/third_party.py [NAME...]      needs the network once, to install the packages
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "third-party"
PYTHON = PLACE / "env" / "bin" / "python"


@dataclass(frozen=True)
class Module:
    """A module of an installed distribution, its own tests, and calls to time: expressions over `np`, `m` and `rng`."""

    distribution: str
    file: str
    tests: tuple[str, ...]
    speed: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")


MODULES = (
    Module(
        "statsmodels==0.15.0",
        "statsmodels/tools/eval_measures.py",
        ("statsmodels/tools/tests/test_eval_measures.py",),
        (
            "m.mse(rng.random((1000, 500)), rng.random((1000, 500)))",
            "m.stde(rng.random((1000, 500)), rng.random((1000, 500)))",
            "m.meanabs(rng.random((1000, 500)), rng.random((1000, 500)))",
        ),
    ),
    Module(
        "statsmodels==0.15.0",
        "statsmodels/nonparametric/kernels.py",
        ("statsmodels/nonparametric/tests/test_kernel_density.py",),
        (
            "m.gaussian(np.float64(0.5), rng.random(500_000), np.float64(0.3))",
            "m.gaussian_convolution(np.float64(0.5), rng.random(500_000), np.float64(0.3))",
        ),
    ),
    Module(
        "transforms3d==0.4.2",
        "transforms3d/quaternions.py",
        ("transforms3d/tests/test_quaternions.py",),
        ("m.qmult(rng.random(4), rng.random(4))", "m.rotate_vector(rng.random(3), rng.random(4))"),
    ),
    Module(
        "nibabel==5.4.2",
        "nibabel/quaternions.py",
        ("nibabel/tests/test_quaternions.py",),
        ("m.quat2mat(rng.random(4))", "m.mult(rng.random(4), rng.random(4))"),
    ),
)

#: Runs the tests with every function that was compiled counting how often its original served the call instead.
COUNTING = """
import atexit, importlib, importlib.abc, json, os, sys
served, fell = {}, {}

def pytest_configure(config):
    module = importlib.import_module(os.environ["MODULE"])
    for name in [n for n in vars(module) if f"_{n}_numpy" in vars(module)]:
        def count(function, calls, name=name):
            def counted(*args, **kwargs):
                calls[name] = calls.get(name, 0) + 1
                return function(*args, **kwargs)
            return counted
        setattr(module, name, count(getattr(module, name), served))
        setattr(module, f"_{name}_numpy", count(getattr(module, f"_{name}_numpy"), fell))

def pytest_unconfigure(config):
    with open(os.environ["COUNTS"], "w") as file:
        json.dump({name: [calls, fell.get(name, 0)] for name, calls in served.items()}, file)
"""
TIMING = """
import importlib, json, os, sys, timeit
import numpy as np
m = importlib.import_module(os.environ["MODULE"])
out = {}
for text in json.loads(sys.argv[1]):
    rng = np.random.default_rng(0)
    call, arguments = text.split("(", 1)
    arguments = eval(f"({arguments[:-1]},)")
    function = eval(call)
    original = getattr(m, f"_{function.__name__}_numpy", function)
    times = []
    for f in (original, function):
        f(*arguments)
        number = max(1, int(0.05 / max(timeit.timeit(lambda: f(*arguments), number=3) / 3, 1e-7)))
        times.append(min(timeit.repeat(lambda: f(*arguments), number=number, repeat=5)) / number)
    out[text] = [original is not function, *times]
print(json.dumps(out))
"""


def main() -> None:
    chosen = [m for m in MODULES if not sys.argv[1:] or any(word in m.name for word in sys.argv[1:])]
    install(chosen)
    good = True
    for module in chosen:
        good &= run(module)
    sys.exit(not good)


def install(modules: list[Module]) -> None:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE / "env"], check=True)
    wanted = sorted({module.distribution for module in modules})
    common = ["pytest", "pytest-randomly", "numba", "scipy", "--editable", str(ROOT)]
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *wanted, *common]
    subprocess.run(list(map(str, pip)), check=True)


def run(module: Module) -> bool:
    """Do all of it for one module, and print what came of it; whether its tests pass in the end."""
    folder = PLACE / module.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = Path(
        subprocess.check_output(
            [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    file, kept = site / module.file, folder / "original.py"
    before = Path(f"{file}.as-installed")
    if before.exists():  # an earlier run was interrupted
        before.replace(file)
    shutil.copy(file, kept)
    tests = [PYTHON, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:randomly"]
    tests += [site / path for path in module.tests]
    noted = folder / "mdsl.signatures.toml"
    print(f"\n{module.distribution}: {module.name}")
    mdsl = [PYTHON, "-m", "mdsl.cli"]
    print("  as installed: ", last([*mdsl, "record", "--output", noted, "--all", file, "--", *tests], folder))
    shutil.copy(file, before)
    try:
        command = [*mdsl, "transpile", file, "--all", "--signatures", noted, "--in-place", "--output-format", "json"]
        report = json.loads(subprocess.check_output(list(map(str, command)), text=True))
        shutil.copy(file, folder / "transpiled.py")
        (folder / "blocked").mkdir()
        (folder / "blocked" / "mdsl.py").write_text("raise ImportError('mdsl is not needed')\n")
        (folder / "blocked" / "mdsl_counting.py").write_text(COUNTING)
        counts = folder / "counts.json"
        environment = {"PYTHONPATH": str(folder / "blocked"), "MODULE": module.name, "COUNTS": str(counts)}
        result = last([*tests, "-p", "mdsl_counting"], folder, environment)
        print("  transpiled:   ", result)
        told(report["files"][0]["functions"], json.loads(counts.read_text()), noted)
        timing = [PYTHON, "-c", TIMING, json.dumps(module.speed)]
        times = subprocess.check_output(list(map(str, timing)), text=True, env=os.environ | environment)
        for text, (compiled, numpy, ours) in json.loads(times).items():
            assert compiled, text
            print(f"    {text}: {numpy * 1e6:.1f} µs, then {ours * 1e6:.1f} µs")
        return "passed" in result and "failed" not in result and "error" not in result
    finally:
        before.replace(file)


def last(command: list[object], folder: Path, environment: dict[str, str] | None = None) -> str:
    """The last line that a run of tests prints."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=os.environ | (environment or {}), capture_output=True, text=True
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {done.returncode}\n{done.stderr}"


def told(functions: list[dict[str, str]], counts: dict[str, list[int]], noted: Path) -> None:
    """Print which functions are compiled, for all that the tests call them with or for a part of it."""
    called = {key.rpartition("::")[2] for key in tomllib.loads(noted.read_text())}
    status = {f["name"]: f["status"] for f in functions}
    for label, names in (
        ("compiled", [n for n in status if status[n] == "full"]),
        ("for some of their arguments", [n for n in status if status[n] == "partial"]),
        ("not", sorted(called - set(status))),
    ):
        print(f"  {label}: {len(names)}", *([f"({', '.join(names)})"] if names else []))
    for name, (calls, fell) in sorted(counts.items()):
        print(f"    {name}: {calls} calls, {calls - fell} of them of compiled code")


if __name__ == "__main__":
    main()
