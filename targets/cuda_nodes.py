"""What a plan for a GPU consists of: kernels, their statements, and the launches in the function that drives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ir import loops as lp
from ..ir.free_names import free_name
from ..ir.types import Size
from ..passes.dependence import Memory, effects


@dataclass(frozen=True)
class Mapped(lp.For):
    """A loop whose iterations are dealt out: a thread (or block) begins at its `first`, goes on by `stride`."""

    first: str = ""
    stride: str = ""


@dataclass(frozen=True)
class Combine(lp.Stmt):
    """name = what the threads of the block have under that name, combined by `op`."""

    name: str
    op: str
    dtype: np.dtype


@dataclass(frozen=True)
class Wait(lp.Stmt):
    """All threads of the block arrive before any goes on."""


@dataclass(frozen=True)
class Publish(lp.Stmt):
    """array[index] = name, where the caller looks for it."""

    array: str
    index: str
    name: str


@dataclass(frozen=True)
class Partial:
    """A scalar that a launch accumulates into: each block leaves its part in the array `parts`."""

    name: str
    op: str
    dtype: np.dtype
    parts: str


@dataclass(frozen=True)
class Kernel:
    """A function for the device. `axes` are the names of the mapped loops, fastest last; () where one thread runs."""

    name: str
    params: tuple[str, ...]
    types: tuple[str, ...]
    body: tuple[lp.Stmt, ...]
    axes: tuple[str, ...] = ()
    by_block: bool = False


@dataclass(frozen=True)
class Launch(lp.Stmt):
    """Runs a kernel: `grid` is the text of its grid and block, `partials` and `returns` what it leaves for the host."""

    kernel: Kernel
    grid: str
    partials: tuple[Partial, ...] = ()
    returns: tuple[tuple[lp.Var, str], ...] = ()


@dataclass(frozen=True)
class Distinct(lp.Stmt):
    """Runs `then` where no pair of names means one array, `orelse` where one does."""

    pairs: tuple[tuple[str, str], ...]
    then: tuple[lp.Stmt, ...]
    orelse: tuple[lp.Stmt, ...]


@dataclass(frozen=True)
class Plan:
    body: tuple[lp.Stmt, ...]
    kernels: tuple[Kernel, ...]
    names: Names
    memory: Memory


class Names:
    """Names that the program does not use."""

    def __init__(self, program: lp.Program) -> None:
        self.taken = {*program.arguments, *(p.name for p in program.params), *(d.name for d in program.derived)}
        self.taken |= {n for p in program.params for size in p.type.shape for n in size.names}
        for stmt in lp.statements(program.body):
            self.taken |= {a.name for a in effects(stmt).accesses}
            if isinstance(stmt, lp.For):
                self.taken.add(stmt.var)

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.taken)


def trips_text(loop: lp.For) -> str:
    """How often a loop runs, as Python text."""
    return str(loop.hi - loop.lo) if loop.step == 1 else f"len(range({loop.lo}, {loop.hi}, {loop.step}))"


def section_extents(section: lp.Section) -> list[Size]:
    """The sizes of what a section passes, in the order of the passed axes."""
    walked = [s[2] for s in section.subscripts if not isinstance(s, Size)]
    return [walked[section.order.index(k)] if k in section.order else Size(1) for k in range(section.rank)]


def section_place(section: lp.Section, at: list[Size]) -> tuple[Size, ...]:
    """Where in its buffer the element `at` of a section stands."""
    place: list[Size] = []
    walked = 0
    for subscript in section.subscripts:
        if isinstance(subscript, Size):
            place.append(subscript)
            continue
        offset, step, _ = subscript
        place.append(offset + at[section.order[walked]] * step)
        walked += 1
    return tuple(place)
