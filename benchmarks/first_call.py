"""How long does a first call take? `python benchmarks/first_call.py [--rounds N] [--npbench CHECKOUT] [NAME ...]`

Of each program of benchmarks/programs, or of NPBench's where a checkout of github.com/spcl/npbench is given. Every
call is the first one of a process of its own. In milliseconds, medians over the rounds:

lift, passes  with an empty cache: reading the source into the IR, and the passes over it; what of mdsl itself is
              imported on the way is in it
empty         with an empty cache: the whole first call, Numba's compiler and its import included
decorate      importing mdsl (NumPy is there) and decorating the function
warm          the first call with the generated module and its machine code on disk, the import of Numba included
loaded        the same where Numba has been imported before; less the second call, which is the work itself
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
COLUMNS = ("lift", "passes", "empty", "decorate", "warm", "loaded")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--npbench", type=Path, metavar="CHECKOUT")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a process of its own: what to measure
    options = parser.parse_args()
    if options.one:
        print(json.dumps(first_call(options.one, options.names[0], options.npbench)))
        return
    known = sorted(path.stem for path in (HERE / "programs").glob("[a-z]*.py"))
    if options.npbench:
        known = sorted(json.loads(p.read_text())["benchmark"]["short_name"] for p in described(options.npbench))
    print(f"{'':20}{''.join(f'{c:>10}' for c in COLUMNS)}")
    rows = []
    for name in options.names or known:
        rows.append(measured(name, options.rounds, options.npbench))
        print(line(name, rows[-1]), flush=True)
    if len(rows) > 1:
        print(line("median", {c: statistics.median(row[c] for row in rows) for c in COLUMNS}))


def line(name: str, row: dict[str, float]) -> str:
    return f"{name:20}{''.join(f'{row[c]:10.1f}' for c in COLUMNS)}"


def measured(name: str, rounds: int, checkout: Path | None) -> dict[str, float]:
    found: dict[str, list[float]] = {c: [] for c in COLUMNS}
    with tempfile.TemporaryDirectory(prefix="mdsl-first-") as folder:
        for k in range(rounds):
            cache = f"{folder}/{k}"
            for what in ("empty", "warm", "loaded"):
                for column, value in one(what, name, cache, checkout).items():
                    found[column].append(value * 1e3)
    return {column: statistics.median(values) for column, values in found.items()}


def one(what: str, name: str, cache: str, checkout: Path | None) -> dict[str, float]:
    command = [sys.executable, __file__, name, "--one", what]
    if checkout is not None:
        command += ["--npbench", str(checkout)]
    done = subprocess.run(
        command, env=os.environ | {"MDSL_CACHE_DIR": cache}, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"{name}, {what}: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- in a process of its own


def first_call(what: str, name: str, checkout: Path | None) -> dict[str, float]:
    warnings.simplefilter("ignore")
    function, inputs = program(name) if checkout is None else npbench(name, checkout)
    args, again = inputs(), inputs()
    if what == "loaded":
        import numba  # noqa: F401
    begun = time.perf_counter()
    import mdsl

    compiled = mdsl.accelerate(function)
    decorated = time.perf_counter()
    steps = watched() if what == "empty" else {}
    start = time.perf_counter()
    compiled(*args)
    first = time.perf_counter() - start
    if what == "empty":
        return {**steps, "empty": first}
    if what == "warm":
        return {"decorate": decorated - begun, "warm": first}
    start = time.perf_counter()
    compiled(*again)
    return {"loaded": first - (time.perf_counter() - start)}


def watched() -> dict[str, float]:
    """The seconds that lifting and passes take from now on, all parts of a program together."""
    from mdsl.transpiler import transpile as module

    seconds = {"lift": 0.0, "passes": 0.0}
    original = module.transpile

    def transpile(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        artifact = original(*args, **kwargs)
        whole = time.perf_counter() - start
        seconds["lift"] += artifact.steps[0].seconds if artifact.steps else whole
        seconds["passes"] += sum(step.seconds for step in artifact.steps[1:])
        return artifact

    module.transpile = transpile
    return seconds


def program(name: str) -> tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]:
    sys.path.insert(0, str(HERE / "programs"))
    module = importlib.import_module(name)
    return getattr(module, name), lambda: module.inputs(4096, np.dtype(np.float64))


def described(checkout: Path) -> list[Path]:
    return sorted((checkout / "bench_info").glob("*.json"))


def npbench(name: str, checkout: Path) -> tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]:
    """One of NPBench's programs and what makes its inputs, of preset S."""
    sys.path.insert(0, str(checkout))
    for path in described(checkout):
        info = json.loads(path.read_text())["benchmark"]
        if info["short_name"] == name:
            break
    else:
        raise SystemExit(f"NPBench has no {name}")
    stem = f"npbench.benchmarks.{info['relative_path'].replace('/', '.')}.{info['module_name']}"
    values = dict(info["parameters"]["S"])
    if init := info.get("init"):
        made = getattr(importlib.import_module(stem), init["func_name"])(*[values[a] for a in init["input_args"]])
        made = made if isinstance(made, tuple) and len(init["output_args"]) > 1 else (made,)
        values |= dict(zip(init["output_args"], made, strict=False))

    def inputs() -> tuple[Any, ...]:
        given = (values[a] for a in info["input_args"])
        return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in given)

    return getattr(importlib.import_module(f"{stem}_numpy"), info["func_name"]), inputs


if __name__ == "__main__":
    main()
