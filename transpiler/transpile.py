"""source x signature x options -> Artifact: runs the whole way and keeps every step."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import operator
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..ir import array as arr
from ..ir import loops as lp
from ..ir import verify
from ..passes.context import Context, Options, Remark
from ..passes.pipeline import ARRAY, LOOPS, LOWERING
from ..targets.base import Module, get_target
from .diagnostics import Diagnostic, Unsupported
from .lift import lift
from .signature import Signature
from .source import FunctionSource

__all__ = ["Artifact", "Options", "Step", "transpile"]


@dataclass(frozen=True)
class Step:
    """One step of the compilation: the program before and after it, what it remarked, the seconds that it took."""

    name: str
    before: arr.Program | lp.Program | None
    after: arr.Program | lp.Program
    remarks: tuple[Remark, ...] = ()
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The program after this step as Python that runs."""
        return print_program(self.after)


@dataclass(frozen=True)
class Artifact:
    """What became of a function for one signature. `module` is None where nothing was compiled."""

    name: str
    target: str
    signature: Signature
    status: str
    diagnostics: tuple[Diagnostic, ...] = ()
    steps: tuple[Step, ...] = ()
    module: Module | None = None
    program: arr.Program | None = None
    used: dict[str, Any] = field(default_factory=dict)


def print_program(program: arr.Program | lp.Program) -> str:
    if isinstance(program, arr.Program):
        from ..ir.print_array import print_array

        return print_array(program)
    from ..targets.python import PythonTarget

    return PythonTarget().emit(program, Context()).text


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for garbage, which goes through trees that all are in use: a quarter of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_uncollected()
def transpile(
    source: FunctionSource, signature: Signature, target: str = "numba", options: Options | None = None
) -> Artifact:
    """Compile one function for one signature. What is not compiled is said in `diagnostics`, never raised."""
    options = options or Options()
    used = source.namespace.used
    start = time.perf_counter()
    try:
        program = lift(source, signature)
    except Unsupported as reason:
        return Artifact(source.name, target, signature, "none", reason.diagnostics, used=dict(used))
    steps = [Step("lift", None, program, seconds=time.perf_counter() - start)]
    machine = get_target(target)
    try:
        current = run_passes(program, target, options, machine.level, steps)
        remarks: list[Remark] = []
        module = machine.emit(current, Context(target, options, remarks.append))
    except ValueError as reason:
        diagnostic = Diagnostic("MDSL501", str(reason), None, severity="note")
        return Artifact(source.name, target, signature, "none", (diagnostic,), tuple(steps), used=dict(used))
    return Artifact(source.name, target, signature, "full", (), tuple(steps), module, program, dict(used))


def _untouched(before: Any, after: Any) -> bool:
    """Whether a pass gave back the statements that it was given."""
    return type(before) is type(after) and all(
        a is b or (isinstance(a, tuple) and len(a) == len(b) and all(map(operator.is_, a, b)))
        for a, b in ((getattr(before, f.name), getattr(after, f.name)) for f in dataclasses.fields(before))
    )


def run_passes(
    program: arr.Program, target: str, options: Options, level: str, steps: list[Step]
) -> arr.Program | lp.Program:
    """The pipeline up to the level that the target prints; each step is added to `steps`."""
    current: Any = program
    verifying = verify.wanted()
    if verifying:
        verify.verify(program, "lift")

    def step(function: Any) -> None:
        nonlocal current
        remarks: list[Remark] = []
        start = time.perf_counter()
        after = function(current, Context(target, options, remarks.append))
        steps.append(Step(function.__name__, current, after, tuple(remarks), time.perf_counter() - start))
        if verifying and not _untouched(current, after):
            verify.verify(after, function.__name__)
        current = after

    for function in ARRAY:
        step(function)
    if level == "array":
        return current
    for function in (*LOWERING, *LOOPS):
        step(function)
    return current
