"""What does `mdsl record` do? Run a program with MDSL_RECORD set, and say what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import click

from .signature_file import NAME, read_signatures


def record_run(command: Sequence[str], output: str | None) -> int:
    """Run a command; its exit code. 127 where there is no such command."""
    file = os.path.abspath(output or NAME)
    before = _count(file)
    first = command[0]
    if first == "-m" or first.endswith(".py"):
        command = (sys.executable, *command)
    try:
        code = subprocess.call(list(command), env=os.environ | {"MDSL_RECORD": file})
    except OSError as error:
        click.echo(f"{first}: {error.strerror}", err=True)
        return 127
    functions, signatures = _count(file)
    name = os.path.relpath(file)
    if not functions:
        click.echo("nothing was noted: no function marked with @accelerate was called", err=True)
    else:
        new = signatures - before[1]
        click.echo(f"{name}: {signatures} signatures of {functions} functions, {new} of them new", err=True)
    return code


def _count(file: str) -> tuple[int, int]:
    found = read_signatures(file) if os.path.exists(file) else {}
    return len(found), sum(map(len, found.values()))
