"""Which names may generated code have in a user's module? Those that the module has not, or has for the same thing."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from .module import Module
from .safe_imports import Foreign, imported
from .statics import Import


@dataclass
class Globals:
    """The module's own names, and what generated names become where they would get in their way."""

    module: Module
    taken: set[str]
    everything: bool = False  # an import * of an unknown module may bring any name
    #: what every generated text shares: imports and the pasted runtime
    shared: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(module: Module) -> Globals:
        names = module.names
        unknown = any(isinstance(imported(star), Foreign) for star in names.stars)
        return Globals(module, {*names.bindings, *dir(builtins)}, unknown)

    def free(self, name: str) -> str:
        """A name like `name` that nobody has; it is taken from now on."""
        if name in self.taken or self.everything:
            name = f"_mdsl_{name.lstrip('_')}"
            while name in self.taken:
                name += "_"
        self.taken.add(name)
        return name

    def share(self, *texts: str) -> None:
        """The names that these texts define at their top level are used by all that follow."""
        for text in texts:
            for name in defined(text):
                if name not in self.shared:
                    self.shared[name] = self.free(name)

    def imports(self, lines: Iterable[str], before: int) -> list[str]:
        """The import lines that are still needed, renamed where the module uses a name for something else."""
        present = {
            (alias.asname or alias.name.partition(".")[0], _dotted(stmt, alias))
            for stmt in self.module.tree.body
            if isinstance(stmt, (ast.Import, ast.ImportFrom)) and stmt.lineno < before
            for alias in stmt.names
        }
        plain: set[str] = set()
        merged: dict[str, set[str]] = {}
        for line in lines:
            (stmt,) = ast.parse(line).body
            assert isinstance(stmt, (ast.Import, ast.ImportFrom))
            for alias in stmt.names:
                bound, dotted = alias.asname or alias.name.partition(".")[0], _dotted(stmt, alias)
                if (bound, dotted) in present and self.module.names.binding(bound) == Import(dotted):
                    continue
                if bound not in self.shared:
                    same = self.module.names.binding(bound) == Import(dotted)
                    self.shared[bound] = bound if same else self.free(bound)
                name = self.shared[bound]
                if isinstance(stmt, ast.Import):
                    plain.add(f"import {alias.name}" if name == alias.name else f"import {alias.name} as {name}")
                else:
                    merged.setdefault(str(stmt.module), set()).add(
                        alias.name if name == alias.name else f"{alias.name} as {name}"
                    )
        made = [*plain, *(f"from {module} import {', '.join(sorted(names))}" for module, names in merged.items())]
        own = sorted((line for line in made if _is_standard(line)), key=_order)
        other = sorted((line for line in made if not _is_standard(line)), key=_order)
        return [*own, *([""] if own and other else []), *other]

    def renamed(self, text: str, keep: Collection[str] = ()) -> str:
        """`text` with its global names as they are in this module; `keep` are names that it defines and that stay."""
        names = dict(self.shared)
        for name in defined(text):
            if name not in keep and name not in names:
                names[name] = self.free(name)
        return rename(text, {old: new for old, new in names.items() if old not in keep and new != old})

    def renamed_lines(self, lines: list[str]) -> list[str]:
        """The same for the first lines of a function's body."""
        return self.renamed("\n".join(["def _():", *lines]), keep={"_"}).split("\n")[1:]


def defined(text: str) -> list[str]:
    """The names that a program binds at its top level, in order."""
    names: dict[str, None] = {}
    for stmt in ast.parse(text).body:
        match stmt:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names[name] = None
            case _:
                names |= dict.fromkeys(
                    n.id for n in ast.walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                )
    return list(names)


def rename(text: str, names: dict[str, str]) -> str:
    """`text`, a Python program, with names replaced wherever they name a variable: not attributes, not keywords."""
    if not names:
        return text
    lines = text.split("\n")
    places: set[tuple[int, int, str]] = set()
    local: list[tuple[int, int, set[str]]] = []
    tree = ast.parse(text)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            arguments = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
            stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if function.name in names and function in tree.body:
                start = function.col_offset + len("def ")
                places.add((function.lineno, start, function.name))
            local.append((function.lineno, function.end_lineno or 0, arguments | stored))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            if not any(first <= node.lineno <= last and node.id in bound for first, last, bound in local):
                places.add((node.lineno, node.col_offset, node.id))
    for line, column, old in sorted(places, reverse=True):
        raw = lines[line - 1].encode()
        lines[line - 1] = (raw[:column] + names[old].encode() + raw[column + len(old.encode()) :]).decode()
    return "\n".join(lines)


def _dotted(stmt: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(stmt, ast.ImportFrom):
        return f"{'.' * stmt.level}{stmt.module or ''}.{alias.name}"
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _is_standard(line: str) -> bool:
    return line.split()[1].partition(".")[0] in sys.stdlib_module_names


def _order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line
