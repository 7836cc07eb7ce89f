"""What do `mdsl transpile` and `mdsl explain` do? Files in; files, text, messages and an exit code out."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from . import report
from .diagnostics import Diagnostic, MdslError
from .marks import read_output
from .outcome import Job, Outcome, Request, compile_job, failed, look
from .paths import files_of
from .signature_file import signatures_of
from .textfile import lines_of, read, write

_OTHERS = b"# mdsl: also from"
_HEAD = 1024  # bytes, in which a header's second line begins
_SEVERAL = 4  # files from which on processes pay


@dataclass(frozen=True)
class Manner:
    """Where outputs go and what is said.

    One of `output` (a file), `suffix` (a sibling: heat_mdsl.py), `out_dir` (a tree like the sources'), `in_place`, or
    none of them (standard output). `hook`: siblings of marked files, and a change counts as a failure.
    """

    output: str | None = None
    suffix: str | None = None
    out_dir: str | None = None
    in_place: bool = False
    hook: bool = False
    diff: bool = False
    check: bool = False
    quiet: bool = False
    force: bool = False
    form: str = "text"
    jobs: int | None = None
    signatures: str | None = None  # the file, where it is not the nearest

    @property
    def many(self) -> bool:
        """Whether each of several files has a place for its output."""
        return self.suffix is not None or self.out_dir is not None or self.in_place


def transpile_files(
    paths: Sequence[str], exclude: Sequence[str], request: Request, manner: Manner, stdin: str | None = None
) -> int:
    """Transpile what `paths` name; the exit code is the worst of the files'. `stdin` is the name of standard input."""
    if stdin is not None:
        data = sys.stdin.buffer.read()
        jobs = [replace(_job(stdin, stdin, request, manner), text=data, output=manner.output)]
    else:
        files = files_of(paths, exclude)
        if manner.hook:  # which hands over the files of a commit alone
            files = list(dict.fromkeys((*files, *_users_of(files, manner.suffix or ""))))
        several = len(files) > 1 or any(os.path.isdir(path) for path in paths)
        if several and not (manner.many or manner.check or manner.diff):
            raise click.UsageError("several files need --beside, --out-dir or --in-place, or --check or --diff")
        root = _root(paths)
        jobs = [_job(file, root, request, manner, several) for file in files]
        jobs = list({(job.file, job.output): job for job in map(_of_source, jobs)}.values())
    worst = 0
    outcomes: list[Outcome] = []
    for outcome in _outcomes(jobs, manner.jobs):
        worst = max(worst, _finish(outcome, manner))
        outcomes.append(outcome)
    if manner.form != "text":
        report.write(outcomes, manner.form)
    return worst


def _users_of(files: Sequence[str], suffix: str) -> Iterator[str]:
    """The outputs below this folder that hold something of one of the files; each stands for its source."""
    changed = {os.path.realpath(file) for file in files}
    for output in files_of(["."]):
        if Path(output).stem.endswith(suffix) and _OTHERS in Path(output).read_bytes()[:_HEAD]:
            made = read_output(read(output).text)
            others = () if made is None else made.others
            if changed & {os.path.realpath(os.path.join(os.path.dirname(output), other)) for other, _ in others}:
                yield output


def _job(file: str, root: str, request: Request, manner: Manner, several: bool = False) -> Job:
    output = manner.output
    if manner.suffix is not None:
        output = sibling(file, manner.suffix)
    elif manner.out_dir is not None:
        output = os.path.join(manner.out_dir, os.path.relpath(file, root))
    chosen = request.everything or request.functions
    recorded = signatures_of(file, manner.signatures) if os.path.isfile(file) else ()
    request = replace(request, only_marked=(several or manner.many) and not chosen, recorded=recorded)
    protects = manner.suffix is not None or manner.out_dir is not None
    in_place = manner.in_place or (output is not None and os.path.realpath(output) == os.path.realpath(file))
    return Job(file, output, request, in_place, manner.out_dir is not None, protects, manner.force)


def sibling(file: str, suffix: str = "_mdsl") -> str:
    """heat.py -> heat_mdsl.py"""
    path = Path(file)
    return str(path.with_name(f"{path.stem}{suffix}{path.suffix}"))


def _root(paths: Sequence[str]) -> str:
    """The folder that a tree of outputs stands for: the one that is given, or the one that holds all files."""
    if len(paths) == 1 and os.path.isdir(paths[0]):
        return paths[0]
    here = os.getcwd()
    folders = [os.path.dirname(os.path.abspath(path)) for path in paths]
    common = os.path.commonpath(folders or [here])
    return here if os.path.commonpath([here, common]) == here else common


def _of_source(job: Job) -> Job:
    """An output among the files stands for its source, where that is there."""
    if job.output is None or job.in_place or not (job.protects and os.path.isfile(job.file)):
        return job
    try:
        made = read_output(read(job.file).text)
    except MdslError:
        return job
    if made is None or made.origin is None:
        return job
    source = os.path.join(os.path.dirname(job.file), made.origin)
    if os.path.isfile(source):
        return replace(job, file=source, output=job.file)
    return replace(job, output=None)  # what to do about it is for `_finish` to say


def _outcomes(jobs: Sequence[Job], processes: int | None) -> Iterator[Outcome]:
    """The outcome of each job, in order: those that are up to date at once, compilations in several processes."""
    looked = [_look(job) for job in jobs]
    stale = [job for job, outcome in zip(jobs, looked, strict=True) if outcome is None]
    workers = min(processes or _processors(), len(stale))
    if workers < 2 or len(stale) < _SEVERAL:
        for job, outcome in zip(jobs, looked, strict=True):
            yield outcome or compile_job(job)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with (
        _progress(len(stale)) as step,
        ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_ignore_interrupts) as pool,
    ):
        try:
            compiled = iter([pool.submit(compile_job, job) for job in stale])
            for outcome in looked:
                if outcome is None:
                    outcome = next(compiled).result()
                    step()
                yield outcome
        except BaseException:
            # what runs is waited for, seconds at most: a process that ends while it sends its result would leave the
            # pool waiting for the rest of it
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal: the one that writes files ends the others."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _look(job: Job) -> Outcome | None:
    if job.output is None and job.protects:
        made = read_output(read(job.file).text)
        assert made is not None
        hint = "delete it, or restore its source"
        message = f"`{made.origin}`, which `{job.file}` was generated from, is gone"
        return failed(job, MdslError(Diagnostic("MDSL416", message, None, hints=(hint,))))
    return look(job)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _progress:
    """A bar on standard error where somebody looks at it."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __enter__(self):  # type: ignore[no-untyped-def]
        if not sys.stderr.isatty():
            self.bar = None
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task("compiling", total=self.total)
        return lambda: self.bar.advance(task) if self.bar else None

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def _finish(outcome: Outcome, manner: Manner) -> int:
    """Write and say what came of a file; its exit code."""
    job = outcome.job
    target = job.file if job.in_place and job.text is None else job.output
    code = outcome.exit_code
    if manner.form == "text":
        report.as_text(outcome, manner.quiet)
    if outcome.data is None:
        return code
    to_stdout = target is None and not manner.diff and not manner.check
    if to_stdout:
        sys.stdout.buffer.write(outcome.data)
        sys.stdout.flush()
        return code
    if manner.diff:
        _print_diff(outcome.previous or "", outcome.text, target or job.file)
    if manner.check:
        if outcome.changes and manner.form == "text":
            click.echo(f"{target or job.file} would change", err=True)
        return max(code, int(outcome.changes))
    if manner.diff or target is None:
        return code
    try:
        if os.path.dirname(target) and manner.out_dir is not None:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        written = write(target, outcome.data)
    except MdslError as error:
        report.show(error.diagnostics, None)
        return max(code, 2)
    if written and manner.form == "text" and (manner.hook or not manner.quiet):
        click.echo(f"{target} written", err=True)
    return max(code, int(written and manner.hook))


def _print_diff(previous: str, new: str, name: str) -> None:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in difflib.unified_diff(lines_of(previous), lines_of(new), name, name, "before", "after"):
        text = line.rstrip("\r\n")
        click.echo(click.style(text, fg=colours.get(line[0])) if line[0] in colours else text)
        if not line.endswith("\n"):
            click.echo("\\ No newline at end of file")


# -- explain -----------------------------------------------------------------------------------------------------------


def explain_function(
    file: str, request: Request, steps: bool, stop_after: str | None, source: bool, signatures: str | None = None
) -> int:
    """Print what became of a function: of each line, or the program after its steps, or the generated code."""
    from .explain_lines import explain_lines

    try:
        original = read(file)
        from .transpile_module import transpile_module

        request = replace(request, recorded=signatures_of(file, signatures))
        result = transpile_module(original.text, file, request)
        (function,) = result.functions
        if not (steps or stop_after or source):
            for line in explain_lines(result.module, function):
                click.echo(line)
            report.show((d for d in function.diagnostics if d.code != report.ASSUMED), result.source)
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
                    took = "the same" if step.before is step.after else f"{step.seconds * 1000:.1f} ms"
                    click.echo(f"# {step.name}: {took}")
                if step.before is not step.after or stop_after is not None:
                    click.echo(step.text)
        if source and function.artifact is not None and function.artifact.module is not None:
            click.echo(function.artifact.module.functions)
        if function.artifact is None or function.artifact.status == "none":
            report.show(function.diagnostics, result.source)
        return int(result.problems)
    except MdslError as error:
        return fail(error, file)


def fail(error: MdslError, file: str) -> int:
    """Print what went wrong; the exit code that it calls for."""
    outcome = failed(Job(file, None, Request()), error)
    report.as_text(outcome, quiet=True)
    return outcome.exit_code
