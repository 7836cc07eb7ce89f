"""One tool, one program: a process that does what peers.py asks, a line of JSON each way, and sleeps in between."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from _harness import TOLERANCE, call
from _tools import PURE, build, failure, on_device

#: How many numbers are compared at once: they stay in cache.
CHUNK = 1 << 17


#: A call of so many seconds finds nothing in cache anyway; before a shorter one is timed, the caches are its own again.
LONG = 0.05


class Worker:
    """Holds the functions by dtype, and the arguments of the latest `open`."""

    def __init__(self, tool: str, module: ModuleType) -> None:
        self.tool, self.module = tool, module
        self.functions: dict[str, Callable[..., Any]] = {}
        self.arguments: tuple[Any, ...] = ()

    def compile(self, dtype: str, sizes: Sequence[int]) -> dict[str, Any]:
        """Make the function, and call it once with the smallest arguments, so that all is loaded and compiled."""
        small, large = (self.module.inputs(size, np.dtype(dtype)) for size in sizes)
        function = build(self.tool, self.module, small, large)
        call(function, on_device(self.tool, small))
        self.functions[dtype] = function
        return {}

    def open(self, dtype: str, size: int, folder: str) -> dict[str, Any]:
        """Call once with the arguments of this size and compare; NumPy, who is the first, writes them to a folder."""
        self.arguments = ()
        place = Path(folder)
        if self.tool == "numpy":
            inputs = self.module.inputs(size, np.dtype(dtype))
            save(place / "inputs", inputs)
        else:
            inputs = load(place / "inputs")
        arguments = on_device(self.tool, inputs)
        facts = {"bytes": sum(a.nbytes for a in inputs if isinstance(a, np.ndarray))}
        for name in ("traffic", "operations"):
            if hasattr(self.module, name):
                facts[name] = getattr(self.module, name)(*inputs)
        del inputs
        result, left, seconds = call(self.functions[dtype], arguments)
        results = result if isinstance(result, tuple) else (result,)
        if self.tool == "numpy":
            save(place / "results", results)
            save(place / "left", left)
        else:
            pairs = list(zip(results, load(place / "results"), strict=True))
            if self.tool not in PURE:
                pairs += zip(left, load(place / "left"), strict=True)
            for actual, expected in pairs:
                if (difference := differs(actual, expected, np.dtype(dtype))) is not None:
                    raise AssertionError(f"differs from NumPy: {difference}")
        del result, results, left
        self.arguments, self.function = arguments, self.functions[dtype]
        self.short = seconds < LONG
        return facts

    def time(self, seconds: float) -> dict[str, Any]:
        """Seconds of a call, on the mean over as many as fit into `seconds`.

        The arguments are those of the call before: programs that change theirs do the same work again.
        """
        if self.short:
            self.function(*self.arguments)
        calls, start = 0, time.perf_counter()
        while True:
            self.function(*self.arguments)
            calls += 1
            taken = time.perf_counter() - start
            if taken >= seconds:
                return {"seconds": taken / calls}

    def close(self) -> dict[str, Any]:
        self.arguments = ()
        return {}


def save(place: Path, values: Sequence[Any]) -> None:
    place.mkdir(parents=True)
    for k, value in enumerate(values):
        np.save(place / f"{k}{'' if isinstance(value, (np.ndarray, np.generic)) else '-python'}.npy", value)


def load(place: Path) -> tuple[Any, ...]:
    """What was saved: an array, a NumPy scalar or a number of Python's."""
    found = []
    for path in sorted(place.iterdir(), key=lambda path: int(path.stem.removesuffix("-python"))):
        value = np.load(path).copy()  # what was read is a view, which DaCe does not take
        if path.stem.endswith("-python"):
            found.append(value.item())
        else:
            found.append(value if value.ndim else value[()])
    return tuple(found)


def differs(actual: Any, expected: Any, dtype: np.dtype) -> str | None:
    """How a result differs by more than rounding in the program's dtype, or None. Tools may have another dtype."""
    one, other = np.asarray(actual), np.asarray(expected)
    if one.shape != other.shape:
        if one.size == other.size == 1:  # DaCe has no scalars
            one, other = one.reshape(()), other.reshape(())
        else:
            return f"shape {one.shape} instead of {other.shape}"
    if other.dtype.kind not in "fc":
        return None if np.array_equal(one, other) else "other whole numbers"
    tolerance = TOLERANCE * float(np.finfo(dtype).eps)
    parts = list(chunks(one, other))
    scale = max((float(np.max(np.abs(y), where=np.isfinite(y), initial=0)) for _, y in parts), default=0.0)
    for x, y in parts:
        with np.errstate(all="ignore"):
            right = (np.abs(x - y) <= tolerance * (np.abs(y) + scale)) | (x == y) | ((x != x) & (y != y))
        if not right.all():
            k = int(np.argmin(right))
            return f"{x.flat[k]!s} instead of {y.flat[k]!s}"
    return None


def chunks(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    one, other = one.reshape(-1), other.reshape(-1)
    for start in range(0, max(one.size, 1), CHUNK):
        yield one[start : start + CHUNK], other[start : start + CHUNK]


def main() -> None:
    tool, name = sys.argv[1:]
    # Compilers print; what peers.py reads is a channel of its own.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    worker = Worker(tool, importlib.import_module(name))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            worker.close()
            answer = {"error": failure(error)}
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


if __name__ == "__main__":
    main()
