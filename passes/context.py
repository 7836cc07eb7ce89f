"""What a pass is told besides the program: target, options, and where its remarks go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..ir.span import NOWHERE, Spans


@dataclass(frozen=True)
class Options:
    """What a user may choose: names that Numba's users know."""

    parallel: bool = True
    fastmath: bool = False
    boundscheck: bool = True


@dataclass(frozen=True)
class Remark:
    """What a pass did to which lines, for `explain`."""

    pass_name: str
    text: str
    spans: Spans = NOWHERE


def _ignore(remark: Remark) -> None:
    return


@dataclass(frozen=True)
class Context:
    target: str = "numba"
    options: Options = field(default_factory=Options)
    remark: Callable[[Remark], None] = _ignore
