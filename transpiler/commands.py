"""What do the commands do? Files in; text, messages and an exit code out."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..passes.context import Options
from .diagnostics import Diagnostic, MdslError, render
from .textfile import TextFile, read, write

#: Problems of these codes are the command's: there is nothing to work on. All others are the source's.
_MISUSE = ("MDSL4", "MDSL502")


@dataclass(frozen=True)
class Request:
    """What is to be compiled, and how."""

    functions: tuple[str, ...]
    target: str | None
    options: Options


def transpile_files(
    files: Sequence[str], request: Request, output: str | None, beside: bool, diff: bool, check: bool, quiet: bool
) -> int:
    """Transpile each file; the exit code is the worst of theirs."""
    worst = 0
    for file in files:
        destination = sibling(file) if beside else output
        try:
            worst = max(worst, _transpile_file(file, request, destination, beside, diff, check, quiet))
        except MdslError as error:
            worst = max(worst, fail(error, file))
    return worst


def sibling(file: str) -> str:
    """heat.py -> heat_mdsl.py"""
    path = Path(file)
    return str(path.with_name(f"{path.stem}_mdsl{path.suffix}"))


def _transpile_file(
    file: str, request: Request, output: str | None, beside: bool, diff: bool, check: bool, quiet: bool
) -> int:
    if beside and Path(file).stem.endswith("_mdsl"):
        return 0  # an output, which its source regenerates
    original = read(file)
    if beside and "mdsl" not in original.text:
        return 0
    from .transpile_module import transpile_module

    result = transpile_module(original.text, file, request.functions, request.target, request.options)
    if beside and not result.functions:
        return 0
    if not quiet:
        report(result, file)
    else:
        _show((d for f in result.functions for d in f.diagnostics if d.severity == "error"), result.source)
    code = int(result.problems)
    if output is None and not diff and not check:
        _print_bytes(original.encode(result.text))
        return code
    previous, changed = _previous(original, output, result.text)
    if diff:
        _print_diff(previous, result.text, file if output is None else output)
    if check:
        if changed and not quiet:
            click.echo(f"{output or file} would change", err=True)
        return max(code, int(changed))
    if diff or output is None:
        return code
    if write(output, original.encode(result.text)):
        if not quiet or beside:
            click.echo(f"{output} written", err=True)
        return max(code, int(beside))  # a hook fails when it changed something
    return code


def _previous(original: TextFile, output: str | None, new: str) -> tuple[str, bool]:
    """What the output was so far ("" where there is none), and whether the new text is another one."""
    if output is None:
        return original.text, original.text != new
    if not os.path.exists(output):
        return "", True
    previous = read(output).text
    return previous, previous != new


def _print_bytes(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def _print_diff(previous: str, new: str, name: str) -> None:
    from .textfile import lines_of

    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in difflib.unified_diff(lines_of(previous), lines_of(new), name, name, "before", "after"):
        text = line.rstrip("\r\n")
        click.echo(click.style(text, fg=colours.get(line[0])) if line[0] in colours else text)
        if not line.endswith("\n"):
            click.echo("\\ No newline at end of file")


# -- messages ----------------------------------------------------------------------------------------------------------


def fail(error: MdslError, file: str) -> int:
    """Print what went wrong; the exit code that it calls for."""
    source = None
    if any(d.span is not None for d in error.diagnostics):
        source = Path(file).read_bytes().decode("utf-8", "replace")
    _show(error.diagnostics, source)
    return 2 if all(d.code.startswith(_MISUSE) for d in error.diagnostics) else 1


def _show(diagnostics: Iterable[Diagnostic], source: str | None) -> None:
    colours = {"error": "red", "warning": "yellow"}
    for diagnostic in diagnostics:
        text = render(diagnostic, source)
        colour = colours.get(diagnostic.severity)
        head, _, rest = text.partition("\n")
        click.echo("\n".join([click.style(head, fg=colour) if colour else head, *([rest] if rest else [])]), err=True)


def report(result, file: str) -> None:  # type: ignore[no-untyped-def]
    """One line for each function, and what its user should know."""
    if not result.functions:
        click.echo(f"{file}: nothing to compile", err=True)
    for function in result.functions:
        assumed = [d for d in function.diagnostics if d.code == "MDSL210"]
        said = [d for d in function.diagnostics if d.code != "MDSL210"]
        what = {"full": "compiled", "partial": "compiled in part", "none": "not compiled"}[function.status]
        line = f"{file}: {function.name}: {what}"
        if assumed and function.status != "none":
            types = ", ".join(f"{name}: {spec}" for name, spec in function.signature.items())
            line += f" for ({types}), as its use suggests (MDSL210)"
        click.echo(line, err=True)
        _show(said, result.source)
    _show(result.diagnostics, result.source)


# -- explain -----------------------------------------------------------------------------------------------------------


def explain_function(file: str, request: Request, steps: bool, stop_after: str | None, source: bool) -> int:
    """Print what became of a function: of each line, or the program after its steps, or the generated code."""
    from .explain_lines import explain_lines

    try:
        original = read(file)
        from .transpile_module import transpile_module

        result = transpile_module(original.text, file, request.functions, request.target, request.options)
        (function,) = result.functions
        if not (steps or stop_after or source):
            for line in explain_lines(result.module, function):
                click.echo(line)
            _show((d for d in function.diagnostics if d.code != "MDSL210"), result.source)
            return int(result.problems)
        done = function.artifact.steps if function.artifact is not None else ()
        if stop_after is not None:
            done = tuple(s for s in done if s.name == stop_after)
            if not done:
                known = [s.name for s in function.artifact.steps] if function.artifact is not None else []
                hint = f"the steps are {', '.join(known)}" if known else f"`{function.name}` was not compiled"
                raise MdslError(Diagnostic("MDSL410", f"there is no step `{stop_after}`", None, hints=(hint,)))
        if steps or stop_after is not None:
            for step in done:
                if steps:
                    click.echo(
                        f"# {step.name}: {'the same' if step.before is step.after else f'{step.seconds * 1000:.1f} ms'}"
                    )
                if step.before is not step.after or stop_after is not None:
                    click.echo(step.text)
        if source and function.artifact is not None and function.artifact.module is not None:
            click.echo(function.artifact.module.functions)
        if function.artifact is None or function.artifact.status == "none":
            _show(function.diagnostics, result.source)
        return int(result.problems)
    except MdslError as error:
        return fail(error, file)
