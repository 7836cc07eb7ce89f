"""What mdsl has to say to a user: code, span, message, label, notes, hints; and the one renderer, a caret frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..ir.span import Span

__all__ = ["Diagnostic", "MdslError", "Span", "Unsupported", "render"]

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Diagnostic:
    """One message. Codes: MDSL1xx parsing, 2xx types, 3xx not compiled and why, 4xx files, 5xx targets."""

    code: str
    message: str
    span: Span | None
    label: str = ""
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    severity: Severity = "error"


class MdslError(Exception):
    """Something that mdsl could not do, with the diagnostics that say what and where."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(f"{d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


class Unsupported(MdslError):
    """A construct that is not compiled: the statement that holds it runs as the Python that it is."""

    def __init__(
        self, code: str, message: str, span: Span | None = None, *hints: str, notes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(Diagnostic(code, message, span, hints=hints, notes=notes, severity="note"))


def render(diagnostic: Diagnostic, source: str | None = None) -> str:
    """The message as a caret frame over the user's line; `source` is the whole text of the file that the span names.

    >>> d = Diagnostic("MDSL204", "the rank of `u` is not known", Span("heat.py", 1, 1, 1, 2), hints=("annotate it",))
    >>> print(render(d, "u[...] = relax(u)"))
    MDSL204 heat.py:1:1: the rank of `u` is not known
        1 | u[...] = relax(u)
          | ^
      help: annotate it
    """
    span = diagnostic.span
    where = f" {span.file}:{span.line}:{span.column}" if span else ""
    text = [f"{diagnostic.code}{where}: {diagnostic.message}"]
    lines = re.split("\r\n|\r|\n", source) if source is not None else []  # as Python counts them
    if span and 1 <= span.line <= len(lines):
        line = lines[span.line - 1]
        end = span.end_column if span.end_line == span.line else len(line) + 1
        # tabs stay tabs in the caret line, so that carets stand below what they mean
        lead = "".join(c if c == "\t" else " " for c in line[: span.column - 1])
        carets = "^" * max(1, end - span.column)
        text.append(f"{span.line:5d} | {line}")
        text.append(f"      | {lead}{carets}" + (f" {diagnostic.label}" if diagnostic.label else ""))
    text.extend(f"  note: {note}" for note in diagnostic.notes)
    text.extend(f"  help: {hint}" for hint in diagnostic.hints)
    return "\n".join(text)
