"""How fast are the examples with NumPy, with numba.njit(parallel=True) on the same source, and with mdsl?

    python benchmarks/run.py [--only NAME ...] [--repeat N] [--csv FILE] [--output FILE]

Each example runs in a process of its own with an empty cache. A round calls every contestant once, in rotating order,
with inputs copied outside the measured time; the figures are medians over the rounds, so what else happens on the
machine falls on all of them. Where a contestant raises, crashes or differs from NumPy, a note says so.
The table goes to standard output; a run over all examples also leaves it in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from _measure import CONTESTANTS, Measurement
from _report import markdown

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"


def main() -> None:
    names = sorted(path.stem for path in EXAMPLES.glob("[a-z]*.py") if path.stem != "demo")
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--repeat", type=int, default=11, help="how many rounds (11)")
    parser.add_argument("--csv", type=Path, help="also write the seconds as a table of their own")
    parser.add_argument("--output", type=Path, help="where the Markdown goes")
    options = parser.parse_args()

    started = datetime.now(UTC)
    load = os.getloadavg()
    results = []
    for name in options.only or names:
        print(f"{name} …", end="\r", file=sys.stderr, flush=True)
        results.append(measured(name, options.repeat))
        print(results[-1], file=sys.stderr)
    text = markdown(results, started, load, " ".join(["python benchmarks/run.py", *sys.argv[1:]]), options.repeat)
    print(text)
    output = options.output
    if output is None and not options.only:
        output = HERE / "results" / f"{started:%Y-%m-%d}-{os.cpu_count()}-cores.md"
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text)
    if options.csv is not None:
        write_csv(options.csv, results)


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


if __name__ == "__main__":
    main()
