"""How is what became of files told? As text with caret frames, as JSON, as GitHub's annotations, as SARIF."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from .. import __version__
from .diagnostics import Diagnostic, render
from .outcome import FunctionReport, Outcome

_COLOURS = {"error": "red", "warning": "yellow"}
_STATUS = {"full": "compiled", "partial": "compiled in part", "none": "not compiled"}
#: Said in one line with the function, not as a message of its own.
ASSUMED = "MDSL210"


def show(diagnostics: Iterable[Diagnostic], source: str | None) -> None:
    """Messages on standard error, each over the user's line."""
    for diagnostic in diagnostics:
        head, _, rest = render(diagnostic, source).partition("\n")
        colour = _COLOURS.get(diagnostic.severity)
        click.echo("\n".join([click.style(head, fg=colour) if colour else head, *([rest] if rest else [])]), err=True)


def as_text(outcome: Outcome, quiet: bool) -> None:
    """One line for each function and what its user should know; only problems where `quiet`."""
    if quiet:
        show((d for d in outcome.all_diagnostics() if d.severity == "error"), outcome.source)
        return
    if outcome.up_to_date:
        click.echo(f"{outcome.file}: up to date", err=True)
    elif outcome.is_compiled and not outcome.functions:
        click.echo(f"{outcome.file}: nothing to compile", err=True)
    for function in outcome.functions:
        click.echo(f"{outcome.file}: {_line(function)}", err=True)
        show((d for d in function.diagnostics if d.code != ASSUMED), outcome.source)
    show(outcome.diagnostics, outcome.source)


def _line(function: FunctionReport) -> str:
    line = f"{function.name}: {_STATUS[function.status]}"
    if function.status != "none" and any(d.code == ASSUMED for d in function.diagnostics):
        types = ", ".join(f"{name}: {spec}" for name, spec in function.signature.items())
        line += f" for ({types}), as its use suggests ({ASSUMED})"
    return line


def write(outcomes: Sequence[Outcome], form: str) -> None:
    """All outcomes on standard output, in a form for programs."""
    match form:
        case "json":
            text = json.dumps(_json(outcomes), indent=2, ensure_ascii=False)
        case "sarif":
            text = json.dumps(_sarif(outcomes), indent=2, ensure_ascii=False)
        case "github":
            text = "\n".join(_github(o.file, d) for o in outcomes for d in o.all_diagnostics())
        case _:
            raise ValueError(form)
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "version": __version__,
        "files": [
            {
                "file": o.file,
                "output": o.job.file if o.job.in_place else o.job.output,
                "changes": o.changes,
                "functions": [
                    {"name": f.name, "line": f.line, "status": f.status, "signature": dict(f.signature)}
                    for f in o.functions
                ],
                "diagnostics": [_plain(o.file, d) for d in o.all_diagnostics()],
            }
            for o in outcomes
        ],
    }


def _plain(file: str, d: Diagnostic) -> dict[str, Any]:
    place = d.span
    return {
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "file": file if place is None else place.file,
        "line": place and place.line,
        "column": place and place.column,
        "end_line": place and place.end_line,
        "end_column": place and place.end_column,
        "notes": list(d.notes),
        "hints": list(d.hints),
    }


def _github(file: str, d: Diagnostic) -> str:
    """A workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    kind = {"error": "error", "warning": "warning", "note": "notice"}[d.severity]
    fields = {"file": file, "title": d.code}
    if d.span is not None:
        fields |= {"file": d.span.file, "line": str(d.span.line), "col": str(d.span.column)}
        fields |= {"endLine": str(d.span.end_line)}
        if d.span.end_line == d.span.line:  # the last column, where mdsl counts the one behind it
            fields |= {"endColumn": str(max(d.span.end_column - 1, d.span.column))}
    text = "\n".join([d.message, *(f"note: {note}" for note in d.notes), *(f"help: {hint}" for hint in d.hints)])
    arguments = ",".join(f"{k}={_escaped(v).replace(':', '%3A').replace(',', '%2C')}" for k, v in fields.items())
    return f"::{kind} {arguments}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _sarif(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0"""
    from .codes import first_sentence

    found = [(o.file, d) for o in outcomes for d in o.all_diagnostics()]
    codes = sorted({d.code for _, d in found})
    rules = [{"id": code, "shortDescription": {"text": first_sentence(code) or code}} for code in codes]
    results = []
    for file, d in found:
        location: dict[str, Any] = {"artifactLocation": {"uri": _uri(file if d.span is None else d.span.file)}}
        if d.span is not None:
            location["region"] = {
                "startLine": d.span.line,
                "startColumn": d.span.column,
                "endLine": d.span.end_line,
                "endColumn": d.span.end_column,
            }
        text = "\n".join([d.message, *d.notes, *d.hints])
        results.append(
            {
                "ruleId": d.code,
                "ruleIndex": codes.index(d.code),
                "level": d.severity,
                "message": {"text": text},
                "locations": [{"physicalLocation": location}],
            }
        )
    driver = {"name": "mdsl", "version": __version__, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file.replace("\\", "/"))
