"""What became of one file? Read, compared with what is there, compiled where that is out of date, never written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import __version__
from .diagnostics import Diagnostic, MdslError
from .marks import Output, digest, in_conflict, key_of, read_output
from .signature_file import Types
from .textfile import TextFile, decode, read, relative

if TYPE_CHECKING:
    from ..passes.context import Options

#: Problems of the command, where there is nothing to work on. All others are of a source or an output.
MISUSE = frozenset(f"MDSL{n}" for n in (401, 402, 403, 404, 405, 406, 410, 412, 413, 414, 415, 502))


@dataclass(frozen=True)
class Request:
    """What is to be compiled, and how."""

    functions: tuple[str, ...] = ()
    target: str | None = None
    parallel: bool = True
    fastmath: bool = False
    everything: bool = False  # also the functions that nobody marked, where they gain
    only_marked: bool = False  # not those of a file that marks none, either
    runtime: str = "pasted"  # or "mdsl": imported from there
    recorded: tuple[tuple[str, tuple[Types, ...]], ...] = ()  # functions and what they were called with

    def options(self) -> Options:
        from ..passes.context import Options

        return Options(parallel=self.parallel, fastmath=self.fastmath)

    def key(self, source: str) -> str:
        """Stands for all that an output is made from: while it is the same, the output is."""
        options = (self.functions, self.target, self.parallel, self.fastmath, self.everything, self.recorded)
        options = options if self.runtime == "pasted" else (*options, self.runtime)
        return key_of(__version__, source, repr(options))


@dataclass(frozen=True)
class Job:
    """A file, and where its output goes (None: nowhere in particular).

    `copies`    write a file of which nothing is compiled too
    `protects`  leave what is at `output` alone where mdsl did not write it, unless `force`
    """

    file: str
    output: str | None
    request: Request
    in_place: bool = False
    copies: bool = False
    protects: bool = False
    force: bool = False
    text: bytes | None = None  # instead of what is in the file


@dataclass(frozen=True)
class FunctionReport:
    """What became of one function: "full", "partial" or "none"; its types; where it stands."""

    name: str
    status: str
    signature: Mapping[str, str]
    line: int
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `data` is its output, None where there is none; `previous` what the output was so far."""

    job: Job
    data: bytes | None = None
    text: str = ""
    previous: str | None = None
    functions: tuple[FunctionReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str | None = None
    up_to_date: bool = False
    is_compiled: bool = False

    @property
    def file(self) -> str:
        return self.job.file

    @property
    def changes(self) -> bool:
        """Whether the output is another one than there was."""
        return self.data is not None and self.previous != self.text

    def all_diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*self.diagnostics, *(d for f in self.functions for d in f.diagnostics))

    @property
    def exit_code(self) -> int:
        errors = [d for d in self.all_diagnostics() if d.severity == "error"]
        if not errors:
            return 0
        return 2 if all(d.code in MISUSE for d in errors) else 1


def failed(job: Job, error: MdslError) -> Outcome:
    """The outcome of a file on which nothing can be done."""
    source = None
    if any(d.span is not None for d in error.diagnostics):
        data = job.text
        if data is None and os.path.isfile(job.file):
            with open(job.file, "rb") as file:
                data = file.read()
        source = (data or b"").decode("utf-8", "replace")
    return Outcome(job, diagnostics=error.diagnostics, source=source)


def look(job: Job) -> Outcome | None:
    """The outcome where no compilation is needed: a problem, nothing to do, or an output that is up to date."""
    try:
        return _look(job)
    except MdslError as error:
        return failed(job, error)


def _look(job: Job) -> Outcome | None:
    original = _original(job)
    made = read_output(original.text)
    is_plain = job.request.only_marked and made is None and "mdsl" not in original.text
    if is_plain and not job.copies and not _is_ours(job.output):
        return Outcome(job, source=original.text)
    target = job.file if job.in_place else job.output
    if target is None:
        return None
    previous = original if job.in_place and job.text is None else _previous(target)
    if previous is None:
        return None
    existing = read_output(previous.text)
    if existing is None:
        if job.protects and not job.force:
            hint = "move it away, choose another suffix, or overwrite it with --force"
            raise MdslError(Diagnostic("MDSL411", f"`{target}` was not written by mdsl", None, hints=(hint,)))
        return None
    if existing.edited and not job.force and not in_conflict(previous.text):
        raise MdslError(_edited(target, existing))
    source = original.text if made is None else made.source
    in_place = job.in_place and (made is None or made.origin is None)
    is_same = existing.source == source and existing.key == job.request.key(source)
    is_same = is_same and (existing.origin is None) == in_place and _others_are_same(existing, target)
    if is_same and not (job.force or existing.problems or existing.edited):
        return Outcome(job, previous=previous.text, text=previous.text, source=source, up_to_date=True)
    return None


def _others_are_same(existing: Output, path: str) -> bool:
    """Whether the files of which something was inlined are as they were."""
    files = ((os.path.join(os.path.dirname(path), file), known) for file, known in existing.others)
    return all(os.path.isfile(file) and digest(read(file).text) == known for file, known in files)


def _is_ours(path: str | None) -> bool:
    return path is not None and os.path.isfile(path) and read_output(read(path).text) is not None


def _edited(path: str, existing: Output) -> Diagnostic:
    names = ", ".join(f"`{name}`" for name in existing.edited)
    hint = "move the change into the source, then overwrite this with --force"
    return Diagnostic("MDSL411", f"the generated code of {names} in `{path}` was edited by hand", None, hints=(hint,))


def _original(job: Job) -> TextFile:
    return read(job.file) if job.text is None else decode(job.text, job.file)


def _previous(path: str) -> TextFile | None:
    return read(path) if os.path.lexists(path) else None


def compile_job(job: Job) -> Outcome:
    """The outcome of a compilation. Runs in a process of its own where there are many."""
    try:
        return _compile(job)
    except MdslError as error:
        return failed(job, error)


def _compile(job: Job) -> Outcome:
    from .transpile_module import transpile_module

    original = _original(job)
    origin = None
    if job.output is not None:
        origin = relative(job.file, os.path.dirname(job.output))
    folder = os.path.dirname(job.output or job.file)
    result = transpile_module(original.text, job.file, job.request, job.in_place, job.copies, origin, folder)
    functions = tuple(
        FunctionReport(
            f.name, f.status, {n: str(s) for n, s in f.signature.items()}, f.function.node.lineno, f.diagnostics
        )
        for f in result.functions
    )
    outcome = Outcome(job, None, result.text, None, functions, result.diagnostics, result.source, is_compiled=True)
    target = job.file if job.in_place else job.output
    leaves = job.in_place if result.text == original.text else job.request.only_marked and not functions
    if not job.copies and (leaves or (job.protects and result.text == original.text)) and not _is_ours(target):
        return outcome
    previous = None if target is None else _previous(target)
    if target is None or job.in_place:
        previous = original
    return replace(outcome, data=original.encode(result.text), previous=None if previous is None else previous.text)
