"""A function that is not compiled whole: the statements that are understood in parts of their own, the rest as Python.

The parts are called from a copy of the function in which each run of understood statements is a call. A part is
dispatched as an accelerated function is: the types that a host statement gives are known when the part is reached, and
a part that meets another statement which is not understood is parted again. Tracebacks of the copy name the lines of
the user's file.
"""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from .diagnostics import Diagnostic
from .source import FunctionSource

_FORBIDDEN = (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)
_OPAQUE_CALLS = {"locals", "eval", "exec", "globals", "vars", "super"}


@dataclass(frozen=True)
class Part:
    """A run of statements: what it needs, what is used of it afterwards; `tail` where it ends the function."""

    name: str
    source: FunctionSource
    function: types.FunctionType
    inputs: tuple[str, ...]


def split(
    function: types.FunctionType,
    source: FunctionSource,
    reason: Diagnostic,
    make: Callable[[Part], Callable[..., Any]],
    make_helper: Callable[[str, types.FunctionType], Callable[..., Any]],
    left: Set[str] = frozenset(),
) -> Callable[..., Any] | None:
    """The function with its statements around the one that `reason` points at in parts, each made callable by `make`.

    The parts and helpers named in `left` stay as they are. None where nothing is gained: the statement is the whole
    function, its names cannot be followed, or all is left.
    """
    if reason.span is None or isinstance(source.node, cst.Lambda):
        return None
    return _Splitter(function, source, make, make_helper, left).split(reason.span.line - source.line_offset)


class _Splitter:
    def __init__(
        self, function: types.FunctionType, source: FunctionSource, make: Any, make_helper: Any, left: Set[str]
    ) -> None:
        self.function = function
        self.source = source
        self.make, self.make_helper, self.left = make, make_helper, left
        self.parts: dict[str, Callable[..., Any]] = {}
        self.numbered = 0  # parts, those that are left included: a name stands for the same statements in each split

    def split(self, line: int) -> Callable[..., Any] | None:
        definition = self.definition()
        if definition is None:
            return None
        self.tree = definition
        self.params = {a.arg for a in ast.walk(definition.args) if isinstance(a, ast.arg)}
        self.locals = self.params | _bound(definition.body)
        self.made = _made(definition.body)
        self.enclosed = _enclosed(definition.body)
        concrete = self.source.statements if self.source.statements is not None else _flat(self.source.node.body)
        body = definition.body
        if len(concrete) != len(body):
            return None
        new = self.block(body, concrete, line, set(self.params), set(self.params), set(), True)
        if not self.parts:
            return None
        return self.compiled(new)

    def definition(self) -> ast.FunctionDef | None:
        """The function as an ast with the line numbers of its file; None where its names cannot be followed."""
        try:
            module = ast.parse(self.source.text)
        except SyntaxError:
            return None
        found = next(
            (n for n in ast.walk(module) if isinstance(n, ast.FunctionDef) and n.name == self.source.outer_name), None
        )
        if found is None:
            return None
        for node in ast.walk(found):
            if isinstance(node, _FORBIDDEN):
                return None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _OPAQUE_CALLS:
                return None
        if self.source.statements is not None:
            lines = [self.source.positions[s].start.line for s in self.source.statements]
            columns = [self.source.positions[s].start.column for s in self.source.statements]
            wanted = set(zip(lines, columns, strict=True))
            chosen = [n for n in ast.walk(found) if isinstance(n, ast.stmt) and (n.lineno, n.col_offset) in wanted]
            chosen.sort(key=lambda n: (n.lineno, n.col_offset))
            arguments = ast.arguments([], [ast.arg(a) for a in self.source.arguments], None, [], [], None, [])
            body = [*chosen, *_returning(self.source.outputs)]
            return ast.FunctionDef(self.source.name, arguments, body, [], None)
        return found

    # -- blocks

    def block(
        self, body: list[ast.stmt], concrete: Sequence[cst.CSTNode], line: int,
        definite: set[str], possible: set[str], after: set[str], top: bool,
    ) -> list[ast.stmt]:  # fmt: skip
        """The block with what is before and after the statement at `line` in parts.

        `definite` have a value when it starts, `possible` may have one, `after` are used once it is over.
        """
        at = next((k for k, s in enumerate(body) if s.lineno <= line <= (s.end_lineno or s.lineno)), None)
        if at is None:
            return body
        known = set(definite)
        before = self.part(body[:at], concrete[:at], known, possible, after | _loaded(body[at:]), False)
        for stmt in body[:at]:
            known |= _definite(stmt)
        possible = possible | _bound(body[:at])
        middle = self.inside(body[at], concrete[at], line, known, possible, after | _loaded(body[at + 1 :]))
        known |= _definite(body[at])
        rest = self.part(body[at + 1 :], concrete[at + 1 :], known, possible | _bound([body[at]]), after, top)
        return [*before, middle, *rest]

    def inside(
        self, stmt: ast.stmt, concrete: cst.CSTNode, line: int, definite: set[str], possible: set[str], after: set[str]
    ) -> ast.stmt:
        """The statement that is not understood: a loop or a branch is kept, and its block is parted."""
        live = after | _loaded([stmt])
        match stmt, concrete:
            case ((ast.For() | ast.While()), (cst.For() | cst.While())):
                inner = _flat(concrete.body)
                if len(inner) != len(stmt.body) or (stmt.lineno == line and line < stmt.body[0].lineno):
                    return stmt
                known = definite | (_bound_target(stmt.target) if isinstance(stmt, ast.For) else set())
                return _replaced(
                    stmt, body=self.block(stmt.body, inner, line, known, possible | _bound([stmt]), live, False)
                )
            case ast.If(), cst.If():
                inner = _flat(concrete.body)
                if len(inner) != len(stmt.body) or line < stmt.body[0].lineno:
                    return stmt
                if line <= (stmt.body[-1].end_lineno or 0):
                    return _replaced(stmt, body=self.block(stmt.body, inner, line, definite, possible, after, False))
                return stmt
            case _:
                return self.helpers(stmt)

    def helpers(self, stmt: ast.stmt) -> ast.stmt:
        """A statement that Python runs, its calls of functions of the same module accelerated."""
        splitter = self

        class Rename(ast.NodeTransformer):
            def visit_Call(self, node: ast.Call) -> ast.AST:
                self.generic_visit(node)
                if isinstance(node.func, ast.Name) and node.func.id not in splitter.locals:
                    target = splitter.function.__globals__.get(node.func.id)
                    own = isinstance(target, types.FunctionType) and not hasattr(target, "py_func")
                    if own and target.__module__ == splitter.function.__module__:
                        name = f"_{node.func.id}_accelerated"
                        if name in splitter.left:
                            return node
                        splitter.parts[name] = splitter.make_helper(name, target)
                        node.func = ast.copy_location(ast.Name(name, ast.Load()), node.func)
                return node

            def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
                return node

            visit_Lambda = visit_ClassDef = visit_FunctionDef  # type: ignore[assignment]

        if isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
            return stmt
        return Rename().visit(copy.deepcopy(stmt))

    def part(
        self, body: list[ast.stmt], concrete: Sequence[cst.CSTNode],
        definite: set[str], possible: set[str], after: set[str], tail: bool,
    ) -> list[ast.stmt]:  # fmt: skip
        """The statements as one call; themselves where that is not possible or not worth it."""
        if not body or not any(_works(stmt) for stmt in body):
            return body
        returns = any(isinstance(n, ast.Return) for s in body for n in _own_nodes(s))
        if (returns and not tail) or any(self.apart(stmt) for stmt in body):
            return self.largest(body, concrete, definite, possible, after)
        loaded = _loaded(body)
        assigned = _bound(body)
        settled = set().union(*(_definite(s) for s in body))
        outputs = () if tail else tuple(sorted(n for n in assigned if n in after | self.enclosed))
        if any(n not in settled and n not in definite for n in outputs):
            return body
        inputs = tuple(
            sorted(n for n in loaded | {o for o in outputs if o not in settled} if n in self.locals and n in definite)
        )
        if any(n in possible and n not in definite for n in loaded):
            return body
        self.numbered += 1
        name = f"_{self.source.outer_name}_part{self.numbered}_line{body[0].lineno + self.source.line_offset}"
        if name in self.left:
            return body
        source = replace(
            self.source,
            name=name,
            whole=self.source.outer_name,
            statements=tuple(concrete),
            arguments=inputs,
            outputs=None if tail else outputs,
        )
        arguments = ast.arguments([], [ast.arg(n) for n in inputs], None, [], [], None, [])
        fallback = ast.FunctionDef(name, arguments, [*body, *(() if tail else _returning(outputs))], [], None)
        self.parts[name] = self.make(Part(name, source, self.function_of(fallback, {}), inputs))
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Name(n, ast.Load()) for n in inputs], [])
        new: ast.stmt
        if tail:
            new = ast.Return(call)
        elif not outputs:
            new = ast.Expr(call)
        else:
            target: ast.expr = ast.Tuple([ast.Name(n, ast.Store()) for n in outputs], ast.Store())
            new = ast.Assign([target], call)
        return [ast.fix_missing_locations(ast.copy_location(new, body[0]))]

    def apart(self, stmt: ast.stmt) -> bool:
        """Whether a statement is in no part: it leaves a loop around it, binds names otherwise than by an assignment,
        makes a function that would see the variables of the part in place of those of the function, or uses one, so
        that each call would compile the part anew.
        """
        uses = _loaded([stmt]) | (_bound([stmt]) if isinstance(stmt, ast.Assign) else set())
        return _escapes(stmt) or bool(self.made & uses) or bool(_enclosed([stmt]) & self.locals)

    def largest(
        self, body: list[ast.stmt], concrete: Sequence[cst.CSTNode],
        definite: set[str], possible: set[str], after: set[str],
    ) -> list[ast.stmt]:  # fmt: skip
        """Runs between the statements that leave by a return or are in no part, each as a part."""
        out: list[ast.stmt] = []
        known = set(definite)
        start = 0
        for k in range(len(body) + 1):
            leaves = k < len(body) and (
                self.apart(body[k]) or any(isinstance(n, ast.Return) for n in _own_nodes(body[k]))
            )
            if k == len(body) or leaves:
                run = body[start:k]
                out += self.part(run, concrete[start:k], known, possible, after | _loaded(body[k:]), False)
                for stmt in run:
                    known |= _definite(stmt)
                possible = possible | _bound(body[start : k + 1])
                if k < len(body):
                    out.append(body[k])
                    known |= _definite(body[k])
                start = k + 1
        return out

    # -- compiling

    def compiled(self, body: list[ast.stmt]) -> types.FunctionType:
        definition = _replaced(self.tree, body=body, decorator_list=[], returns=None)
        return self.function_of(definition, self.parts)

    @staticmethod
    def local_to(function: types.FunctionType) -> set[str]:
        """The names that Python takes for variables of the function, bound or not."""
        return {*function.__code__.co_varnames, *function.__code__.co_cellvars}

    def function_of(self, definition: ast.FunctionDef, extra: dict[str, Any]) -> types.FunctionType:
        """A function object from its ast: the globals and closure cells of the original, `extra` as closure values."""
        original = self.function
        cells = dict(zip(original.__code__.co_freevars, original.__closure__ or (), strict=True))
        cells |= {name: types.CellType(value) for name, value in extra.items()}
        plain = _replaced(definition, decorator_list=[], returns=None, name="_made")  # its own name stays a global
        plain.args = _without_annotations(plain.args)
        plain.body = [*_kept_local(self.local_to(original) - set(cells), plain), *plain.body]
        maker = ast.FunctionDef(
            "_make", ast.arguments([], [ast.arg(n) for n in cells], None, [], [], None, []),
            [plain, ast.Return(ast.Name(plain.name, ast.Load()))], [], None,
        )  # fmt: skip
        for node in ast.walk(maker):
            if "type_params" in getattr(node, "_fields", ()) and not hasattr(node, "type_params"):
                node.type_params = []  # type: ignore[attr-defined]
        module = ast.fix_missing_locations(ast.Module([maker], []))
        ast.increment_lineno(module, self.source.line_offset)
        code = compile(module, self.source.file, "exec")
        ast.increment_lineno(module, -self.source.line_offset)
        outer = next(c for c in code.co_consts if isinstance(c, types.CodeType))
        inner = next(c for c in outer.co_consts if isinstance(c, types.CodeType) and c.co_name == plain.name)
        inner = inner.replace(co_name=definition.name)
        closure = tuple(cells[n] for n in inner.co_freevars)
        made = types.FunctionType(inner, original.__globals__, definition.name, None, closure)
        if definition.name == original.__name__:
            made.__defaults__, made.__kwdefaults__ = original.__defaults__, original.__kwdefaults__
        made.__module__ = original.__module__
        return made


def _kept_local(variables: set[str], definition: ast.FunctionDef) -> list[ast.stmt]:
    """What keeps names local where all that binds them is elsewhere: else a read raises NameError, or finds a global.

    Nothing of it is left in the code that Python makes.
    """
    names = variables & _loaded(definition.body) - {a.arg for a in ast.walk(definition.args) if isinstance(a, ast.arg)}
    bindings: list[ast.stmt] = [ast.Assign([ast.Name(n, ast.Store())], ast.Constant(None)) for n in sorted(names)]
    return [ast.If(ast.Constant(False), bindings, [])] if bindings else []


def _returning(outputs: tuple[str, ...] | None) -> list[ast.stmt]:
    if outputs is None:
        return []
    return [ast.Return(ast.Tuple([ast.Name(n, ast.Load()) for n in outputs], ast.Load()))]


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    new = ast.arguments(
        [ast.arg(a.arg) for a in arguments.posonlyargs], [ast.arg(a.arg) for a in arguments.args],
        arguments.vararg and ast.arg(arguments.vararg.arg), [ast.arg(a.arg) for a in arguments.kwonlyargs],
        [None if d is None else ast.Constant(None) for d in arguments.kw_defaults],
        arguments.kwarg and ast.arg(arguments.kwarg.arg), [ast.Constant(None) for _ in arguments.defaults],
    )  # fmt: skip
    return new


def _replaced(node: Any, **fields: Any) -> Any:
    values = {name: getattr(node, name, None) for name in node._fields}
    return ast.copy_location(type(node)(**{**values, **fields}), node)


def _flat(suite: Any) -> list[cst.CSTNode]:
    """The statements of a block one by one, as ast counts them."""
    out: list[cst.CSTNode] = []
    if isinstance(suite, cst.SimpleStatementSuite):
        return list(suite.body)
    for stmt in suite.body:
        out.extend(stmt.body if isinstance(stmt, cst.SimpleStatementLine) else [stmt])
    return out


# -- names -------------------------------------------------------------------------------------------------------------


def _own_nodes(stmt: ast.AST) -> Iterable[ast.AST]:
    """The nodes of a statement, those of functions defined in it aside."""
    stack = [stmt]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)) or node is stmt:
            stack.extend(ast.iter_child_nodes(node))


def _loaded(body: Sequence[ast.stmt]) -> set[str]:
    names = {
        n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Load, ast.Del))
    }
    return names | {
        n.target.id
        for s in body
        for n in ast.walk(s)
        if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }


def _bound(body: Sequence[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for stmt in body:
        for node in _own_nodes(stmt):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.alias):
                names.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                names.add(node.name)
    return names


def _made(body: Sequence[ast.stmt]) -> set[str]:
    """The names of functions that are made where this runs."""
    nodes = [node for stmt in body for node in _own_nodes(stmt)]
    functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    bound = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.value, ast.Lambda)]
    return functions | {name for n in bound for target in n.targets for name in _bound_target(target)}


def _enclosed(body: Sequence[ast.stmt]) -> set[str]:
    """The names that functions made where this runs use, whenever they are called."""
    inner = [n for s in body for n in ast.walk(s) if isinstance(n, (ast.FunctionDef, ast.Lambda, ast.GeneratorExp))]
    return {n.id for function in inner for n in ast.walk(function) if isinstance(n, ast.Name)}


def _bound_target(target: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _definite(stmt: ast.stmt) -> set[str]:
    """Names that have a value once the statement is over, if it is reached at all."""
    match stmt:
        case ast.Assign(targets=targets):
            return set().union(*(_bound_target(t) for t in targets))
        case ast.AnnAssign(target=target, value=value):
            return _bound_target(target) if value is not None else set()
        case ast.AugAssign(target=target):
            return _bound_target(target)
        case ast.If(body=body, orelse=orelse):
            sides = [set().union(*(_definite(s) for s in side)) for side in (body, orelse) if not _ends(side)]
            return set.intersection(*sides) if sides else set()
        case ast.With(body=body):
            return set().union(*(_definite(s) for s in body))
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import() | ast.ImportFrom():
            return _bound([stmt])
        case _:
            return set()


def _ends(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Break, ast.Continue))


def _escapes(stmt: ast.stmt, inside: bool = False) -> bool:
    """Whether a break or a continue in the statement belongs to a loop around it, or it deletes or defines names."""
    if isinstance(stmt, (ast.Break, ast.Continue)):
        return not inside
    if isinstance(
        stmt, (ast.Delete, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Try, ast.With, ast.Raise)
    ):
        return True
    loop = inside or isinstance(stmt, (ast.For, ast.While))
    return any(_escapes(child, loop) for child in ast.iter_child_nodes(stmt) if isinstance(child, ast.stmt))


def _works(stmt: ast.stmt) -> bool:
    """Whether the statement computes: an operator, a call or a loop."""
    return any(
        isinstance(n, (ast.BinOp, ast.For, ast.While, ast.AugAssign, ast.Compare)) or (isinstance(n, ast.Call))
        for n in ast.walk(stmt)
    )
