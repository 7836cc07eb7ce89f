"""What happened to a function, and to each of its lines, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .diagnostics import Diagnostic

if TYPE_CHECKING:
    from .transpile import Step


@dataclass(frozen=True)
class Explanation:
    """What became of a function for one signature.

    status       "full" (all of it is compiled), "partial" (host statements run between compiled ones) or "none"
    diagnostics  why, for each part that is not compiled
    source       the generated module's text; empty where there is none
    steps        the program after each step of the compilation; empty where the module came from the cache
    signature    the arguments that it was made for, as text by name
    """

    name: str
    status: str
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = ""
    steps: tuple[Step, ...] = ()
    signature: tuple[tuple[str, str], ...] = ()
    file: str | None = None
    target: str = ""

    def __str__(self) -> str:
        arguments = ", ".join(f"{name}: {spec}" for name, spec in self.signature)
        lines = [f"{self.name}({arguments}) on {self.target}: {self.status}"]
        lines += [
            f"  {d.code} line {d.span.line}: {d.message}" if d.span else f"  {d.code} {d.message}"
            for d in self.diagnostics
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        source = f"<details><summary>generated source</summary><pre>{escape(self.source)}</pre></details>"
        return f"<pre>{escape(str(self))}</pre>{source}"
