"""What do the measurements say? The Markdown table, its geometric means, and where it was measured."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from _measure import Measurement

#: Timer and scheduler make a tenth of difference by themselves.
BEHIND = 0.9


def markdown(
    results: Sequence[Measurement], started: datetime, load: tuple[float, float, float], command: str, repeat: int
) -> str:
    """The whole report: where it was measured, the table, the means, and who is behind whom."""
    lines = [
        f"# Examples, {started:%Y-%m-%d %H:%M} UTC",
        "",
        f"    {command}",
        "",
        f"- {cpu()}, {os.cpu_count()} cores; load average at the start {load[0]:.1f}",
        f"- Python {platform.python_version()}, " + ", ".join(f"{p} {version(p)}" for p in ("numpy", "numba", "mdsl")),
        f"- medians over at most {repeat} rounds in which each is called once; each example in a process of its own",
        "- njit is `numba.njit(parallel=True)` on the same source and on the helpers that it calls",
        "- NumPy's column is its time; the next two say how many times as fast as NumPy, so more is better",
        "- first calls include compiling, with nothing cached",
        "",
        "| example | compiled | NumPy | njit | mdsl | mdsl over njit | first call: NumPy | njit | mdsl |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
        *(row(result) for result in results),
        mean_row(results),
        "",
        *conclusions(results),
        "",
        *notes(results),
    ]
    return "\n".join(lines).rstrip() + "\n"


def row(result: Measurement) -> str:
    cells = [
        result.name,
        result.status,
        milliseconds(result.median["numpy"]),
        times(result.speed("njit")),
        times(result.speed("mdsl")),
        times(result.speed("mdsl", over="njit")),
        milliseconds(result.first["numpy"]),
        *(f"{result.first[c]:.2f} s" if c in result.first else "" for c in ("njit", "mdsl")),
    ]
    return f"| {' | '.join(cells)} |"


def mean_row(results: Sequence[Measurement]) -> str:
    means = [mean(r.speed(c) for r in results) for c in ("njit", "mdsl")]
    both = mean(r.speed("mdsl", over="njit") for r in results)
    return f"| **geometric mean** | | | {times(means[0])} | {times(means[1])} | {times(both)} | | | |"


def conclusions(results: Sequence[Measurement]) -> list[str]:
    """Each mean with what it is over, and what is slower than it should be."""
    ran = {c: [r for r in results if r.speed(c) is not None] for c in ("njit", "mdsl")}
    common = [r for r in ran["njit"] if r in ran["mdsl"]]
    lines = [
        f"Each mean is over the examples that ran: njit {len(ran['njit'])}, mdsl {len(ran['mdsl'])} of {len(results)}."
    ]
    if common:
        pair = [times(mean(r.speed(c) for r in common)) for c in ("njit", "mdsl")]
        lines.append(f"Over the {len(common)} that both ran: njit {pair[0]}, mdsl {pair[1]}.")
    for other, title in (("numpy", "NumPy"), ("njit", "njit")):
        slower = [
            f"{r.name} ({s:.2f})" for r in results if (s := r.speed("mdsl", over=other)) is not None and s < BEHIND
        ]
        lines.append(f"mdsl more than a tenth behind {title}: {', '.join(slower) or 'nowhere'}.")
    return [line + "  " for line in lines[:-1]] + lines[-1:]


def notes(results: Sequence[Measurement]) -> list[str]:
    """What each contestant could not do; files are named from the checkout's root."""
    root = f"{Path(__file__).resolve().parent.parent}/"
    return [
        f"- {r.name}, {contestant}: {note.replace(root, '')}" for r in results for contestant, note in r.notes.items()
    ]


def mean(ratios: Iterable[float | None]) -> float | None:
    logs = [math.log(ratio) for ratio in ratios if ratio is not None]
    return math.exp(math.fsum(logs) / len(logs)) if logs else None


def times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"


def cpu() -> str:
    """The model's name as Linux has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
