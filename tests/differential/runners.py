"""How is a program's other half made and judged? One runner for each way in which mdsl can run a program.

- `identity`: the program itself. Finds nothing, unless the fuzzer is wrong.
- `python`, `numpy`, `numba`, `cuda`: `mdsl.accelerate` with that target.
- `parallel`: as `numba`, with every loop that may run in parallel doing so, however small.
- `steps`: each step of the compilation, run as the Python that it prints.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import math
import pathlib
import re
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np

from .arguments import arrays_in
from .cases import Case, Loaded
from .compare import Mismatch, Outcome, call, judge

TARGETS = ("identity", "python", "numpy", "numba", "parallel", "cuda", "steps")


@dataclass
class Report:
    """What became of one case."""

    mismatches: list[tuple[str, Mismatch]] = field(default_factory=list)  # (which inputs and step, what)
    signatures: set[tuple[str, ...]] = field(default_factory=set)  # of the mismatches; they survive reduction
    compared: int = 0
    undefined: int = 0
    raised: int = 0  # calls in which the original raised
    status: Counter[str] = field(default_factory=Counter)  # full, partial, none: how much of it was compiled

    def add(self, where: str, mismatch: Mismatch, expected: Outcome) -> None:
        self.mismatches.append((where, mismatch))
        error = type(expected.error).__name__
        theirs = mismatch.got.partition(":")[0] if mismatch.kind in ("exception", "internal") else ""
        self.signatures.add((mismatch.kind, error, theirs))


def bug_of(mismatch: Mismatch) -> tuple[str, ...] | None:
    """What two findings of one bug have in common, as far as a message tells it; None where there is no message."""
    if mismatch.kind == "internal" or (mismatch.kind == "exception" and "no exception" not in mismatch.got):
        expected = mismatch.expected.partition(":")[0]
        got = " ".join(mismatch.got.split("\n")[:3])
        for pattern, mask in ((r"/\S+", "PATH"), (r"'[\w.]+' *, defined", "NAME"), (r"_\d+'", "'"), (r"\d+", "0")):
            got = re.sub(pattern, mask, got)
        return mismatch.kind, expected, got
    return None


_INTERPRETED = frozenset({"python", "steps"})


class Overtime(BaseException):
    """A call took too long. No Exception, so that no program under test catches it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Overtime in the main thread after so long; machine code that loops for ever is not reached by it."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Overtime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(case: Case, loaded: Loaded, target: str, seconds: float = 100.0) -> Report:
    """Compare the case's program with the candidates of `target` on each set of inputs, and on the first one again.

    A candidate may take `seconds`, the original a share of that; Overtime is raised where it takes longer. Loops over
    elements that NumPy runs in C are Python's on an interpreted target: a thousand times as slow, which is no hang.
    """
    share = 2000 if target in _INTERPRETED else 20
    report = Report()
    compiled = _compiled(loaded, target) if target not in ("identity", "steps") else None
    sets = [(inputs.__name__, inputs) for inputs in loaded.inputs()]
    for name, inputs in [*sets, (f"{sets[0][0]} again", sets[0][1])] if sets else []:
        arguments = inputs()
        if not isinstance(arguments, tuple):
            raise TypeError(f"{name} makes no tuple")
        with limited(seconds / share):
            expected = call(loaded.program, arguments)
        if expected.undefined:
            report.undefined += 1
            continue
        report.raised += expected.error is not None
        try:
            candidates = [(target, compiled or loaded.program)]
            if target == "steps":
                candidates = list(_steps(loaded, arguments, report))
        except Exception as error:
            report.add(name, Mismatch("internal", "transpile", "no exception", _last_line(error)), expected)
            continue
        for label, candidate in candidates:
            report.compared += 1
            where = f"{name}, {label}"
            try:
                with _eager(target), limited(seconds):
                    got = call(candidate, arguments)
            except Overtime:
                report.add(where, Mismatch("hang", "call", "an end", f"none within {seconds:g} s"), expected)
                return report
            for found in (*judge(expected, got, case.rivals(), arguments), *_complaints(compiled)):
                report.add(where, found, expected)
            if compiled is not None:
                report.status[_status(compiled)] += 1
    return report


def _compiled(loaded: Loaded, target: str) -> Callable[..., Any]:
    import mdsl

    return mdsl.accelerate(loaded.program, target="numba" if target == "parallel" else target, cache=False)


@contextlib.contextmanager
def _eager(target: str) -> Iterator[None]:
    """For `parallel`, no loop is too small to be worth its threads."""
    if target != "parallel":
        yield
        return
    from mdsl.targets import numba

    before, numba.PARALLEL_WORK = numba.PARALLEL_WORK, 0
    try:
        yield
    finally:
        numba.PARALLEL_WORK = before


def _last_line(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({pathlib.Path(place.filename).name}:{place.lineno}, {place.name})"


def _status(compiled: Callable[..., Any]) -> str:
    report = getattr(compiled, "last_report", None)
    return str(getattr(report, "status", "unknown"))


def _complaints(compiled: Callable[..., Any] | None) -> Iterator[Mismatch]:
    """Internal failures: they fall back, and so give the right result, but are failures."""
    report = getattr(compiled, "last_report", None)
    for diagnostic in getattr(report, "diagnostics", ()):
        if diagnostic.code.startswith("MDSL9"):
            message = diagnostic.message.partition("`: ")[2] or diagnostic.message
            yield Mismatch("internal", "transpile", "no exception", " ".join(message.split("\n")[:3])[:300])


def _steps(loaded: Loaded, arguments: tuple[Any, ...], report: Report) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The program after each pass that changed it, as a function made of the printed text."""
    from mdsl.transpiler.diagnostics import MdslError, Unsupported
    from mdsl.transpiler.signature import signature_of
    from mdsl.transpiler.source import function_source
    from mdsl.transpiler.transpile import transpile

    names = list(inspect.signature(loaded.program).parameters)
    if _overlap(arguments):
        return  # the printed steps are made for arguments that do not; the door of the compiled function sees to it
    try:
        artifact = transpile(function_source(loaded.program), signature_of(names, arguments), "python")
    except (MdslError, Unsupported):
        report.status["none"] += 1
        return
    report.status[artifact.status] += 1
    for step in artifact.steps:
        if step.before is not step.after:
            yield f"after {step.name}", _printed(step.text, loaded, names)


def _overlap(arguments: tuple[Any, ...]) -> bool:
    arrays = list(arrays_in(arguments))
    return any(np.may_share_memory(one, two) for index, one in enumerate(arrays) for two in arrays[:index])


def _printed(text: str, loaded: Loaded, names: list[str]) -> Callable[..., Any]:
    """The function that a step prints. Where what it was specialised for does not hold, the original runs.

    Steps on loops have a door that says so; steps on whole arrays begin with assertions instead.
    """
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "program")
    original = f"_program_numpy({', '.join(names)})"
    for index, node in enumerate(function.body):
        if isinstance(node, ast.Assert):
            guard = ast.parse(f"if not ({ast.unparse(node.test)}): return_").body[0]
            assert isinstance(guard, ast.If)
            guard.body = [ast.Return(ast.parse(original, mode="eval").body)]
            function.body[index] = guard
        elif not isinstance(node, ast.Assign):
            break
    scope = dict(vars(loaded.module)) | {"_program_numpy": loaded.program, "np": np, "math": math}
    exec(compile(ast.fix_missing_locations(tree), "<step>", "exec"), scope)
    printed = scope["program"]

    def run(*args: Any) -> Any:
        try:
            return printed(*args)
        except NotImplementedError:  # a value that the step cannot hold: nothing is stored yet, the original takes over
            return loaded.program(*args)

    return run
