"""What does a project ask for? `[tool.mdsl]` of the nearest pyproject.toml, and the command line over it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .diagnostics import Diagnostic, MdslError, Span
from .textfile import read

FORMATS = ("text", "json", "github", "sarif")
RUNTIMES = ("pasted", "mdsl")


@dataclass(frozen=True)
class Settings:
    """What can be asked for, with what holds where nobody asks. Keys of the file are written with hyphens."""

    target: str | None = None
    parallel: bool = True
    fastmath: bool = False
    all: bool = False
    suffix: str = "_mdsl"
    out_dir: str | None = None
    exclude: tuple[str, ...] = ()
    signatures: str | None = None
    output_format: str = "text"
    runtime: str = "pasted"


@dataclass(frozen=True)
class Configuration:
    """Settings, the file that some of them are from, and where each one is from."""

    settings: Settings
    file: str | None
    origins: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """The settings as TOML."""
        yield "[tool.mdsl]"
        for field in fields(Settings):
            value = getattr(self.settings, field.name)
            text = _toml(value)
            yield (
                f"{_key(field.name)} = {text}  # {self.origins[field.name]}"
                if value is not None
                else (f"# {_key(field.name)} is not set")
            )


def configure(paths: Iterable[str], given: Mapping[str, Any] | None = None) -> Configuration:
    """The settings for work on `paths`: those `given` (None: not given), over the file's, over the defaults.

    Raises MdslError for a file that is not TOML (MDSL414), an unknown key (MDSL412), a value of another type (MDSL413).
    """
    file = nearest(paths)
    values: dict[str, Any] = {}
    origins = {field.name: "default" for field in fields(Settings)}
    if file is not None:
        for name, value in _of_file(file).items():
            values[name], origins[name] = value, file
    for name, value in (given or {}).items():
        if value is not None and value != ():
            values[name], origins[name] = value, "command line"
    return Configuration(Settings(**values), file, origins)


def nearest(paths: Iterable[str]) -> str | None:
    """The pyproject.toml with a [tool.mdsl] that is nearest above all paths, up to the repository's root."""
    folders = [os.path.abspath(p if os.path.isdir(p) else os.path.dirname(p) or ".") for p in paths]
    try:
        common = Path(os.path.commonpath(folders or [os.getcwd()]))
    except ValueError:  # on two drives
        return None
    for folder in (common, *common.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and re.search(r"^\s*\[\s*tool\s*\.\s*mdsl\s*\]", read(str(file)).text, re.MULTILINE):
            return os.path.relpath(file)
        if (folder / ".git").exists():
            return None
    return None


def _of_file(file: str) -> dict[str, Any]:
    import tomllib

    text = read(file).text
    try:
        table = tomllib.loads(text).get("tool", {}).get("mdsl", {})
    except tomllib.TOMLDecodeError as error:
        raise MdslError(Diagnostic("MDSL414", f"`{file}` is not TOML: {error}", None)) from None
    found: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    known = {_key(field.name): field.name for field in fields(Settings)}
    for key, value in table.items():
        span = _span_of(file, text, key)
        if key not in known:
            close = difflib.get_close_matches(key.replace("_", "-"), known, 1)
            hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(sorted(known))}"
            problems.append(Diagnostic("MDSL412", f"`{key}` is no setting of mdsl", span, hints=(hint,)))
            continue
        wanted = _type_of(known[key])
        if wanted is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[known[key]] = tuple(value)
        elif wanted is not tuple and type(value) is wanted and value in _CHOICES.get(key, (value,)):
            found[known[key]] = value
        else:
            problems.append(Diagnostic("MDSL413", f"`{key}` has to be {_WANTED.get(key, _NAMES[wanted])}", span))
    if problems:
        raise MdslError(*problems)
    return found


_NAMES = {str: "a string", bool: "true or false", tuple: "a list of strings"}
_CHOICES: dict[str, tuple[str, ...]] = {"output-format": FORMATS, "runtime": RUNTIMES}
_WANTED = {key: f"one of {', '.join(choices)}" for key, choices in _CHOICES.items()}


def _type_of(name: str) -> type:
    default = getattr(Settings, name)
    return str if default is None else type(default)


def _key(name: str) -> str:
    return name.replace("_", "-")


def _span_of(file: str, text: str, key: str) -> Span | None:
    """Where a key of [tool.mdsl] stands."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = re.match(r"\s*\[\s*tool\s*\.\s*mdsl\s*\]", line) is not None
        found = re.match(rf"""\s*(["']?){re.escape(key)}\1\s*=""", line)
        if inside and found is not None:
            start = line.index(key) + 1
            return Span(file, number, start, number, start + len(key))
    return None


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case _:
            return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
