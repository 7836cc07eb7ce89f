"""Which functions of a module are to be compiled, and what is their source? Its text is read, never run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from ..passes.context import Options
from .diagnostics import Diagnostic, MdslError, Span
from .outcome import Request
from .source import FunctionSource, Namespace, Tree
from .statics import ModuleNames, is_accelerate
from .textfile import lines_of

_SKIP = re.compile(r"#\s*mdsl:\s*skip\b")


@dataclass(frozen=True, eq=False)
class ModuleFunction:
    """A function definition of the module: where it stands, and whether it is marked.

    `obstacle` says why it cannot be replaced even where its body could be compiled.
    """

    name: str
    node: ast.FunctionDef
    decorator: ast.expr | None = None
    skipped: bool = False
    obstacle: Diagnostic | None = None

    @property
    def first_line(self) -> int:
        return min([self.node.lineno, *(d.lineno for d in self.node.decorator_list)])


@dataclass(frozen=True)
class Module:
    """A module's text, parsed, with its functions and the meaning of its names."""

    text: str
    path: str
    tree: ast.Module
    names: ModuleNames
    functions: tuple[ModuleFunction, ...]
    lines: list[str] = field(repr=False)

    @cached_property
    def marked(self) -> tuple[ModuleFunction, ...]:
        return tuple(f for f in self.functions if f.decorator is not None)

    def named(self, name: str) -> ModuleFunction | None:
        return next((f for f in self.functions if f.name == name), None)

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> Span:
        end_line = node.end_lineno or node.lineno
        return Span(
            self.path,
            node.lineno,
            self._column(node.lineno, node.col_offset) + 1,
            end_line,
            self._column(end_line, node.end_col_offset or 0) + 1,
        )

    def _column(self, line: int, offset: int) -> int:
        """ast counts columns in bytes of UTF-8."""
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore"))

    def offset(self, line: int, column: int) -> int:
        """The place in `text` of ast's line and column."""
        return self._starts[line - 1] + self._column(line, column)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree, outer ones first."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def source(self, function: ModuleFunction) -> FunctionSource:
        """The function as the lifter takes it: a libcst tree of its lines alone, because the whole file costs more."""
        first, last = function.first_line, function.node.end_lineno or function.first_line
        text = "".join(self.lines[first - 1 : last])
        namespace = Namespace({}, self.names.values)
        return FunctionSource(function.name, Tree(text, function.name), self.path, namespace, text, first - 1)


def read_module(text: str, path: str) -> Module:
    """Parse a module's text. Raises MdslError (MDSL103) where it is not Python."""
    try:
        tree = ast.parse(text, path)
    except (SyntaxError, ValueError) as error:
        raise MdslError(_syntax_error(error, path)) from None
    except (RecursionError, MemoryError):  # MemoryError: the parser's own stack
        raise MdslError(Diagnostic("MDSL103", "the file is nested too deep to be parsed", None)) from None
    lines = lines_of(text)
    names = ModuleNames(tree, text, path)
    module = Module(text, path, tree, names, (), lines)
    functions = [_module_function(module, node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    functions += [_inner_function(module, node) for node in _inner_marked(tree, names)]
    return Module(text, path, tree, names, tuple(functions), lines)


def _syntax_error(error: SyntaxError | ValueError, path: str) -> Diagnostic:
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return Diagnostic("MDSL103", f"this is not Python: {error}", None)
    column = max(error.offset or 1, 1)
    end = error.end_offset if error.end_lineno == error.lineno and error.end_offset else column + 1
    span = Span(path, error.lineno, column, error.lineno, max(end, column + 1))
    return Diagnostic("MDSL103", f"this is not Python: {error.msg}", span)


def wanted(module: Module, request: Request) -> tuple[tuple[ModuleFunction, ...], tuple[ModuleFunction, ...]]:
    """The functions that somebody asks for, and those that may be compiled where they gain.

    Asked for are those requested by name, else those marked with @accelerate. All others are offered where nothing is
    asked for, or where `everything` is. Raises MdslError (MDSL406) for a name that the module lacks.
    """
    requested = request.functions
    if requested:
        missing = [name for name in requested if module.named(name) is None]
        if missing:
            raise MdslError(*(_unknown(module, name) for name in missing))
        asked = tuple(f for name in dict.fromkeys(requested) if (f := module.named(name)) is not None)
    else:
        asked = tuple(f for f in module.marked if not f.skipped)
    offered: tuple[ModuleFunction, ...] = ()
    if request.everything or not (requested or module.marked or request.only_marked):
        offered = tuple(f for f in module.functions if not f.skipped and f.obstacle is None and f not in asked)
    return asked, offered


def _unknown(module: Module, name: str) -> Diagnostic:
    import difflib

    known = [f.name for f in module.functions]
    close = difflib.get_close_matches(name, known, 1)
    if close:
        hints: tuple[str, ...] = (f"did you mean `{close[0]}`?",)
    else:
        hints = (f"it defines {', '.join(f'`{n}`' for n in known)}" if known else "it defines no function",)
    return Diagnostic("MDSL406", f"`{module.path}` has no function `{name}`", None, hints=hints)


def options_of(module: Module, function: ModuleFunction, options: Options, target: str | None) -> tuple[Options, str]:
    """Options and target of a function: the literal arguments of its decorator over `options`, `target` over both."""
    chosen: dict[str, Any] = {}
    named = "auto"
    mark = function.decorator
    if isinstance(mark, ast.Name) and isinstance(bound := module.names.binding(mark.id), ast.Call):
        mark = bound  # quick = accelerate(parallel=False)
    if isinstance(mark, ast.Call):
        for keyword in mark.keywords:
            if isinstance(keyword.value, ast.Constant) and keyword.arg is not None:
                if keyword.arg in {f.name for f in fields(Options)}:
                    chosen[keyword.arg] = keyword.value.value
                elif keyword.arg == "target":
                    named = str(keyword.value.value)
    merged = Options(**{f.name: chosen.get(f.name, getattr(options, f.name)) for f in fields(Options)})
    return merged, target or ("numba" if named == "auto" else named)


# -- what can be replaced ----------------------------------------------------------------------------------------------


def _module_function(module: Module, node: ast.FunctionDef) -> ModuleFunction:
    marks = [d for d in node.decorator_list if _is_mark(module.names, d)]
    mark = marks[0] if marks else None
    return ModuleFunction(node.name, node, mark, _skipped(module, node), _obstacle(module, node, mark))


def _inner_function(module: Module, node: ast.FunctionDef) -> ModuleFunction:
    """A marked function that is a method, or stands in another function or a branch."""
    mark = next(d for d in node.decorator_list if _is_mark(module.names, d))
    hint = "move what it computes into a function of the module, or run it under the decorator"
    reason = Diagnostic(
        "MDSL320",
        f"`{node.name}` is not at the module's own level",
        module.span(mark),
        hints=(hint,),
        severity="warning",
    )
    return ModuleFunction(node.name, node, mark, _skipped(module, node), reason)


def _inner_marked(tree: ast.Module, names: ModuleNames) -> list[ast.FunctionDef]:
    top = {id(node) for node in tree.body}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and id(node) not in top
        and any(_is_mark(names, d) for d in node.decorator_list)
    ]


def _is_mark(names: ModuleNames, decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if is_accelerate(names.dotted(called)):
        return True
    # fast = accelerate(parallel=False)
    if isinstance(called, ast.Name) and isinstance(bound := names.binding(called.id), ast.Call):
        return is_accelerate(names.dotted(bound.func))
    return False


def _skipped(module: Module, node: ast.FunctionDef) -> bool:
    """Whether a comment says so: right above the function, in its header, or between that and its first statement."""
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    lines = module.lines[first - 1 : max(node.body[0].lineno - 1, node.lineno)]
    while first > 1 and module.lines[first - 2].startswith("#"):
        first -= 1
        lines.append(module.lines[first - 1])
    return any(_SKIP.search(line) for line in lines)


def _obstacle(module: Module, node: ast.FunctionDef, mark: ast.expr | None) -> Diagnostic | None:
    """Why the module's function cannot be replaced by another one."""

    def because(message: str, at: ast.expr | ast.stmt | ast.arg, *hints: str) -> Diagnostic:
        return Diagnostic("MDSL320", message, module.span(at), hints=hints, severity="warning")

    if module.names.binding(node.name) is not node:
        return because(
            f"the name `{node.name}` is bound more than once", node.decorator_list[0] if node.decorator_list else node
        )
    if f"_{node.name}_numpy" in module.names.bindings:
        return because(f"the module has a `_{node.name}_numpy` already", node)
    if mark is not None and node.decorator_list[-1] is not mark:
        return because("another decorator stands between @accelerate and the function", node.decorator_list[-1])
    if mark is None and node.decorator_list:
        return because(f"`{node.name}` has a decorator", node.decorator_list[0], "write @accelerate below it")
    stars = [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
    if stars:
        return because("a function with star parameters is not compiled", stars[0])
    if any(isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await)) for inner in ast.walk(node)):
        return because("a generator is not compiled", node)
    return None
