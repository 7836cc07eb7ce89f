"""Which files does a command line name? Files, folders and globs -> Python files, in order, each once."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

#: Folders that hold no sources of the project.
SKIPPED = ("__pycache__", "build", "dist", "node_modules", "site-packages", "venv")


def files_of(paths: Iterable[str], exclude: Sequence[str] = ()) -> list[str]:
    """The files. What is there is taken as it is; another path with *, ? or [ is a glob; the rest are files to miss.

    `exclude` are globs for paths or for names within them; they count for folders and globs, not for files by name.
    """
    found: dict[str, None] = {}
    for path in paths:
        if os.path.isdir(path):
            found |= dict.fromkeys(_of_folder(path, exclude))
        elif not os.path.exists(path) and glob.has_magic(path):
            matches = sorted(glob.glob(path, recursive=True))
            for match in matches:
                if os.path.isdir(match):
                    found |= dict.fromkeys(_of_folder(match, exclude))
                elif not is_excluded(match, exclude):
                    found[match] = None
            if not matches:
                found[path] = None
        else:
            found[path] = None
    return list(found)


def _of_folder(folder: str, exclude: Sequence[str]) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED
            and not os.path.exists(os.path.join(root, name, "pyvenv.cfg"))
            and not is_excluded(os.path.join(root, name), exclude)
        )
        for name in sorted(names):
            path = os.path.normpath(os.path.join(root, name))
            if name.endswith(".py") and not is_excluded(path, exclude):
                yield path


def is_excluded(path: str, exclude: Sequence[str]) -> bool:
    """Whether a pattern matches the path, its end, or one of the names in it."""
    parts = Path(path).parts
    text = Path(path).as_posix()
    return any(
        fnmatch.fnmatchcase(text, pattern)
        or fnmatch.fnmatchcase(text, f"*/{pattern}")
        or any(fnmatch.fnmatchcase(part, pattern) for part in parts)
        for pattern in (p.rstrip("/") for p in exclude)
    )
