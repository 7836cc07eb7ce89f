"""What do all examples share? Comparing with NumPy, measuring, and the lines that a script prints."""

from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Relative to the largest value of an array: some steps of rounding, each within the 4 ULP that mdsl promises.
TOLERANCE = 1024


@dataclass(frozen=True)
class Comparison:
    """One example run by NumPy and by mdsl, in seconds; `first` includes compiling, or loading what is cached."""

    name: str
    numpy: float
    first: float
    mdsl: float
    status: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.name}: NumPy {duration(self.numpy)}, mdsl {duration(self.mdsl)}, "
            f"{self.numpy / self.mdsl:.1f} times as fast; first call {duration(self.first)}; compiled: {self.status}"
        ]
        return "\n".join([*lines, *(f"  {reason}" for reason in self.reasons)])


def compare(function: Callable[..., Any], inputs: Sequence[Any], repeat: int = 5) -> Comparison:
    """Run an accelerated function and the NumPy function that it wraps; raise AssertionError where they differ.

    What is compared is the result and what the calls left in their arguments. Each call gets arguments of its own,
    copied outside the measured time.
    """
    original = original_of(function)
    expected, of_numpy, seconds = call(original, inputs)
    actual, of_mdsl, first = call(function, inputs)
    agree(actual, expected)
    agree(of_mdsl, of_numpy)
    numpy_times, mdsl_times = [seconds], []
    for _ in range(repeat):
        numpy_times.append(call(original, inputs)[2])
        mdsl_times.append(call(function, inputs)[2])
    times = statistics.median(numpy_times), first, statistics.median(mdsl_times)
    report = getattr(function, "last_report", None)
    if report is None:
        return Comparison(function.__name__, *times, "ahead of time", ())
    return Comparison(function.__name__, *times, report.status, reasons(report))


def original_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The NumPy function: the decorator wraps it, `mdsl transpile` leaves it beside the new one."""
    if hasattr(function, "__wrapped__"):
        return inspect.unwrap(function)
    return function.__globals__[f"_{function.__name__}_numpy"]  # type: ignore[attr-defined]


def call(function: Callable[..., Any], inputs: Sequence[Any]) -> tuple[Any, tuple[Any, ...], float]:
    """Call with copies of the inputs; the result, the copies as the call left them, and the seconds that it took."""
    arguments = deepcopy(tuple(inputs))
    start = time.perf_counter()
    result = function(*arguments)
    return result, arguments, time.perf_counter() - start


def agree(actual: Any, expected: Any) -> None:
    """Assert that mdsl's result is NumPy's: same type, dtype and shape; whole numbers equal, others to rounding."""
    assert type(actual) is type(expected), f"{type(actual).__name__} instead of {type(expected).__name__}"
    if isinstance(expected, (tuple, list)):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            agree(one, other)
    elif isinstance(expected, (np.ndarray, np.generic)):
        assert actual.dtype == expected.dtype, f"{actual.dtype} instead of {expected.dtype}"
        assert actual.shape == expected.shape, f"shape {actual.shape} instead of {expected.shape}"
        if expected.dtype.kind in "fc" and expected.size:
            finite = np.abs(expected[np.isfinite(expected)])
            tolerance = TOLERANCE * np.finfo(expected.dtype).eps
            np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * finite.max(initial=0.0))
        else:
            np.testing.assert_array_equal(actual, expected)
    elif isinstance(expected, float):
        agree(np.float64(actual), np.float64(expected))
    else:
        assert actual == expected, f"{actual!r} instead of {expected!r}"


def reasons(report: Any) -> tuple[str, ...]:
    """Why an explanation's status is not "full", one line each."""
    return tuple(f"line {d.span.line}: {d.message}" if d.span else d.message for d in report.diagnostics)


def duration(seconds: float) -> str:
    """Seconds as a person would say them.

    >>> duration(0.0042)
    '4.2 ms'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
