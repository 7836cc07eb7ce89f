"""How long does one example take with each contestant? A script that run.py starts; its last line is JSON."""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import FunctionType, ModuleType
from typing import Any

CONTESTANTS = ("numpy", "njit", "mdsl")

#: Rounds end after so many seconds, however many were asked for; but three are made.
BUDGET = 30.0


@dataclass(frozen=True)
class Measurement:
    """Seconds by contestant; who is missing in `median` has a note that says why."""

    name: str
    status: str
    first: dict[str, float]
    median: dict[str, float]
    rounds: int
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, line: str) -> Measurement:
        return cls(**json.loads(line))

    def with_notes(self, notes: Mapping[str, str]) -> Measurement:
        return replace(self, notes=self.notes | notes)

    def speed(self, contestant: str, over: str = "numpy") -> float | None:
        """How many times as fast as another; None where one of them did not run."""
        if contestant not in self.median or over not in self.median:
            return None
        return self.median[over] / self.median[contestant]

    def __str__(self) -> str:
        parts = [f"{c} {self.speed(c):.2f}x" if c in self.median else f"{c} {self.notes[c]}" for c in CONTESTANTS[1:]]
        return f"{self.name}: {', '.join(parts)}"


def measure(name: str, repeat: int, contestants: Sequence[str]) -> Measurement:
    from _harness import agree, call, reasons

    example = importlib.import_module(name)
    accelerated = getattr(example, name)
    original = accelerated.__wrapped__
    inputs = example.inputs("large")
    functions: dict[str, Callable[..., Any]] = {"numpy": original, "njit": compiled_by_njit(example, name)}
    functions["mdsl"] = accelerated

    first: dict[str, float] = {}
    notes: dict[str, str] = {}
    print("numpy", flush=True)
    expected, left, first["numpy"] = call(original, inputs)
    for contestant in contestants:
        if contestant == "numpy":
            continue
        print(contestant, flush=True)
        try:
            actual, arguments, seconds = call(functions[contestant], inputs)
        except Exception as refusal:
            notes[contestant] = f"{type(refusal).__name__}: {summary(refusal)}"
            continue
        try:
            agree((actual, *arguments), (expected, *left))
        except AssertionError as difference:
            notes[contestant] = f"differs from NumPy: {summary(difference)}"
            continue
        first[contestant] = seconds

    times: dict[str, list[float]] = {contestant: [] for contestant in first}
    order = list(times)
    deadline = time.perf_counter() + BUDGET
    rounds = 0
    while rounds < repeat and (rounds < 3 or time.perf_counter() < deadline):
        for contestant in order:
            print(contestant, flush=True)
            times[contestant].append(call(functions[contestant], inputs)[2])
        order.append(order.pop(0))
        rounds += 1
    report = accelerated.last_report if "mdsl" in contestants else None
    if report is not None and report.status != "full":
        notes["mdsl"] = "; ".join(filter(None, (notes.get("mdsl"), *reasons(report))))
    status = report.status if report is not None else "none"
    return Measurement(name, status, first, {c: statistics.median(t) for c, t in times.items()}, rounds, notes)


def compiled_by_njit(example: ModuleType, name: str) -> Callable[..., Any]:
    """The same source with @njit(parallel=True) on it and on the helpers that it calls, as Numba's users write it."""
    import numba

    namespace = dict(vars(example))
    for key, value in list(namespace.items()):
        function = value.__wrapped__ if key == name else value
        if isinstance(function, FunctionType) and function.__module__ == example.__name__:
            copy = FunctionType(function.__code__, namespace, key, function.__defaults__, function.__closure__)
            namespace[key] = numba.njit(parallel=True)(copy)
    return namespace[name]


def summary(error: BaseException) -> str:
    """What an error says in one line; of Numba's long ones, the call that it could not type and why."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    called = next((line.removeprefix(">>> ") for line in lines if line.startswith(">>> ")), None)
    why = next((line.removeprefix("TypingError: ") for line in lines if line.startswith("TypingError: ")), None)
    if called is not None and why is not None:
        text = f"{called}: {why}"
    else:
        told = (line for line in lines if not line.startswith(("Failed in", "- Resolution failure")))
        text = next(told, type(error).__name__)
    return text if len(text) <= 160 else text[:159] + "…"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(asdict(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))))
