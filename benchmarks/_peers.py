"""How are the programs of benchmarks/programs/ measured with each tool, side by side?

Each tool has a process of its own; in each round every one of them is timed once, in rotating order, while the others
sleep, so what else happens on the machine falls on all of them. Before that, each result is compared with NumPy's. Who
is not installed is left out; where a tool refuses a program, dies or differs, a note says so. Compiling is not part of
any figure.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import _limits
from _peers_report import Cell, Run, markdown, plot, write_csv
from _tools import TOOLS, installed

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
DTYPES = ("float32", "float64")

#: Bytes that a program works on, about: a few hundred numbers, where calling costs more than computing; in the first
#: or second level of cache; in the third; in memory.
SIZES = {"tiny": 4 << 10, "L2": 256 << 10, "L3": 16 << 20, "memory": 512 << 20}

#: Seconds for which one tool is called in one round, and after which a program has no further round, but three.
TURN, BUDGET = 0.01, 4.0

#: Threads that have just worked look for more for some milliseconds before they sleep.
REST = 0.004


@dataclass
class Process:
    """One worker; `answer` raises Refusal where it fails or dies."""

    tool: str
    child: subprocess.Popen[bytes]
    reason: str | None = None
    pending: bytes = field(default=b"", repr=False)

    def answer(self, timeout: float = 300, **request: Any) -> dict[str, Any]:
        assert self.child.stdin is not None and self.child.stdout is not None
        try:
            self.child.stdin.write(json.dumps(request).encode() + b"\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            pass
        end = perf_counter() + timeout
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.child.stdout], [], [], max(0.0, end - perf_counter()))
            if not ready:
                self.child.kill()
                raise Refusal(f"did not end within {timeout:.0f} s")
            if not (text := os.read(self.child.stdout.fileno(), 1 << 16)):
                raise Refusal(f"crashed (exit code {self.child.wait()})")
            self.pending += text
        line, _, self.pending = self.pending.partition(b"\n")
        answer = json.loads(line)
        if "error" in answer:
            raise Refusal(answer["error"])
        return answer


class Refusal(Exception):
    """A tool did not do what it was asked for; the message is one line."""


def names() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("[a-z]*.py"))


def measure(
    chosen: Sequence[str],
    tools: Sequence[str],
    sizes: Sequence[str],
    dtypes: Sequence[str],
    rounds: int,
    seconds: float,
    command: str,
    folder: Path | None,
) -> bool:
    """Print the table; where a folder is given, leave it there too, with a CSV file and a plot.

    A run that is interrupted reports what it has, in which the last program may lack sizes; it returns False.
    `seconds` is how long each of the machine's limits is measured, before the programs and after them.
    """
    versions = installed([tool for tool in TOOLS if tool == "numpy" or tool in tools])
    bytes_of = {size: SIZES[size] for size in SIZES if size in sizes}
    started, load, begun = datetime.now(UTC), os.getloadavg(), perf_counter()
    limits = _limits.measure(bytes_of, dtypes, seconds)
    cells: list[Cell] = []
    try:
        for name in chosen:
            for cell in measured(name, tuple(versions), bytes_of, dtypes, rounds):
                cells.append(cell)
        whole = True
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        whole = False
    limits = limits.or_more(_limits.measure(bytes_of, dtypes, seconds))
    absent = tuple(tool for tool in tools if tool not in versions)
    loads = (load[0], os.getloadavg()[0])
    run = Run(started, perf_counter() - begun, loads, command, rounds, bytes_of, versions, absent, limits, cells)
    text = markdown(run)
    print(text)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{started:%Y-%m-%d}-peers"
        (folder / f"{stem}.md").write_text(text)
        write_csv(folder / f"{stem}.csv", run)
        if importlib.util.find_spec("matplotlib") is not None:
            plot(folder / f"{stem}.svg", run)
    return whole


def measured(
    name: str, tools: Sequence[str], sizes: dict[str, int], dtypes: Sequence[str], rounds: int
) -> Iterator[Cell]:
    """One program: its cells, size by size."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mdsl-bench-")))
        everyone = [stack.enter_context(process(tool, name, scratch)) for tool in tools]
        extremes = [SIZES["L2"] // 4, SIZES["L2"]]

        def prepare(one: Process) -> None:
            try:
                for dtype in dtypes:
                    one.answer(do="compile", dtype=dtype, sizes=extremes)
            except Refusal as refusal:
                one.reason = str(refusal)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(prepare, everyone))
        if everyone[0].reason is not None:
            raise SystemExit(f"{name}, NumPy: {everyone[0].reason}")
        for size, number in sizes.items():
            for dtype in dtypes:
                folder = scratch / f"{dtype}-{size}"
                cell = one_cell(Cell(name, dtype, size), everyone, number, folder, rounds)
                shutil.rmtree(folder, ignore_errors=True)  # as large as all arguments and results
                print(cell, file=sys.stderr, flush=True)
                yield cell


def one_cell(cell: Cell, everyone: Sequence[Process], size: int, folder: Path, rounds: int) -> Cell:
    """Compare all results with NumPy's, then time all in turn."""
    able = []
    for one in everyone:
        reason = one.reason
        if reason is None:
            try:
                cell.facts.update(one.answer(do="open", dtype=cell.dtype, size=size, folder=str(folder)))
                able.append(one)
                continue
            except Refusal as refusal:
                reason = str(refusal)
                if one.child.poll() is not None:
                    one.reason = reason
        if one.tool == "numpy":
            raise SystemExit(f"{cell.program}, NumPy: {reason}")
        cell.notes[one.tool] = reason
    samples: dict[str, list[float]] = {one.tool: [] for one in able}
    end = perf_counter() + BUDGET
    for count in range(rounds):
        if count >= 3 and perf_counter() > end:
            break
        for one in able[count % len(able) :] + able[: count % len(able)]:
            if one.reason is not None:
                continue
            sleep(REST)
            try:
                samples[one.tool].append(one.answer(do="time", seconds=TURN)["seconds"])
            except Refusal as refusal:
                one.reason = cell.notes[one.tool] = str(refusal)
    cell.rounds = len(samples["numpy"])
    cell.median.update({tool: statistics.median(taken) for tool, taken in samples.items() if tool not in cell.notes})
    for one in able:
        if one.reason is None:
            one.answer(do="close")
    return cell


@contextmanager
def process(tool: str, name: str, scratch: Path) -> Iterator[Process]:
    """A worker that ends with the block."""
    paths = [str(PROGRAMS), str(HERE), str(HERE.parent / "examples"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        # Threads of GNU OpenMP that wait for one which does not run would measure what else the machine does.
        "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "2000"),
        "MDSL_CACHE_DIR": str(scratch / "mdsl"),
        "MDSL_BENCH_SCRATCH": str(scratch),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    command = [sys.executable, str(HERE / "_worker.py"), tool, name]
    with open(scratch / f"{tool}.log", "wb") as log:
        child = subprocess.Popen(
            command, env=environment, cwd=scratch, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
    try:
        yield Process(tool, child)
    finally:
        child.kill()
        child.communicate()
