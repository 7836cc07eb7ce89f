"""What does `mdsl record` do? Run a program with MDSL_RECORD set, and say what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from .paths import files_of
from .record_modules import SITECUSTOMIZE, VARIABLE
from .signature_file import NAME, read_signatures


def record_run(command: Sequence[str], output: str | None, files: Sequence[str] = ()) -> int:
    """Run a command; its exit code. 127 where there is no such command. All functions of `files` are recorded."""
    file = os.path.abspath(output or NAME)
    before = _count(file)
    first = command[0]
    if first == "-m" or first.endswith(".py"):
        command = (sys.executable, *command)
    with tempfile.TemporaryDirectory(prefix="mdsl-record-") as site:
        environment = os.environ | {"MDSL_RECORD": file}
        if files:
            Path(site, "sitecustomize.py").write_text(SITECUSTOMIZE)
            path = [site, *filter(None, [os.environ.get("PYTHONPATH")])]
            environment |= {VARIABLE: os.pathsep.join(files_of(files)), "PYTHONPATH": os.pathsep.join(path)}
        try:
            code = subprocess.call(list(command), env=environment)
        except OSError as error:
            click.echo(f"{first}: {error.strerror}", err=True)
            return 127
    functions, signatures = _count(file)
    name = os.path.relpath(file)
    if not functions:
        which = (
            "function of these files was called with arrays" if files else "function marked with @accelerate was called"
        )
        click.echo(f"nothing was noted: no {which}", err=True)
    else:
        new = signatures - before[1]
        click.echo(f"{name}: {signatures} signatures of {functions} functions, {new} of them new", err=True)
    return code


def _count(file: str) -> tuple[int, int]:
    found = read_signatures(file) if os.path.exists(file) else {}
    return len(found), sum(map(len, found.values()))
