"""How fast are the examples with NumPy, with numba.njit(parallel=True) on the same source, and with mdsl?

Each example runs in a process of its own with an empty cache. A round calls every contestant once, in rotating order,
with inputs copied outside the measured time; the figures are medians over the rounds, so what else happens on the
machine falls on all of them. Where a contestant raises, crashes or differs from NumPy, a note says so.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from _measure import CONTESTANTS, Measurement
from _report import markdown

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"


def names() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("[a-z]*.py") if path.stem != "demo")


def measure(chosen: Sequence[str], rounds: int, command: str, folder: Path | None) -> None:
    """Print the table; where a folder is given, leave it there too, with the seconds as a CSV file."""
    started, load = datetime.now(UTC), os.getloadavg()
    results = []
    for name in chosen:
        results.append(measured(name, rounds))
        print(results[-1], file=sys.stderr, flush=True)
    text = markdown(results, started, load, command, rounds)
    print(text)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{started:%Y-%m-%d}-examples.md").write_text(text)
        write_csv(folder / f"{started:%Y-%m-%d}-examples.csv", results)


def measured(name: str, repeat: int) -> Measurement:
    """Measure one example in a process of its own; one that dies is started again without whom it died of."""
    without: dict[str, str] = {}
    while True:
        field = [contestant for contestant in CONTESTANTS if contestant not in without]
        with tempfile.TemporaryDirectory(prefix="mdsl-bench-") as cache:
            command = [sys.executable, str(HERE / "_measure.py"), name, str(repeat), *field]
            environment = os.environ | {
                "MDSL_CACHE_DIR": cache,
                "PYTHONPATH": os.pathsep.join([str(EXAMPLES), *filter(None, [os.environ.get("PYTHONPATH")])]),
            }
            try:
                done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
                output, failure = done.stdout, f"crashed (exit code {done.returncode})"
                complaint = done.stderr
            except subprocess.TimeoutExpired as late:
                output = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
                failure, complaint = "did not end", ""
        lines = output.splitlines()
        if lines and lines[-1].startswith("{"):
            result = Measurement.from_json(lines[-1])
            return result.with_notes(without)
        # The child says whom it calls before each call.
        culprit = next((line for line in reversed(lines) if line in field), None)
        if culprit in (None, "numpy"):
            raise SystemExit(f"{name}: {failure}\n{complaint}")
        without[culprit] = failure


def write_csv(path: Path, results: list[Measurement]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["example", "status", "contestant", "first_s", "median_s", "note"])
        for result in results:
            for contestant in CONTESTANTS:
                values = asdict(result)
                first, median = values["first"].get(contestant), values["median"].get(contestant)
                writer.writerow([result.name, result.status, contestant, first, median, result.notes.get(contestant)])
