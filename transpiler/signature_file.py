"""What are functions called with? A file that `mdsl record` notes it in, people may edit, and `mdsl transpile` reads.

["heat.py::step"]
signatures = [
    { u = "float64[:, ::1]", dt = "float" },
]

Paths are relative to the file; types are written as annotations are; "?" leaves one to be inferred.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .diagnostics import Diagnostic, MdslError
from .marks import digest
from .textfile import read, write

NAME = "mdsl.signatures.toml"
OPEN = "?"
_HEAD = "# What functions were called with, noted by `mdsl record`. It may be edited; `mdsl transpile` reads it.\n"

#: Types by parameter, as pairs, so that they can be compared and hashed.
Types = tuple[tuple[str, str], ...]


def nearest_file(source: str) -> str | None:
    """The signature file of the folder that is nearest above a source file, up to the repository's root."""
    folder = Path(os.path.abspath(source)).parent
    for candidate in (folder, *folder.parents):
        if (candidate / NAME).is_file():
            return str(candidate / NAME)
        if (candidate / ".git").exists():
            return None
    return None


def signatures_of(source: str, file: str | None = None) -> tuple[tuple[str, tuple[Types, ...]], ...]:
    """What is known of the functions of a source file: name and signatures. Raises MdslError (MDSL413, MDSL414)."""
    file = file or nearest_file(source)
    if file is None:
        return ()
    path = _relative(source, file)
    return tuple(
        sorted(
            (key.removeprefix(f"{path}::"), found)
            for key, found in read_signatures(file).items()
            if key.startswith(f"{path}::")
        )
    )


def read_signatures(file: str) -> dict[str, tuple[Types, ...]]:
    """All of a file, by "path::function"."""
    import tomllib

    try:
        table = tomllib.loads(read(file).text)
    except tomllib.TOMLDecodeError as error:
        raise MdslError(Diagnostic("MDSL414", f"`{file}` is not TOML: {error}", None)) from None
    found: dict[str, tuple[Types, ...]] = {}
    for key, entry in table.items():
        signatures = entry.get("signatures") if isinstance(entry, dict) else None
        if not isinstance(signatures, list) or not all(_is_signature(s) for s in signatures):
            what = "a list of tables with a type for each parameter"
            raise MdslError(Diagnostic("MDSL413", f"`signatures` of `{key}` in `{file}` has to be {what}", None))
        found[key] = tuple(tuple(s.items()) for s in signatures)
    return found


def _is_signature(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def add(file: str, source: str, function: str, signature: Mapping[str, str]) -> bool:
    """Add what a function was called with; whether that was new. Several processes may do so at once."""
    import filelock

    from .cache import cache_folder

    with filelock.FileLock(os.path.join(cache_folder("locks"), f"{digest(os.path.realpath(file))}.lock")):
        found = read_signatures(file) if os.path.exists(file) else {}
        key = f"{_relative(source, file)}::{function}"
        known = found.get(key, ())
        if tuple(signature.items()) in known:
            return False
        found[key] = (*known, tuple(signature.items()))
        write(file, _text(found).encode())
    return True


def _relative(source: str, file: str) -> str:
    return Path(os.path.relpath(os.path.realpath(source), os.path.dirname(os.path.realpath(file)))).as_posix()


def _text(signatures: Mapping[str, tuple[Types, ...]]) -> str:
    parts = [_HEAD]
    for key, found in sorted(signatures.items()):
        lines = [f"[{_quoted(key)}]", "signatures = ["]
        for types in sorted(found):
            inner = ", ".join(f"{_key(name)} = {_quoted(text)}" for name, text in types)
            lines.append(f"    {{ {inner} }}," if inner else "    {},")
        parts.append("\n".join([*lines, "]"]) + "\n")
    return "\n".join(parts)


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _quoted(name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
