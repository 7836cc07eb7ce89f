"""What does a module-level name stand for, as far as the text tells? Nothing of the user's is imported or run.

Names of NumPy, math and cmath become the real objects; literals and arithmetic on them become numbers; functions
become function objects whose bodies nobody calls; what is imported from the project's other files is read there;
everything else is Foreign, which no handler knows.
"""

from __future__ import annotations

import ast
import importlib
import linecache
import operator
import os
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .diagnostics import MdslError
from .marks import read_output
from .project import file_of
from .safe_imports import Foreign, imported, imports_with_substitute, is_safe
from .textfile import lines_of, read

_MAX_BITS = 4096  # of an integer constant

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.Not: operator.not_,
}  # fmt: skip


class NotStatic(Exception):
    """An expression whose value the text does not tell."""


@dataclass(frozen=True)
class Import:
    """A name that an import binds: to the module or object of that dotted name (relative ones start with a dot)."""

    dotted: str


class ProjectModule(types.ModuleType):
    """Another file of the project, as an object with what it defines."""

    def __init__(self, names: ModuleNames) -> None:
        super().__init__(names.file)
        self._names = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names.values[name]
        except KeyError:
            raise AttributeError(name) from None


class _Values(dict[str, Any]):
    """What names stand for, found when it is asked for: an import may lead through many files."""

    def __init__(self, names: ModuleNames) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, name: str) -> Any:
        if name not in self._names.bindings:
            raise KeyError(name)
        self[name] = self._names.value(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names.bindings or super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default


Binding = Import | ast.expr | ast.FunctionDef | None  # None: bound by something that is not followed


@dataclass
class ModuleNames:
    """The module-level names of a module's tree: how each is bound, and what it stands for."""

    tree: ast.Module
    text: str
    file: str
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    #: the project's other files that were read for this one, by path, each with what it needs of the others
    others: dict[str, ModuleNames] = field(default_factory=dict)
    #: the objects, for a Namespace of the lifter
    values: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.values = _Values(self)
        for stmt in self.tree.body:
            self._collect(stmt, True)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Global):
                for name in node.names:
                    self._bind(name, None)
        for star in self.stars:
            if is_safe(star):
                module = importlib.import_module(star)
                public = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
                for name in public:
                    self._bind(name, Import(f"{star}.{name}"))

    # -- how names are bound

    def _bind(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)

    def _collect(self, stmt: ast.stmt, direct: bool) -> None:
        """The names that a statement of the module's own level binds; `direct` where it runs once, unconditionally."""
        match stmt:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    self._bind(bound, Import(alias.name if alias.asname else bound))
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = "." * level + (module or "")
                for alias in names:
                    if alias.name == "*":
                        self.stars.append(origin)
                    else:
                        joint = "" if origin.endswith(".") and not module else "."
                        self._bind(alias.asname or alias.name, Import(f"{origin}{joint}{alias.name}"))
            case ast.FunctionDef(name=name):
                self._bind(name, stmt)
            case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._bind(name, None)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if direct:
                self._bind(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if direct:
                if value is not None:
                    self._bind(name, value)
            case ast.Try(body=body, handlers=handlers) if imports_with_substitute(body, handlers):
                for inner in body:
                    self._collect(inner, direct)
            case _:
                for name in _bound_names(stmt):
                    self._bind(name, None)
                for block in _blocks(stmt):
                    for inner in block:
                        self._collect(inner, False)

    def binding(self, name: str) -> Binding:
        """How a name is bound, where it is bound once (or by imports of one object); None where it is not known."""
        found = self.bindings.get(name, [])
        if len(found) == 1:
            return found[0]
        if found and all(isinstance(b, Import) and b == found[0] for b in found):
            return found[0]
        return None

    def dotted(self, node: ast.expr, active: tuple[str, ...] = ()) -> str | None:
        """The dotted name that an expression stands for, "numpy.float32" for `np.float32`; None where there is none."""
        match node:
            case ast.Attribute(value=value, attr=attr):
                base = self.dotted(value, active)
                return None if base is None else f"{base}.{attr}"
            case ast.Name(id=name):
                match self.binding(name):
                    case Import(dotted):
                        return dotted
                    case ast.Name() | ast.Attribute() as other if name not in active:
                        return self.dotted(other, (*active, name))
                    case _:
                        return None if name in self.bindings else name
            case _:
                return None

    # -- what names stand for

    def value(self, name: str, active: tuple[str, ...] = ()) -> Any:
        """What a name of the module's own level stands for."""
        if dict.__contains__(self.values, name):
            return self.values[name]
        if name in active:
            return Foreign(name)
        match self.binding(name):
            case Import(dotted):
                return self._imported(dotted)
            case ast.FunctionDef() as node:
                return self._function(node)
            case ast.expr() as node:
                try:
                    return self.evaluate(node, (*active, name))
                except NotStatic:
                    return Foreign(name)
            case _:
                return Foreign(name)

    def _imported(self, dotted: str) -> Any:
        """The object that an import binds: of a library that is safe to import, or of another file of the project."""
        found = imported(dotted)
        place = self.place(dotted) if isinstance(found, Foreign) else None
        if place is None:
            return found
        names, attributes = place
        value: Any = ProjectModule(names)
        for attribute in attributes:
            try:
                value = getattr(value, attribute)
            except AttributeError:
                return found
        return value

    def place(self, dotted: str) -> tuple[ModuleNames, tuple[str, ...]] | None:
        """The names of the project's file that holds what `dotted` names, and the attributes that are left in it."""
        place = file_of(dotted, self.file)
        if place is None or os.path.abspath(place[0]) == os.path.abspath(self.file):
            return None
        file, attributes = place
        if file not in self.others:
            try:
                text = read(file).text
                made = read_output(text)
                text = text if made is None else made.source
                self.others[file] = ModuleNames(ast.parse(text, file), text, file, others=self.others)
            except (MdslError, SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        return self.others[file], attributes

    def function(self, node: ast.expr) -> tuple[ModuleNames, ast.FunctionDef] | None:
        """The function of the project that an expression names, and the names of its file."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id not in self.bindings:
            return None
        bound = self.binding(root.id)
        if isinstance(bound, ast.FunctionDef):
            return (self, bound) if root is node else None
        place = self.place(self.dotted(node) or "") if isinstance(bound, Import) else None
        if place is None or len(place[1]) != 1:
            return None
        bound = place[0].binding(place[1][0])
        return (place[0], bound) if isinstance(bound, ast.FunctionDef) else None

    def evaluate(self, node: ast.expr, active: tuple[str, ...] = ()) -> Any:
        """The value of a constant expression. Raises NotStatic."""
        try:
            return self._evaluate(node, active)
        except (ArithmeticError, TypeError, ValueError, AttributeError, KeyError) as error:
            raise NotStatic(str(error)) from error

    def _evaluate(self, node: ast.expr, active: tuple[str, ...]) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                value = self.value(name, active) if name in self.bindings else _builtin(name)
                if isinstance(value, Foreign):
                    raise NotStatic(name)
                return value
            case ast.Attribute(value=value, attr=attr):
                base = self._evaluate(value, active)
                if isinstance(base, (np.finfo, np.iinfo)):
                    return _number(getattr(base, attr))
                if not isinstance(base, (types.ModuleType, type)) or (
                    isinstance(base, types.ModuleType)
                    and not isinstance(base, ProjectModule)
                    and not is_safe(base.__name__)
                ):
                    raise NotStatic(attr)
                return getattr(base, attr)
            case ast.Tuple(elts=items):
                return tuple(self._evaluate(item, active) for item in items)
            case ast.UnaryOp(op=op, operand=operand):
                return _number(_OPERATORS[type(op)](_number(self._evaluate(operand, active))))
            case ast.BinOp(left=left, op=op, right=right):
                a, b = (_number(self._evaluate(side, active)) for side in (left, right))
                if isinstance(op, (ast.Pow, ast.LShift)) and isinstance(a, int) and isinstance(b, int):
                    if a.bit_length() * abs(b) > _MAX_BITS or (isinstance(op, ast.LShift) and abs(b) > _MAX_BITS):
                        raise NotStatic("a number too large")
                with np.errstate(all="ignore"):
                    return _number(_OPERATORS[type(op)](a, b))
            case ast.Call(func=func, args=[ast.List() as items], keywords=[]) if self.dotted(func) == "numpy.array":
                return np.array(ast.literal_eval(items))
            case ast.Call(func=func, args=args, keywords=[]):
                function = self._evaluate(func, active)
                if not (
                    function in _PURE or (isinstance(function, type) and issubclass(function, (np.generic, np.dtype)))
                ):
                    raise NotStatic("a call")
                values = [self._evaluate(arg, active) for arg in args]
                with np.errstate(all="ignore"):
                    return function(*values)
            case _:
                raise NotStatic(type(node).__name__)

    def _function(self, node: ast.FunctionDef) -> Any:
        """A function object with the text's code and these names as globals; its body is never run.

        Decorators of other libraries may make anything of a function, so only mdsl's own are looked through.
        """
        if any(not is_accelerate(self.dotted(_called(d))) for d in node.decorator_list):
            return Foreign(node.name)
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        bare = ast.FunctionDef(**{**_fields(node), "decorator_list": [], "returns": None, "args": _bare(node.args)})
        ast.copy_location(bare, node)
        # the filename is the user's, so that messages point there; linecache serves the text that was read
        code = compile(ast.Module([bare], []), self.file, "exec", dont_inherit=True)
        inner = next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == node.name)
        if inner.co_freevars:
            return Foreign(node.name)
        inner = inner.replace(co_firstlineno=first)
        linecache.cache[self.file] = (len(self.text), None, lines_of(self.text), self.file)
        function = types.FunctionType(inner, self.values, node.name)
        function.__module__ = "mdsl_source"
        function.__defaults__ = tuple(self._default(d) for d in node.args.defaults) or None
        named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        function.__kwdefaults__ = {a.arg: self._default(d) for a, d in named if d is not None} or None
        return function

    def _default(self, node: ast.expr) -> Any:
        try:
            return self.evaluate(node)
        except NotStatic:
            return Foreign(ast.unparse(node))


def expression_of(path: str, names: ModuleNames) -> str | None:
    """Python that finds in the module what reliance.py calls `path`; None where there is none.

    `FACTOR`, `config:FACTOR` (an attribute), `helper/FACTOR`: what a helper relies on, which for one of another file
    stands among the globals of that.
    """
    *helpers, last = path.removesuffix("()").split("/")
    prefix = ""

    def text(name: str) -> str:
        root, *attributes = name.split(":")
        return ".".join([f"{prefix}[{root!r}]" if prefix else root, *attributes])

    for helper in helpers:
        root, *attributes = helper.split(":")
        value = names.values.get(root)
        for attribute in attributes:
            value = getattr(value, attribute, None)
        if not isinstance(value, types.FunctionType):
            return None
        file = value.__code__.co_filename
        if file == names.file:
            continue
        node = names.others[file].binding(value.__name__) if file in names.others else None
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            return None  # where it is marked, a dispatcher stands there, which has no globals
        prefix, names = f"{text(helper)}.__globals__", names.others[file]
    return text(last) if last.partition(":")[0] in names.bindings else None


def is_accelerate(dotted: str | None) -> bool:
    return dotted in ("mdsl.accelerate", "mdsl.transpiler.accelerate.accelerate")


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _builtin(name: str) -> Any:
    import builtins

    if name in ("float", "int", "bool", "complex", "abs", "min", "max", "round", "pow", "len"):
        return getattr(builtins, name)
    raise NotStatic(name)


_PURE: tuple[Any, ...] = (float, int, bool, complex, abs, min, max, round, len)  # cheap, and without effects
_PURE += (np.finfo, np.iinfo)
_PURE += tuple(imported(f"math.{n}") for n in ("sqrt", "exp", "log", "sin", "cos", "tan", "radians", "degrees"))
_PURE += tuple(getattr(np, n) for n in ("sqrt", "exp", "log", "sin", "cos", "tan", "radians", "degrees"))


def _number(value: Any) -> Any:
    """`value` where it is a number. Raises NotStatic."""
    if not isinstance(value, (bool, int, float, complex, np.generic)):
        raise NotStatic("not a number")
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise NotStatic("a number too large")
    return value


def _blocks(stmt: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(stmt, name, [])
    for handler in getattr(stmt, "handlers", []):
        yield handler.body
    for case in getattr(stmt, "cases", []):
        yield case.body


def _bound_names(stmt: ast.stmt) -> Iterator[str]:
    """The names that a statement itself binds or deletes, those of its blocks aside."""
    inner = {id(s) for block in _blocks(stmt) for s in block}
    stack: list[ast.AST] = [stmt]
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case _:
                pass
        if not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            stack.extend(child for child in ast.iter_child_nodes(node) if id(child) not in inner)


def _fields(node: ast.AST) -> dict[str, Any]:
    return {name: getattr(node, name) for name in node._fields if hasattr(node, name)}


def _bare(arguments: ast.arguments) -> ast.arguments:
    """Parameters without annotations; defaults stay in the text, where the lifter reads them."""

    def plain(args: list[ast.arg]) -> list[ast.arg]:
        return [ast.copy_location(ast.arg(a.arg), a) for a in args]

    return ast.arguments(
        posonlyargs=plain(arguments.posonlyargs),
        args=plain(arguments.args),
        vararg=arguments.vararg and ast.copy_location(ast.arg(arguments.vararg.arg), arguments.vararg),
        kwonlyargs=plain(arguments.kwonlyargs),
        kw_defaults=[None for _ in arguments.kw_defaults],
        kwarg=arguments.kwarg and ast.copy_location(ast.arg(arguments.kwarg.arg), arguments.kwarg),
        defaults=[],
    )
