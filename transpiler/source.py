"""Source text -> libcst trees with positions: of a function object, or of a module's text."""

from __future__ import annotations

import inspect
import linecache
import re
import textwrap
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ..ir.span import Span
from .diagnostics import Diagnostic, MdslError
from .names import walk

_BEGINS = re.compile(r"\s*(@|(async\s+)?def\s)")  # not a lambda, whose line inspect has to look for


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function's tree, where it stands in its file, and what the names in it mean.

    `namespace` resolves a free name to the object that it stands for now; KeyError where it has none.
    """

    name: str
    node: cst.FunctionDef | cst.Lambda
    file: str
    positions: Mapping[cst.CSTNode, CodeRange]
    namespace: Namespace
    text: str
    line_offset: int = 0
    column_offset: int = 0
    #: of a part of a function: its statements, what it takes, what it returns (None where it ends the function)
    statements: tuple[cst.CSTNode, ...] | None = None
    arguments: tuple[str, ...] = ()
    outputs: tuple[str, ...] | None = None
    whole: str = ""  # the name of the function that a part belongs to
    #: the arrays outside of the arguments that compiled code is handed: their paths (reliance.py), and the parameters
    #: that stand for them; filled as they are found. None where only arguments can be handed in.
    captures: dict[str, str] | None = None

    @property
    def outer_name(self) -> str:
        return self.whole or self.name

    def span(self, node: cst.CSTNode) -> Span:
        place = self.positions.get(node)
        if place is None:  # made by the lifter around parts of the text, or from nothing
            found = (self.positions[part] for part in walk(node) if part in self.positions)
            place = next(found, None) or next(
                self.positions[part] for part in walk(self.node) if part in self.positions
            )
        return Span(
            self.file,
            place.start.line + self.line_offset,
            place.start.column + self.column_offset + 1,
            place.end.line + self.line_offset,
            place.end.column + self.column_offset + 1,
        )

    @property
    def params(self) -> cst.Parameters:
        return self.node.params


@dataclass
class Namespace:
    """Free names: closure cells over globals over builtins. `used` records what was looked up (reliance.py)."""

    closure: Mapping[str, Any]
    globals: Mapping[str, Any]
    used: dict[str, Any] = field(default_factory=dict)
    cells: Mapping[str, types.CellType] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        for scope in (self.closure, self.globals):
            if name in scope:
                self.used[name] = scope[name]
                return scope[name]
        builtins = self.globals.get("__builtins__", __builtins__)
        table = builtins if isinstance(builtins, dict) else vars(builtins)
        return table[name]


def function_source(function: types.FunctionType) -> FunctionSource:
    """The source of a function object. Raises MdslError (MDSL101, MDSL102) where there is none that can be read."""
    code = function.__code__
    try:
        lines, first = source_lines(function)  # of the function itself, whatever it wraps
    except (OSError, TypeError) as error:
        raise MdslError(
            Diagnostic("MDSL101", f"the source of `{function.__name__}` cannot be read", None, notes=(str(error),))
        ) from error
    block = "".join(lines)
    text = textwrap.dedent(block)
    indent = len(lines[0]) - len(lines[0].lstrip())
    namespace = function_namespace(function)
    try:
        tree, positions = parse(text)
    except cst.ParserSyntaxError as error:
        raise MdslError(
            Diagnostic(
                "MDSL102", f"the source of `{function.__name__}` does not stand alone", None, notes=(str(error),)
            )
        ) from error
    node = _find(tree, code.co_name)
    if node is None:
        raise MdslError(Diagnostic("MDSL101", f"the source of `{function.__name__}` was not found in its file", None))
    name = function.__name__ if function.__name__.isidentifier() else "anonymous"  # a lambda
    return FunctionSource(name, node, code.co_filename, positions, namespace, text, first - 1, indent)


def source_lines(function: types.FunctionType) -> tuple[list[str], int]:
    """The lines of a function's definition, and the number of the first, as inspect.getsourcelines gives them.

    That asks for the file of every module that is loaded before it reads one: 30 of the 70 ms of a first call.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    first = code.co_firstlineno
    if not lines or first > len(lines) or not _BEGINS.match(lines[first - 1]):
        return inspect.getsourcelines(code)
    return inspect.getblock(lines[first - 1 :]), first


def function_namespace(function: types.FunctionType) -> Namespace:
    """What the free names of a function stand for now."""
    closure: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            closure[name] = cell.cell_contents
        except ValueError:
            continue  # not bound yet
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return Namespace(closure, function.__globals__, cells=cells)


class _Positions(Mapping[cst.CSTNode, CodeRange]):
    """The position of every node of a tree, found when the first one is asked for: it takes longer than the parsing."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self.wrapper = wrapper

    @cached_property
    def known(self) -> Mapping[cst.CSTNode, CodeRange]:
        return self.wrapper.resolve(PositionProvider)

    def __getitem__(self, node: cst.CSTNode) -> CodeRange:
        return self.known[node]

    def __iter__(self) -> Iterator[cst.CSTNode]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@lru_cache(maxsize=64)  # one function is lifted several times
def parse(text: str) -> tuple[cst.Module, Mapping[cst.CSTNode, CodeRange]]:
    """A module's tree and the position of every node. Raises libcst.ParserSyntaxError."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    return wrapper.module, _Positions(wrapper)


def _find(tree: cst.Module, name: str) -> cst.FunctionDef | cst.Lambda | None:
    """The first function of that name, `<lambda>` for one that has none."""
    for node in walk(tree):
        if isinstance(node, cst.FunctionDef) and node.name.value == name:
            return node
        if isinstance(node, cst.Lambda) and name == "<lambda>":
            return node
    return None


def in_words(node: cst.CSTNode) -> str:
    """A node's class in words: "a set comprehension" for SetComp."""
    name = "".join(f" {c.lower()}" if c.isupper() else c for c in type(node).__name__).strip()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
