"""What became of each line of a function? Read off the spans that the last step's statements carry."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.span import Span, Spans
from .diagnostics import Diagnostic
from .module import Module
from .transpile_module import FunctionResult

_COLUMN = 100  # where what became of a line starts, at most


@dataclass(frozen=True)
class Nest:
    """A loop nest of the generated code: the source lines that it computes, its loop variables from outside in."""

    lines: tuple[int, ...]
    variables: tuple[str, ...]
    parallel: str | None

    def __str__(self) -> str:
        loops = f"loops over {', '.join(dict.fromkeys(self.variables))}"
        return f"line{'s' if len(self.lines) > 1 else ''} {_ranges(self.lines)}: {loops}" + (
            f"; `{self.parallel}` runs in parallel" if self.parallel else ""
        )


@dataclass
class Account:
    """What became of the lines of one function."""

    nests: list[Nest] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=dict)

    def note(self, line: int, text: str) -> None:
        found = self.notes.setdefault(line, [])
        if text not in found:
            found.append(text)


def explain_lines(module: Module, function: FunctionResult) -> Iterator[str]:
    """The function's lines, each with what became of it; then the nests, and what the passes remarked."""
    artifact = function.artifact
    arguments = ", ".join(f"{name}: {spec}" for name, spec in function.signature.items())
    target = f" on {artifact.target}" if artifact is not None else ""
    yield f"{module.path}::{function.name}({arguments}){target}: {STATUS[function.status]}"
    for d in function.diagnostics:
        if d.code == "MDSL210":
            yield f"  assumed: {d.message}; {'; '.join(d.notes)}"
    yield ""
    account = account_of(module, function)
    first, last = function.function.first_line, function.function.node.end_lineno or 0
    texts = {n: module.lines[n - 1].rstrip("\r\n").expandtabs() for n in range(first, last + 1)}
    width = min(max(map(len, texts.values())), _COLUMN)
    for line, text in texts.items():
        said = "; ".join(account.notes.get(line, []))
        yield f"{line:5d} | {text:<{width}}   {said}".rstrip()
    if account.nests:
        yield ""
        for k, nest in enumerate(account.nests, 1):
            yield f"  nest {k}, {nest}"
    remarks = dict.fromkeys(_remarks(function))
    if remarks:
        yield ""
        yield from remarks


STATUS = {"full": "compiled", "partial": "compiled in part", "none": "not compiled, runs as NumPy"}


def account_of(module: Module, function: FunctionResult) -> Account:
    """What became of each line that does something."""
    account = Account()
    node = function.function.node
    refusals = [d for d in function.diagnostics if d.code != "MDSL210"]
    if function.artifact is None or not function.artifact.steps or function.artifact.module is None:
        _refused(account, node, refusals)
        return account
    final = function.artifact.steps[-1].after
    if isinstance(final, lp.Program):
        _loops(account, final.body)
    else:
        for stmt in arr.statements(final.body):
            for line in _lines(stmt.spans):
                account.note(line, "whole arrays, in NumPy")
    lifted = function.artifact.steps[0].after
    assert isinstance(lifted, arr.Program)
    for stmt in arr.statements(lifted.body):
        for line in _lines(stmt.spans):
            if line not in account.notes:
                account.note(line, "merged into what uses it")
    for stmt in _own_statements(node):
        # shapes, views, names: known before anything runs
        if stmt.lineno not in account.notes and not _is_text(stmt):
            account.note(stmt.lineno, "known at compile time" if not isinstance(stmt, (ast.For, ast.While)) else "loop")
    return account


def _refused(account: Account, node: ast.FunctionDef, diagnostics: Sequence[Diagnostic]) -> None:
    for d in diagnostics:
        if d.span is not None and node.lineno <= d.span.line <= (node.end_lineno or 0):
            account.note(d.span.line, f"{d.code}: {d.message}")
    for stmt in _own_statements(node):
        if stmt.lineno not in account.notes and not _is_text(stmt):
            account.note(stmt.lineno, "runs as NumPy")


def _loops(account: Account, body: Sequence[lp.Stmt]) -> None:
    for stmt in body:
        match stmt:
            case lp.For() if stmt.spans and _is_nest(stmt):
                chain = [s for s in lp.statements((stmt,)) if isinstance(s, lp.For)]
                parallel = next((s.var for s in chain if s.kind is lp.LoopKind.PAR), None)
                nest = Nest(_lines(stmt.spans), tuple(s.var for s in chain), parallel)
                if nest not in account.nests:
                    account.nests.append(nest)
                number = account.nests.index(nest) + 1
                for line in nest.lines:
                    account.note(line, f"nest {number}" + (", parallel" if parallel else ""))
            case lp.For() | lp.While():
                for line in _lines(stmt.spans):
                    account.note(line, "compiled loop")
            case lp.If():
                for line in _lines(stmt.spans):
                    account.note(line, "compiled branch")
            case lp.Library():
                for line in _lines(stmt.spans):
                    account.note(line, f"{stmt.function}, a library's")
            case lp.HostCall():
                for line in _lines(stmt.spans):
                    account.note(line, f"{stmt.called.function}, a library's")
            case lp.Return():
                for line in _lines(stmt.spans):
                    account.note(line, "returned")
            case lp.Check():
                for line in _lines(stmt.spans):
                    account.note(line, "checked")
            case lp.Alloc() | lp.Pointer():
                continue
            case _:
                for line in _lines(stmt.spans):
                    account.note(line, "scalars")
        if not (isinstance(stmt, lp.For) and stmt.spans and _is_nest(stmt)):
            for block in lp.blocks(stmt):
                _loops(account, block)


def _is_nest(loop: lp.For) -> bool:
    """Whether a loop is a generated one: all that is in it computes the same lines. A user's loop holds others."""
    inner = {span for s in lp.statements(loop.body) for span in s.spans}
    return inner <= loop.spans


def _remarks(function: FunctionResult) -> Iterator[str]:
    for step in function.artifact.steps if function.artifact is not None else ():
        for remark in step.remarks:
            where = (
                f"line{'s' if len(_lines(remark.spans)) > 1 else ''} {_ranges(_lines(remark.spans))}: "
                if remark.spans
                else ""
            )
            yield f"  {step.name}: {where}{remark.text}"


def _lines(spans: Spans) -> tuple[int, ...]:
    return tuple(sorted({line for span in spans for line in _span_lines(span)}))


def _span_lines(span: Span) -> range:
    return range(span.line, span.end_line + 1)


def _ranges(lines: Sequence[int]) -> str:
    """
    >>> _ranges((3, 4, 5, 9))
    '3-5, 9'
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _own_statements(node: ast.FunctionDef) -> Iterator[ast.stmt]:
    for stmt in ast.walk(node):
        if isinstance(stmt, ast.stmt) and stmt is not node:
            yield stmt


def _is_text(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)
