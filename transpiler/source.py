"""The source of a function: its text, where it stands, what the names in it mean, its tree once it is asked for."""

from __future__ import annotations

import inspect
import linecache
import re
import textwrap
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..ir.span import Span
from .diagnostics import Diagnostic, MdslError

if TYPE_CHECKING:
    import libcst as cst
    from libcst.metadata import CodeRange

_BEGINS = re.compile(r"\s*(@|(async\s+)?def\s)")  # not a lambda, whose line inspect has to look for


class Tree:
    """The tree of the function `name` in a text, and the positions of its nodes; parsed when they are asked for."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name

    @cached_property
    def parsed(self) -> tuple[cst.FunctionDef | cst.Lambda, Mapping[cst.CSTNode, CodeRange]]:
        """Raises MdslError (MDSL101, MDSL102) where the text cannot be parsed or does not hold the function."""
        import libcst as cst

        from .trees import find, parse

        try:
            tree, positions = parse(self.text)
        except cst.ParserSyntaxError as error:
            message = f"the source of `{self.name}` does not stand alone"
            raise MdslError(Diagnostic("MDSL102", message, None, notes=(str(error),))) from error
        node = find(tree, self.name)
        if node is None:
            raise MdslError(Diagnostic("MDSL101", f"the source of `{self.name}` was not found in its file", None))
        return node, positions


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function's text, where it stands in its file, what the names in it mean; its tree, which is parsed on demand.

    `namespace` resolves a free name to the object that it stands for now; KeyError where it has none. `node` and
    `positions` raise what `Tree.parsed` raises.
    """

    name: str
    tree: Tree
    file: str
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
    def node(self) -> cst.FunctionDef | cst.Lambda:
        return self.tree.parsed[0]

    @property
    def positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        return self.tree.parsed[1]

    def with_node(self, node: cst.FunctionDef | cst.Lambda, **changes: Any) -> FunctionSource:
        """The same source with another tree, made of parts of its own."""
        tree = Tree(self.text, self.tree.name)
        tree.parsed = (node, self.positions)
        return replace(self, tree=tree, **changes)

    @property
    def outer_name(self) -> str:
        return self.whole or self.name

    def span(self, node: cst.CSTNode) -> Span:
        place = self.positions.get(node)
        if place is None:  # made by the lifter around parts of the text, or from nothing
            from .names import walk

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
    """The source of a function object. Raises MdslError (MDSL101) where there is none that can be read."""
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
    name = function.__name__ if function.__name__.isidentifier() else "anonymous"  # a lambda
    tree, namespace = Tree(text, code.co_name), function_namespace(function)
    return FunctionSource(name, tree, code.co_filename, namespace, text, first - 1, indent)


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
