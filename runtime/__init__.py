"""Which text must be pasted into a generated module so that it stands alone?

A generated module imports only numpy and numba. What else it needs is written in the files of this folder, as real
modules that are tested as such, and is copied out of them definition by definition: the wanted names, what they refer
to, and the imports which those use. Nothing here imports numba, because transpiling must not.

>>> print(source("sum_add", flavour="python"))
def sum_add(acc, x):
    \"\"\"The next partial sum of a reduction.\"\"\"
    return acc + x
<BLANKLINE>
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import pool as pool  # in this process, parallel loops of pasted code run on mdsl's threads

FLAVOURS = {
    # The files of each flavour. A name is defined once in a flavour; the same name in both means the same function.
    "numba": (
        "reassoc.py",
        "compensated.py",
        "extrema.py",
        "branchless.py",
        "scalar.py",
        "vecmath.py",
        "waiting.py",
        "guard.py",
        "stream.py",
        "pair.py",
        "door.py",
    ),
    "python": ("plain.py", "door.py"),
    "cuda": ("cuda_scalar.py", "cuda_block.py", "cuda_host.py", "door.py"),
}


@dataclass(frozen=True)
class Paste:
    """Import statements, one a line and without duplicates, and the definitions in an order in which they can run."""

    imports: tuple[str, ...]
    body: str

    def __str__(self) -> str:
        return "\n\n\n".join(part for part in ("\n".join(self.imports), self.body) if part)


@dataclass(frozen=True)
class _Definition:
    """One top-level statement of a runtime file: its text with the comment above it, and the names it refers to."""

    order: tuple[int, int]
    text: str
    uses: frozenset[str]


@dataclass(frozen=True)
class _Import:
    """One imported name: `from module import name as bound`, or `import module as bound` where name is empty."""

    module: str
    name: str
    bound: str


def names(flavour: str = "numba") -> tuple[str, ...]:
    """All public names that can be pasted."""
    return tuple(name for name in _read(flavour)[0] if not name.startswith("_"))


@cache
def defined() -> frozenset[str]:
    """Every name that text pasted for the processor may define, private ones included."""
    files = {file for flavour, names in FLAVOURS.items() if flavour != "cuda" for file in names}
    texts = (Path(__file__).with_name(file).read_text(encoding="utf-8") for file in files)
    return frozenset(
        name for text in texts for name in re.findall(r"^(?:def |class )?(\w+)(?= ?[(=:])", text, re.MULTILINE)
    )


def source(name: str, flavour: str = "numba") -> str:
    """The text of one name with everything that it needs. Raises KeyError for an unknown name."""
    return sources((name,), flavour)


def sources(wanted: Iterable[str], flavour: str = "numba") -> str:
    """The text of several names with everything that they need, each definition once."""
    return str(paste(wanted, flavour))


def paste(wanted: Iterable[str], flavour: str = "numba") -> Paste:
    """Like `sources`, with the imports apart, for an emitter that merges them with its own."""
    definitions, imports = _read(flavour)
    needed = {name: definitions[name] for name in _reached(wanted, definitions)}
    bodies = sorted({definition.order: definition.text for definition in needed.values()}.items())
    used = {name for definition in needed.values() for name in definition.uses}
    return Paste(_import_lines(imports[name] for name in used if name in imports), _join(text for _, text in bodies))


def _reached(wanted: Iterable[str], definitions: Mapping[str, _Definition]) -> set[str]:
    """The names, and all that they refer to."""
    needed: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in needed:
            needed.add(name)
            queue.extend(used for used in definitions[name].uses if used in definitions)
    return needed


def import_lines(wanted: Iterable[str], flavour: str = "numba") -> tuple[str, ...]:
    """The statements that import the names from here instead, for code that need not stand alone."""
    definitions, _ = _read(flavour)
    names = set(wanted)
    if any("_LIBMVEC" in definitions[name].uses for name in _reached(names, definitions)):
        names.add("_LIBMVEC")  # compile_pair looks for it among the kernel's globals
    files = {name: FLAVOURS[flavour][definitions[name].order[0]].removesuffix(".py") for name in names}
    return _import_lines(_Import(f"{__name__}.{file}", name, name) for name, file in files.items())


@cache
def _read(flavour: str) -> tuple[dict[str, _Definition], dict[str, _Import]]:
    definitions: dict[str, _Definition] = {}
    imports: dict[str, _Import] = {}
    for position, file in enumerate(FLAVOURS[flavour]):
        text = Path(__file__).with_name(file).read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            match node:
                case ast.Expr(value=ast.Constant(value=str())) | ast.ImportFrom(level=1 | 2):
                    pass  # the file's docstring; the other runtime files, whose definitions are found by name
                case ast.ImportFrom(module="__future__"):
                    pass  # a pasted definition must not need one
                case ast.ImportFrom(module=str(module)):
                    for alias in node.names:
                        bound = alias.asname or alias.name
                        imports[bound] = _Import(module, alias.name, bound)
                case ast.Import():
                    for alias in node.names:
                        imports[alias.asname or alias.name.partition(".")[0]] = _Import(
                            alias.name, "", alias.asname or ""
                        )
                case _:
                    definition = _Definition((position, node.lineno), _text(node, lines), _uses(node))
                    for name in _defines(node):
                        if name in definitions:
                            raise ValueError(f"runtime/{file}: {name} is defined twice in the flavour {flavour}")
                        definitions[name] = definition
    return definitions, imports


def _defines(node: ast.stmt) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case _:
            raise ValueError(f"line {node.lineno}: a runtime file holds imports and definitions only")


def _uses(node: ast.stmt) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def _text(node: ast.stmt, lines: list[str]) -> str:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(lines[first : node.end_lineno]) + "\n"


def _join(texts: Iterable[str]) -> str:
    """Two blank lines around functions and classes, none between the assignments that follow each other."""
    joined = ""
    previous_is_block = True
    for text in texts:
        block = "\ndef " in "\n" + text or "\nclass " in "\n" + text
        joined += ("\n\n" if joined and (block or previous_is_block) else "") + text
        previous_is_block = block
    return joined


def _import_lines(imports: Iterable[_Import]) -> tuple[str, ...]:
    plain = set()
    merged: dict[str, set[str]] = {}
    for item in imports:
        if not item.name:
            plain.add(f"import {item.module} as {item.bound}" if item.bound else f"import {item.module}")
        else:
            renamed = item.name if item.bound == item.name else f"{item.name} as {item.bound}"
            merged.setdefault(item.module, set()).add(renamed)
    lines = sorted(plain) + [f"from {module} import {', '.join(sorted(merged[module]))}" for module in sorted(merged)]
    return tuple(sorted(lines, key=lambda line: line.split()[1].partition(".")[0] not in sys.stdlib_module_names))
