"""What is a case? The text of a module with a function `program` and functions `inputs_0`, `inputs_1`, … that make its
arguments. A case is a file: it is imported from disk, so that its source is where `inspect` looks for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import linecache
import pathlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from . import noise

HEADER = "import numpy as np\n"
_serial = itertools.count()


@dataclass(frozen=True)
class Case:
    """A program and its inputs, as the text of a module."""

    text: str

    @property
    def key(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:10]

    def load(self, folder: pathlib.Path) -> Loaded:
        """Write the module below `folder` and import it under a name of its own."""
        path = folder / f"case_{self.key}_{next(_serial)}.py"
        path.write_text(self.text, encoding="utf-8")
        return load_file(path)

    def rivals(self, count: int = 8) -> list[Callable[..., Any]]:
        """The program with its rounding errors moved about, `count` times over."""
        return [_Rival(self.text, seed) for seed in range(count)]


@dataclass(frozen=True)
class Loaded:
    """A case's imported module."""

    module: ModuleType
    path: pathlib.Path

    @property
    def program(self) -> Callable[..., Any]:
        return self.module.program

    def inputs(self) -> list[Callable[[], tuple[Any, ...]]]:
        """The functions that make the arguments, in order; each call makes them anew."""
        names = sorted(name for name in vars(self.module) if name.startswith("inputs_"))
        return [getattr(self.module, name) for name in names]

    def forget(self) -> None:
        """Drop the module and its file, so that a long run does not fill memory and disk."""
        sys.modules.pop(self.module.__name__, None)
        linecache.cache.pop(str(self.path), None)
        self.path.unlink(missing_ok=True)


def load_file(path: pathlib.Path) -> Loaded:
    """Import one file as a module of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # thousands of files, each read once
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return Loaded(module, path)


@dataclass
class _Rival:
    """The perturbed program, compiled when it is first called: most cases never need it."""

    text: str
    seed: int
    program: Callable[..., Any] | None = field(default=None)

    def __call__(self, *arguments: Any) -> Any:
        scope: dict[str, Any] = noise.helpers(self.seed)
        exec(compile(noise.perturbed(self.text), "<perturbed>", "exec"), scope)
        return scope["program"](*arguments)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mdsl-fuzz-")
