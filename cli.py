"""What can be done from a shell? Options are read here; what the commands do is in transpiler/.

Exit codes: 0; 1 where something would change or a problem was found; 2 for misuse, a file that cannot be read included.
Nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from . import __version__

if TYPE_CHECKING:
    from .transpiler.config import Settings
    from .transpiler.outcome import Request

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
_BUILTIN = ("numba", "numpy", "python", "cuda")


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="mdsl")
def main() -> None:
    """Compile plain NumPy functions to fused and parallel code that a person can read."""


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_compiling = _options(
    click.option("--signatures", metavar="FILE", help="Types of arguments; else the nearest mdsl.signatures.toml."),
    click.option("--target", metavar="NAME", help="numba (the default), numpy, python, cuda, or a registered target."),
    click.option("--fastmath", is_flag=True, default=None, help="Take NaN, infinities and signed zeros for absent."),
    click.option("--parallel/--no-parallel", default=None, help="Whether to start threads where that pays."),
)
_choosing = _options(
    click.option(
        "-f",
        "--function",
        "functions",
        metavar="NAME",
        multiple=True,
        help="Compile this function; may be given again.",
    ),
    click.option("--all", is_flag=True, default=None, help="Also functions that nobody marked, where they gain."),
    click.option(
        "--exclude", metavar="GLOB", multiple=True, help="Leave these out of folders and globs; may be repeated."
    ),
)
_going = _options(
    click.option("-o", "--output", metavar="OUT", help="Write there, whole or not at all; - is standard output."),
    click.option("--beside", is_flag=True, help="Write heat_mdsl.py beside each heat.py that marks functions."),
    click.option("--suffix", metavar="TEXT", help="Another one than _mdsl for --beside."),
    click.option("--out-dir", metavar="DIR", help="Write a tree of outputs there, like that of the sources."),
    click.option(
        "--in-place", is_flag=True, help="Put the code into FILE itself, below the functions that it is made from."
    ),
    click.option("--runtime", metavar="WHERE", help="pasted (the default), or mdsl: outputs import mdsl.runtime."),
    click.option("--diff", is_flag=True, help="Show what would change; write nothing."),
    click.option("--check", is_flag=True, help="Exit with 1 if something would change; write nothing."),
    click.option("--force", is_flag=True, help="Overwrite what was edited by hand, or not written by mdsl."),
    click.option(
        "--hook", is_flag=True, hidden=True, help="As pre-commit wants it: --beside, and a change is a failure."
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but problems."),
    click.option("--output-format", metavar="FORM", help="text (the default), json, github or sarif: how to say it."),
    click.option(
        "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes for many files; else one a processor."
    ),
    click.option("--stdin-filename", metavar="NAME", help="Read standard input, as if it were the file NAME."),
)


@main.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@_choosing
@_going
@_compiling
def transpile(
    paths: tuple[str, ...], functions: tuple[str, ...], all: bool | None, exclude: tuple[str, ...], output: str | None,
    beside: bool, suffix: str | None, out_dir: str | None, in_place: bool, runtime: str | None, diff: bool,
    check: bool, force: bool,
    hook: bool, quiet: bool, output_format: str | None, jobs: int | None, stdin_filename: str | None,
    signatures: str | None, target: str | None, fastmath: bool | None, parallel: bool | None,
) -> None:  # fmt: skip
    """Write files with their functions compiled; the rest stays as it is, to the byte.

    PATH is a file, a folder or a glob. Compiled are the functions marked with @accelerate, or those named with
    --function; of a single file that marks none, all that gain. The output imports NumPy and Numba, not mdsl.
    `# mdsl: skip` on a function leaves it alone. What the command line does not say, [tool.mdsl] in pyproject.toml may.
    """
    from .transpiler.commands import Manner, transpile_files
    from .transpiler.config import FORMATS, RUNTIMES

    if paths == ("-",) and stdin_filename is None:
        stdin_filename = "stdin.py"
    if not paths and stdin_filename is None:
        raise click.UsageError("name a file or a folder")
    places = [output is not None, beside or hook or suffix is not None, out_dir is not None, in_place]
    if sum(places) > 1:
        raise click.UsageError("-o, --beside, --out-dir and --in-place exclude each other")
    if stdin_filename is not None and any(places[1:]):
        raise click.UsageError("standard input has no place beside or below; use -o")
    given = {
        "target": target, "fastmath": fastmath, "parallel": parallel, "all": all, "exclude": exclude, "suffix": suffix,
        "out_dir": out_dir, "output_format": output_format, "runtime": runtime,
        "signatures": signatures,
    }  # fmt: skip
    settings = _settings(paths if stdin_filename is None else (stdin_filename,), given)
    if settings.output_format not in FORMATS:
        raise click.UsageError(f"--output-format is one of {', '.join(FORMATS)}")
    if settings.runtime not in RUNTIMES:
        raise click.UsageError(f"--runtime is one of {', '.join(RUNTIMES)}")
    tree = out_dir if any(places) or diff or check else settings.out_dir
    if output == "-":
        output = None  # standard output
    manner = Manner(
        output, settings.suffix if places[1] else None, tree, in_place, hook, diff, check, quiet or hook, force,
        settings.output_format, jobs, settings.signatures,
    )  # fmt: skip
    if manner.form != "text" and not (manner.many or output or check):
        raise click.UsageError(f"--output-format {manner.form} needs standard output: say where to write, or --check")
    request = _request(functions, settings)
    sys.exit(_or_fail(lambda: transpile_files(paths, settings.exclude, request, manner, stdin_filename)))


@main.command()
@click.argument("place", metavar="FILE::FUNCTION")
@click.option("--steps", is_flag=True, help="Print the program after each step of the compilation.")
@click.option("--stop-after", metavar="STEP", help="Print the program after this step alone.")
@click.option("--source", is_flag=True, help="Print the generated code.")
@_compiling
def explain(
    place: str, steps: bool, stop_after: str | None, source: bool, signatures: str | None, target: str | None,
    fastmath: bool | None, parallel: bool | None,
) -> None:  # fmt: skip
    """Say what becomes of each line of a function, and why of what is not compiled."""
    file, separator, function = place.rpartition("::")
    if not separator or not file or not function:
        raise click.UsageError(f"name a function of a file, `heat.py::step`, instead of `{place}`")
    from .transpiler.commands import explain_function

    given = {"target": target, "fastmath": fastmath, "parallel": parallel, "signatures": signatures}
    settings = _settings((file,), given)
    request = _request((function,), settings)
    sys.exit(explain_function(file, request, steps, stop_after, source, settings.signatures))


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-o", "--output", metavar="FILE", help="Note it there; mdsl.signatures.toml of this folder otherwise.")
@click.option("--all", "files", metavar="PATH", multiple=True, help="Also what nobody marked there; may be repeated.")
@click.argument("command", metavar="-- COMMAND...", nargs=-1, required=True)
def record(output: str | None, files: tuple[str, ...], command: tuple[str, ...]) -> None:
    """Run a program, and note what its marked functions are called with, for transpile to read.

    COMMAND is any command that runs Python, `python script.py` or `pytest`; or a script; or `-m MODULE`.
    """
    from .transpiler.record_run import record_run

    sys.exit(record_run(command, output, files))


@main.command()
@click.argument("file")
@click.option("-f", "--function", "functions", metavar="NAME", multiple=True, help="Verify this function alone.")
@click.option("--runs", default=20, show_default=True, type=click.IntRange(1), help="Random arguments for each one.")
@click.option("--seed", default=0, show_default=True, help="Of the random arguments.")
@_compiling
def verify(
    file: str, functions: tuple[str, ...], runs: int, seed: int, signatures: str | None, target: str | None,
    fastmath: bool | None, parallel: bool | None,
) -> None:  # fmt: skip
    """Run each compiled function of FILE beside its original, and show how far they are apart.

    FILE is a source or an output. It is imported, so what it does at its own level happens.
    """
    from .transpiler.verify_file import verify_file

    given = {"target": target, "fastmath": fastmath, "parallel": parallel, "signatures": signatures}
    settings = _settings((file,), given)
    sys.exit(_or_fail(lambda: verify_file(file, _request(functions, settings), settings.signatures, runs, seed)))


@main.command("explain-code")
@click.argument("code", required=False)
def explain_code(code: str | None) -> None:
    """Say what a message's code means, MDSL204, with an example and a remedy; without CODE, list them."""
    from .transpiler.codes import first_sentence, known_codes, page_of

    if code is None:
        for name in known_codes():
            click.echo(f"{name}  {first_sentence(name)}")
    else:
        click.echo(_or_fail(lambda: page_of(code)), nl=False)


@main.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@click.option("--show", is_flag=True, help="Show the settings, which is what it does anyway.")
def config(paths: tuple[str, ...], show: bool) -> None:
    """Show the settings that hold for PATH, and where each is from."""
    from .transpiler.config import configure

    configuration = _or_fail(lambda: configure(paths or (".",)))
    for line in configuration.lines():
        click.echo(line)


@main.command()
@click.argument("action", type=click.Choice(["show", "size", "where", "clear"]), default="show")
def cache(action: str) -> None:
    """Show where the decorator keeps its code and how much there is, or clear it."""
    from .transpiler.environment import cache_facts, clear_cache

    if action == "clear":
        click.echo(f"{clear_cache()} files deleted")
        return
    root, files, size = cache_facts()
    click.echo({"where": root, "size": str(size)}.get(action, f"{root}: {files} files, {size / 1e6:.1f} MB"))


@main.command()
def info() -> None:
    """Show versions, processor, threads, vector maths, the cache and MDSL_ variables."""
    from .transpiler.environment import describe

    for line in describe():
        click.echo(line)


def _or_fail(work: Callable[[], Any]) -> Any:
    from .transpiler.diagnostics import MdslError

    try:
        return work()
    except MdslError as error:
        from .transpiler.commands import fail

        sys.exit(fail(error, next((d.span.file for d in error.diagnostics if d.span), "")))


def _settings(paths: tuple[str, ...], given: dict[str, Any]) -> Settings:
    from .transpiler.config import configure

    return _or_fail(lambda: configure(paths, given)).settings


def _request(functions: tuple[str, ...], settings: Settings) -> Request:
    from .transpiler.outcome import Request

    target = settings.target
    if target is not None and target not in _BUILTIN:
        from .targets.base import target_names

        if target not in target_names():
            raise click.UsageError(f"there is no target `{target}`; known are {', '.join(target_names())}")
    return Request(functions, target, settings.parallel, settings.fastmath, settings.all, runtime=settings.runtime)


if __name__ == "__main__":
    main()
