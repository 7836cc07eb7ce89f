"""Generated modules on disk: found again by all that they depend on, written whole or not at all, the user's alone."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..ir.span import Span
from ..passes.context import Options
from .captured import specs
from .diagnostics import Diagnostic
from .reliance import look_up, unwrapped
from .signature import Signature
from .source import FunctionSource
from .worth import Gain

_FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """A generated module: its text and what a caller has to know of it. `path` is where it stands on disk.

    The text is empty where the function was not compiled, for the reasons in `diagnostics`.
    """

    status: str
    diagnostics: tuple[Diagnostic, ...]
    text: str
    stored: tuple[str, ...]  # parameters whose elements are stored to
    kernels: tuple[tuple[str, tuple[str, ...]], ...]
    path: str = ""
    captures: tuple[tuple[str, str], ...] = ()  # arrays outside of the arguments, and their parameters (captured.py)
    worth: Gain = Gain.ALWAYS  # on how many elements it gains
    few: str = ""  # the parameter by whose size a call is left to NumPy (gain.py)


def cache_folder(part: str = "") -> str:
    """A folder of the user's cache, made readable by the user alone.

    Raises OSError where it cannot be made, PermissionError where another user could write into it.
    """
    root = os.environ.get("MDSL_CACHE_DIR")
    if not root:
        import platformdirs

        root = platformdirs.user_cache_dir("mdsl", appauthor=False)
    path = Path(root) / f"v{_FORMAT}" / part
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if hasattr(os, "getuid"):
        status = path.stat()
        if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(f"another user can write into {path}")
    return str(path)


@cache
def _versions() -> str:
    """The versions of all that generates or runs the code, mdsl's own files included."""
    import platform

    own = hashlib.sha256()
    for line in sorted(_own_files(str(Path(__file__).resolve().parent.parent))):
        own.update(line.encode())
    return "|".join([own.hexdigest(), platform.python_version(), *map(_version, ("numpy", "numba", "llvmlite"))])


def _own_files(root: str, inside: tuple[str, ...] = ("ir", "passes", "runtime", "targets", "transpiler")) -> list[str]:
    """A line for each of mdsl's files: which, how long, from when."""
    found = []
    for folder in inside:
        with os.scandir(f"{root}/{folder}") as entries:
            for entry in entries:
                if entry.is_dir():
                    found += _own_files(root, (f"{folder}/{entry.name}",))
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append(f"{folder}/{entry.name}:{status.st_size}:{status.st_mtime_ns}")
    return found


def _version(name: str) -> str:
    """Of a library: its own word where it is loaded, which needs no search."""
    from importlib.metadata import version

    loaded = getattr(sys.modules.get(name), "__version__", None)
    return loaded if isinstance(loaded, str) else version(name)


def _key(source: FunctionSource, signature: Signature, target: str, options: Options) -> str:
    text = "\x00".join(
        [_versions(), source.file, source.name, source.text, str(source.line_offset), target, repr(options)]
        + [repr((source.arguments, source.outputs))] * (source.statements is not None)
        + [f"{name}={spec!r}" for name, spec in signature.items()]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _fingerprint(value: Any) -> str | None:
    """A text that changes when a global or a helper changes; None for what cannot be told."""
    import types

    value = unwrapped(value)
    if isinstance(value, types.FunctionType):
        from .source import source_lines

        try:
            return "def " + hashlib.sha256("".join(source_lines(value)[0]).encode()).hexdigest()
        except (OSError, TypeError):
            return None
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, (bool, int, float, complex, str, bytes, type(None))):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, (tuple, list)):
        parts = [_fingerprint(item) for item in value]
        return None if None in parts else f"{type(value).__name__} {parts}"
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if name is not None:
        return f"{type(value).__name__} {getattr(value, '__module__', '')}.{name}"
    if type(value).__module__.startswith("numpy"):
        return f"{type(value).__name__} {value!r}"
    return None


def load_entry(source: FunctionSource, signature: Signature, target: str, options: Options) -> Entry | None:
    """The module made earlier for this function and signature; None where there is none or a dependence changed."""
    try:
        folder = cache_folder(_folder_of(source))
        stem = _key(source, signature, target, options)
        record = json.loads((Path(folder) / f"{stem}.json").read_text(encoding="utf-8"))
        path, text = "", ""
        if record["file"]:
            path = str(Path(folder) / record["file"])
            text = Path(path).read_text(encoding="utf-8")
            if hashlib.sha256(text.encode()).hexdigest() != record["sha256"]:
                return None
        for name, expected in record["used"].items():
            value = look_up(source.namespace, name)
            if _fingerprint(value) != expected:
                return None
            source.namespace.used[name] = value
        captures = {path: name for path, name, _ in record["captures"]}
        if _described(source, captures) != record["captures"]:
            return None
        diagnostics = tuple(_diagnostic(d) for d in record["diagnostics"])
        return Entry(
            record["status"],
            diagnostics,
            text,
            tuple(record["stored"]),
            tuple((name, tuple(types)) for name, types in record["kernels"]),
            path,
            tuple(captures.items()),
            Gain(record["worth"]),
            record["few"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent, damaged or foreign: made anew


def save_entry(entry: Entry, source: FunctionSource, signature: Signature, target: str, options: Options) -> Entry:
    """The entry with its module on disk; as it is where a dependence cannot be told or the disk refuses."""
    used = {name: _fingerprint(value) for name, value in source.namespace.used.items()}
    if None in used.values():
        return entry
    try:
        folder = cache_folder(_folder_of(source))
        stem = _key(source, signature, target, options)
        digest = hashlib.sha256(entry.text.encode()).hexdigest()
        file = f"{source.name.strip('<>')}_{digest[:16]}.py" if entry.text else ""
        path = Path(folder) / file
        if file and (not path.exists() or path.read_text(encoding="utf-8") != entry.text):
            write_atomically(path, entry.text)
        record = {
            "file": file,
            "sha256": digest,
            "status": entry.status,
            "stored": entry.stored,
            "kernels": entry.kernels,
            "worth": entry.worth.value,
            "used": used,
            "few": entry.few,
            "captures": _described(source, dict(entry.captures)),
            "diagnostics": [asdict(d) for d in entry.diagnostics],
        }
        write_atomically(Path(folder) / f"{stem}.json", json.dumps(record, indent=1))
        return replace(entry, path=str(path)) if file else entry
    except OSError:
        return entry


def write_atomically(path: Path, text: str) -> None:
    """The whole text or nothing: written beside, then moved into place."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _described(source: FunctionSource, captures: dict[str, str]) -> list[list[str]]:
    """Path, parameter and signature of the captured arrays as they are now. Raises KeyError where one is no array."""
    found = specs(source.namespace, captures)
    if found is None:
        raise KeyError("a captured array")
    return [[path, name, repr(found[name])] for path, name in captures.items()]


def _folder_of(source: FunctionSource) -> str:
    stem = Path(source.file).stem.strip("<>") or "source"
    return f"{stem}_{hashlib.sha256(source.file.encode()).hexdigest()[:8]}"


def _diagnostic(record: dict[str, Any]) -> Diagnostic:
    span = record["span"]
    return Diagnostic(
        record["code"], record["message"], Span(**span) if span else None, record["label"],
        tuple(record["notes"]), tuple(record["hints"]), record["severity"],
    )  # fmt: skip
