"""What do the peers' measurements say? The Markdown tables, the CSV file and the plot."""

from __future__ import annotations

import csv
import os
import platform
import runpy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from _limits import Limits, caches
from _report import cpu, mean, milliseconds, times

ROOT = f"{Path(__file__).resolve().parent.parent}/"

#: Programs of these kinds do little with what they read: the copy loop is their limit.
BOUND_BY_MEMORY = ("elementwise", "reduction", "stencil")

#: mdsl is behind where its speed over the other's is less.
BEHIND = {"numpy": 0.95, "njit": 0.9}
TITLES = {"numpy": "NumPy", "jax": "JAX", "pythran": "Pythran", "dace": "DaCe"}


@dataclass
class Cell:
    """Seconds by tool, of one program with one dtype and size; a note says why a tool is missing."""

    program: str
    dtype: str
    size: str
    median: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    rounds: int = 0

    def speed(self, tool: str, over: str = "numpy") -> float | None:
        """How many times as fast as another; None where one of them did not run."""
        if tool not in self.median or over not in self.median:
            return None
        return self.median[over] / self.median[tool]

    def over_best(self) -> float | None:
        """mdsl over the fastest of all others, NumPy included."""
        others = [seconds for tool, seconds in self.median.items() if tool != "mdsl"]
        return min(others) / self.median["mdsl"] if "mdsl" in self.median else None

    def share(self, limits: Limits, tool: str = "mdsl") -> float | None:
        """Bytes that have to be read or written, per second, over those that a copy moves, or a sum reads."""
        most = limits.most_bytes(self.size, written=kind(self.program) != "reduction")
        if most is None or "traffic" not in self.facts or tool not in self.median:
            return None
        return self.facts["traffic"] / self.median[tool] / most if kind(self.program) in BOUND_BY_MEMORY else None

    def share_of_operations(self, limits: Limits, tool: str = "mdsl") -> float | None:
        """Arithmetic operations of the NumPy source, per second, over those of the loop of multiply-adds."""
        if "operations" not in self.facts or tool not in self.median:
            return None
        return self.facts["operations"] / self.median[tool] / limits.most_operations(self.dtype)

    def __str__(self) -> str:
        parts = [f"{t} {milliseconds(s)}" for t, s in self.median.items()]
        return f"{self.program} {self.dtype} {self.size}: {', '.join(parts)}"


@dataclass(frozen=True)
class Run:
    started: datetime
    seconds: float
    load: tuple[float, float]  # averages of a minute, before and after
    command: str
    rounds: int
    sizes: dict[str, int]
    versions: dict[str, str]
    absent: tuple[str, ...]
    limits: Limits
    cells: Sequence[Cell]

    @property
    def others(self) -> list[str]:
        return [tool for tool in self.versions if tool != "numpy"]


def kind(program: str) -> str:
    """What a program's file says that it is."""
    return str(_constants(program)["KIND"])


def domain(program: str) -> str:
    return str(_constants(program)["DOMAIN"])


@cache
def _constants(program: str) -> dict[str, object]:
    """The names of a program's file, wherever modules are searched for."""
    return runpy.run_path(f"{ROOT}benchmarks/programs/{program}.py")


def markdown(run: Run) -> str:
    lines = [
        f"# Peers, {run.started:%Y-%m-%d %H:%M} UTC",
        "",
        f"    {run.command}",
        "",
        *machine(run),
        "",
        "## Geometric means of speed over NumPy",
        "",
        *means(run),
    ]
    for size, number in run.sizes.items():
        cells = [cell for cell in run.cells if cell.size == size]
        lines += ["", f"## {size}: about {megabytes(number)}", "", *table(run, cells)]
    lines += ["", "## Where mdsl is behind", "", *behind(run.cells)]
    if refused := notes(run.cells):
        lines += ["", "## Who is missing, and why", "", *refused]
    return "\n".join(lines).rstrip() + "\n"


def machine(run: Run) -> list[str]:
    """Where and how it was measured, and what the machine can do at most."""
    names = ", ".join(f"{TITLES.get(t, PACKAGE.get(t, t))} {v}" for t, v in run.versions.items())
    levels = ", ".join(f"{level} {megabytes(size)}" for level, size in caches().items())
    return [
        f"- {cpu()}, {os.cpu_count()} cores, caches: {levels}; load average before "
        f"{run.load[0]:.1f}, after {run.load[1]:.1f}: other work on the machine is in it",
        f"- Python {platform.python_version()}, {names}; not installed: {', '.join(run.absent) or 'none'}",
        f"- medians over at most {run.rounds} rounds (at least 3) in which each tool has a turn of 10 ms or one call; "
        f"the whole run took {run.seconds:.0f} s; compiling is not part of it",
        "- NumPy's column is its time; the others say how many times as fast as NumPy, so more is better; "
        "*over best* is mdsl over the fastest of all the others, NumPy included",
        "- idle threads of GNU OpenMP wait 65 µs before they sleep (GOMP_SPINCOUNT=2000), in every tool's process",
        "- njit (parallel, fastmath), Pythran and DaCe have the NumPy source as it is; numexpr and JAX a version of "
        "their own",
        "- *bandwidth* is mdsl's share of the copy's bytes per second at that size, for reductions of the sum's, "
        "counting each argument and result that has to be read or written once. Not counted are the zeroing of a new "
        "array's pages and the reading of a line that is about to be overwritten; the copy of large arrays has no such "
        "reading, since it is a call of memcpy, so that a program which reads or writes k arrays, one of them a "
        "result, can reach k / (k + 1) at most; *operations* is the share of the multiply-adds, counting those of the "
        "NumPy source",
        "",
        *limits(run.limits),
    ]


def limits(found: Limits) -> list[str]:
    """What the machine can do at most."""
    sizes = list(dict.fromkeys(size for _, size in found.copy))
    dtypes = list(dict.fromkeys(dtype for _, dtype in found.operations))
    titles = [f"{what}, {size} (GB/s)" for what in ("copy", "sum") for size in sizes]
    titles += [f"multiply-adds, {dtype} (10⁹/s)" for dtype in dtypes]
    lines = [f"| threads | {' | '.join(titles)} |", f"|--:|{'--:|' * len(titles)}"]
    for threads in sorted({threads for threads, _ in found.operations}):
        rates = [which[threads, size] for which in (found.copy, found.read) for size in sizes]
        rates += [found.operations[threads, dtype] for dtype in dtypes]
        lines.append(f"| {threads} | {' | '.join(f'{rate / 1e9:.1f}' for rate in rates)} |")
    return lines


PACKAGE = {"njit": "Numba"}


def means(run: Run) -> list[str]:
    """By size and dtype. Each tool over the programs that it ran, their number in brackets."""
    lines = [
        f"| size | dtype | {' | '.join(run.others)} | mdsl over best |",
        f"|---|---|{'--:|' * (len(run.others) + 1)}",
    ]
    groups = list(dict.fromkeys((cell.size, cell.dtype) for cell in run.cells))
    for size, dtype in [*groups, ("**all**", "")]:
        cells = [cell for cell in run.cells if (cell.size, cell.dtype) == (size, dtype) or not dtype]
        columns = []
        for tool in run.others:
            ran = [speed for cell in cells if (speed := cell.speed(tool)) is not None]
            columns.append(f"{times(mean(ran))} ({len(ran)})" if ran else "–")
        lines.append(f"| {size} | {dtype} | {' | '.join(columns)} | {times(mean(c.over_best() for c in cells))} |")
    return lines


def table(run: Run, cells: Sequence[Cell]) -> list[str]:
    titles = ["program", "domain", "dtype", "MB", "NumPy", *run.others, "over best", "bandwidth", "operations"]
    lines = [f"| {' | '.join(titles)} |", f"|---|---|---|{'--:|' * (len(titles) - 3)}"]
    for cell in cells:
        values = [
            cell.program,
            domain(cell.program),
            cell.dtype,
            f"{cell.facts['bytes'] / 1e6:.3g}",
            milliseconds(cell.median["numpy"]),
            *(times(cell.speed(tool)) or "–" for tool in run.others),
            times(cell.over_best()),
            percent(cell.share(run.limits)),
            percent(cell.share_of_operations(run.limits)),
        ]
        lines.append(f"| {' | '.join(values)} |")
    return lines


def behind(cells: Sequence[Cell]) -> list[str]:
    """Where mdsl is slower than NumPy by more than 5 % and than njit by more than 10 %, and where it has no figure."""
    lines = []
    for other, least in BEHIND.items():
        slower = [
            f"{c.program} {c.dtype} {c.size} ({speed:.2f})"
            for c in cells
            if (speed := c.speed("mdsl", over=other)) is not None and speed < least
        ]
        lines.append(f"- {TITLES.get(other, other)}, by more than {1 - least:.0%}: {', '.join(slower) or 'nowhere'}")
    return lines


def notes(cells: Iterable[Cell]) -> list[str]:
    """What a tool said, with the cells where it said it."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for cell in cells:
        for tool, note in cell.notes.items():
            said.setdefault((cell.program, tool, note.replace(ROOT, "")), []).append(f"{cell.dtype} {cell.size}")
    every: dict[str, int] = {}
    for cell in cells:
        every[cell.program] = every.get(cell.program, 0) + 1
    return [
        f"- {program}, {tool}{'' if len(where) == every[program] else ' (' + ', '.join(where) + ')'}: {note}"
        for (program, tool, note), where in said.items()
    ]


def write_csv(path: Path, run: Run) -> None:
    """A line for each program, dtype, size and tool; seconds are empty where a note says why."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["program", "domain", "kind", "dtype", "size", "bytes", "tool", "version", "median_s", "rounds"]
            + ["over_numpy", "share_of_copy", "share_of_multiply_add", "note"]
        )
        for cell in run.cells:
            for tool, version in run.versions.items():
                note = cell.notes.get(tool)
                writer.writerow(
                    [cell.program, domain(cell.program), kind(cell.program), cell.dtype, cell.size]
                    + [cell.facts["bytes"], tool, version, cell.median.get(tool), cell.rounds, cell.speed(tool)]
                    + [
                        cell.share(run.limits, tool),
                        cell.share_of_operations(run.limits, tool),
                        note and note.replace(ROOT, ""),
                    ]
                )


def plot(path: Path, run: Run) -> None:
    """Speed over NumPy, a panel for each size, a row for each program and dtype, on a logarithmic axis. An SVG file."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "mdsl"
    from matplotlib import pyplot

    rows = list(dict.fromkeys((cell.program, cell.dtype) for cell in run.cells))
    figure, panels = pyplot.subplots(
        1, len(run.sizes), sharey=True, figsize=(4.5 * len(run.sizes), 1.5 + 0.22 * len(rows)), squeeze=False
    )
    for panel, (size, number) in zip(panels[0], run.sizes.items(), strict=True):
        cells = {(cell.program, cell.dtype): cell for cell in run.cells if cell.size == size}
        for tool in run.others:
            points = [
                (speed, k)
                for k, row in enumerate(rows)
                if row in cells and (speed := cells[row].speed(tool)) is not None
            ]
            if points:
                x, y = zip(*points, strict=True)
                big = tool == "mdsl"
                panel.scatter(x, y, s=42 if big else 18, marker="D" if big else "o", label=tool, zorder=3 if big else 2)
        panel.axvline(1, color="black", linewidth=0.8)
        panel.set_xscale("log")
        panel.set_title(f"{size}: about {megabytes(number)}")
        panel.set_xlabel("times as fast as NumPy")
        panel.grid(alpha=0.3)
    panels[0][0].set_yticks(range(len(rows)), [f"{program}, {dtype}" for program, dtype in rows])
    panels[0][0].invert_yaxis()
    panels[0][-1].legend()
    figure.suptitle(f"{cpu()}, {os.cpu_count()} cores, {run.started:%Y-%m-%d}")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def megabytes(number: float) -> str:
    """
    >>> megabytes(256 << 10), megabytes(16 << 20)
    ('256 KiB', '16 MiB')
    """
    return f"{number / 1024:.0f} KiB" if number < 1 << 20 else f"{number / 1024**2:.0f} MiB"


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
