"""What can be done from a shell? `mdsl transpile`, `mdsl explain`, `mdsl info`; what they do is in transpiler/.

Exit codes: 0; 1 where something would change or a problem was found; 2 for misuse, a file that cannot be read included.
Nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from . import __version__

if TYPE_CHECKING:
    from .transpiler.commands import Request

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="mdsl")
def main() -> None:
    """Compile plain NumPy functions to fused and parallel code that a person can read."""


def _options(command: click.Command) -> click.Command:
    """The options of everything that compiles."""
    for option in reversed(
        (
            click.option(
                "--target", metavar="NAME", help="numba (the default), numpy, python, cuda, or a registered target."
            ),
            click.option("--fastmath", is_flag=True, help="Take NaN, infinities and signed zeros for absent."),
            click.option("--no-parallel", is_flag=True, help="Never start threads."),
        )
    ):
        command = option(command)
    return command


@main.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="OUT", help="Write there, whole or not at all, instead of to standard output.")
@click.option("--beside", is_flag=True, help="Write heat_mdsl.py beside heat.py, for files that mark functions.")
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@click.option("--check", is_flag=True, help="Exit with 1 if something would change; write nothing.")
@click.option(
    "-f", "--function", "functions", metavar="NAME", multiple=True, help="Compile this function; may be given again."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but problems.")
@_options
def transpile(
    files: tuple[str, ...], output: str | None, beside: bool, diff: bool, check: bool, functions: tuple[str, ...],
    quiet: bool, target: str | None, fastmath: bool, no_parallel: bool,
) -> None:  # fmt: skip
    """Write FILE with its functions compiled; the rest stays as it is, to the byte.

    Compiled are the functions marked with @accelerate, or those named with --function, or else all that compile whole.
    The output imports NumPy and Numba, not mdsl. `# mdsl: skip` on a function leaves it alone.
    """
    if len(files) > 1 and not beside:
        raise click.UsageError("several files need --beside")
    if output is not None and beside:
        raise click.UsageError("-o and --beside exclude each other")
    from .transpiler.commands import transpile_files

    sys.exit(
        transpile_files(files, _request(functions, target, fastmath, no_parallel), output, beside, diff, check, quiet)
    )


@main.command()
@click.argument("place", metavar="FILE::FUNCTION")
@click.option("--steps", is_flag=True, help="Print the program after each step of the compilation.")
@click.option("--stop-after", metavar="STEP", help="Print the program after this step alone.")
@click.option("--source", is_flag=True, help="Print the generated code.")
@_options
def explain(
    place: str, steps: bool, stop_after: str | None, source: bool, target: str | None, fastmath: bool, no_parallel: bool
) -> None:
    """Say what becomes of each line of a function, and why of what is not compiled."""
    file, separator, function = place.rpartition("::")
    if not separator or not file or not function:
        raise click.UsageError(f"name a function of a file, `heat.py::step`, instead of `{place}`")
    from .transpiler.commands import explain_function

    sys.exit(explain_function(file, _request((function,), target, fastmath, no_parallel), steps, stop_after, source))


@main.command()
def info() -> None:
    """Show versions, processor, threads, vector maths, the cache and MDSL_ variables."""
    from .transpiler.environment import describe

    for line in describe():
        click.echo(line)


def _request(functions: tuple[str, ...], target: str | None, fastmath: bool, no_parallel: bool) -> Request:
    from .passes.context import Options
    from .transpiler.commands import Request

    if target is not None:
        from .targets.base import target_names

        if target not in target_names():
            raise click.UsageError(f"there is no target `{target}`; known are {', '.join(target_names())}")
    return Request(functions, target, Options(parallel=not no_parallel, fastmath=fastmath))


if __name__ == "__main__":
    main()
