"""Which file of the project does an import name? Looked for where Python would, and only among the user's own files."""

from __future__ import annotations

import os


def file_of(dotted: str, importer: str) -> tuple[str, tuple[str, ...]] | None:
    """The file that holds what `dotted` names in the file `importer`, and the attributes that are left in it.

    `.helpers.lap` is `lap` of helpers.py beside the importer; names without a dot in front are looked for beside it and
    in the folder that holds its package. None where there is no such file, as for installed libraries.
    """
    folder = os.path.dirname(importer)
    parts = [part for part in dotted.split(".") if part]
    level = len(dotted) - len(dotted.lstrip("."))
    if level:
        return _in_folder(os.path.join(folder, *[os.pardir] * (level - 1)), parts)
    for root in dict.fromkeys((_above_package(folder), folder)):
        # a package that is imported from within itself is found by its name
        found = _in_folder(root, parts) if parts else None
        if found is not None and os.path.abspath(found[0]) != os.path.abspath(os.path.join(root, "__init__.py")):
            return found
    return None


def _above_package(folder: str) -> str:
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder = os.path.join(folder, os.pardir)
    return os.path.normpath(folder) if folder else folder


def _in_folder(folder: str, parts: list[str]) -> tuple[str, tuple[str, ...]] | None:
    for k, part in enumerate(parts):
        if os.path.isdir(os.path.join(folder, part)):
            folder = os.path.join(folder, part)
            continue
        for file, rest in ((f"{part}.py", parts[k + 1 :]), ("__init__.py", parts[k:])):
            path = os.path.join(folder, file)
            if os.path.isfile(path):
                return os.path.normpath(path), tuple(rest)
        return None
    path = os.path.join(folder, "__init__.py")
    return (os.path.normpath(path), ()) if os.path.isfile(path) else None
