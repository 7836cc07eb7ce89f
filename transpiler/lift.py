"""libcst -> Array IR: the statements of a function, and the way in, `lift`."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Sequence

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Expr, Extent, Guard, Param, Program, Ref, Result, Results
from ..ir.facts import Facts
from ..ir.types import PY_INT, Size, Type
from . import ambiguous
from .blocks import flat, jumps, returns
from .captured import MOST, Captured, specs
from .context import ChoosesArray, Context, Outlives
from .diagnostics import Unsupported
from .layout import tells_layout
from .lift_call import attribute
from .lift_check import assertion, raising, silent, tried, warned
from .lift_comprehension import Comprehensions
from .lift_expr import AUGMENTED
from .lift_lists import append, appended
from .lift_memory import shows_locked
from .names import assigned_names, identifiers, reserved, size_names
from .restart import handed_over, restartable
from .sequences import Keywords, Listed, Record
from .signature import (
    LARGE_BITS,
    ArraySpec,
    FieldsSpec,
    LiteralSpec,
    OpaqueSpec,
    ScalarSpec,
    Signature,
    Spec,
    TupleSpec,
    spec_of,
)
from .simpler import simplified
from .source import FunctionSource
from .values import (
    NONE,
    Ambiguous,
    Closure,
    Method,
    NamedTup,
    Opaque,
    Static,
    Tup,
    Value,
    constant,
    is_handle,
)

#: Lists of the rows of an array, by what the rows stand for.
_LISTS = {"python": "{}.tolist()", "numpy": "list({})", "array": "list(map(np.copy, {}))"}
_ROUNDS = 8  # lifts of one function until its sizes and types stand


def lift(source: FunctionSource, signature: Signature) -> Program:
    """The function as Array IR for arguments that `signature` describes.

    Raises Unsupported, with the span of the part that is not compiled and the reason.
    """
    if source.captures:
        signature = {**signature, **(specs(source.namespace, source.captures) or {})}
    equal: dict[str, Size] = {}
    outliving: set[str] = set()
    checking, branching = True, False
    reason: Unsupported | None = None
    for _ in range(_ROUNDS + MOST):
        lifter = Lifter(source, equal, frozenset(outliving), branching)
        lifter.ctx.checking = checking
        try:
            program = lifter.function(signature)
        except Outlives as missed:
            outliving.add(missed.name)
            continue
        except ChoosesArray:
            branching = True
            continue
        except Captured as needed:
            assert source.captures is not None
            plain = needed.path.isidentifier() and needed.path not in lifter.local_names
            name = needed.path if plain else lifter.ctx.fresh(re.split("[/:]", needed.path)[-1])
            source.captures[needed.path] = name
            signature = {**signature, name: spec_of(needed.array)}
            continue
        except Unsupported as error:
            if not lifter.ctx.checked:
                # without checks more is refused: what was in the way with them is what has to be said
                raise (reason if reason is not None and reason.diagnostics[0].code != "MDSL202" else error) from None
            checking, reason = False, error  # the original cannot take over in the middle, or it is not worth it
            continue
        if lifter.ctx.equal == equal:
            return program
        equal = dict(lifter.ctx.equal)
    raise Unsupported("MDSL307", "the sizes of this function do not settle")


class Lifter(Comprehensions):
    """Lifts one function; `ctx` is the state, `source` the text being lifted (a helper's while one is inlined)."""

    def __init__(
        self,
        source: FunctionSource,
        equal: dict[str, Size],
        outliving: frozenset[str] = frozenset(),
        branching: bool = False,
    ) -> None:
        statements = source.statements
        self.source = source.with_node(
            simplified(source.node, branching),
            statements=None if statements is None else tuple(_simpler(statements, branching)),
        )
        self.branching = branching
        self.whole = self.source
        self.outliving = outliving  # names that a loop binds first and something after it uses
        self.ctx = Context(names={*identifiers(source.node), *reserved()}, equal=dict(equal))
        self.returned: list[Value] | None = None  # where the returns of an inlined helper go
        self.unpacked: list[tuple[str, tuple[str, ...]]] = []
        self.renamed: list[tuple[str, str]] = []
        self.inlined = 0
        self.scopes: dict[int, dict[str, Value]] = {}
        self.calls = 0
        self.unsettled: dict[str, str] = {}
        self.doubts: dict[str, int] = {}
        self.surely: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.assigned: dict[str, list[Facts]] = {}
        self.loops = 0
        self.shares: dict[str, set[str]] = {}
        self.contiguous: set[str] = set()
        self.doubtful: set[Expr] = set()  # new arrays that NumPy lays out as an operand that they do not read
        self.strided: set[str] = set()  # parameters that are known not to be contiguous in C's order
        self.readonly: set[str] = set()

    # -- the function

    def function(self, signature: Signature) -> Program:
        node = self.source.node
        self.signature = signature
        params: list[Param] = []
        # a part may have one of these names for an argument of its own
        sizes = {place: name for place, name in size_names(node).items() if name not in signature}
        for name, spec in signature.items():
            self.ctx.env[name] = self.parameter(name, spec, params, sizes)
        known = tuple(Guard(Size.named(n) - self.ctx.normal(s), True, "sizes agree") for n, s in self.ctx.equal.items())
        self.local_names = frozenset(assigned_names(node.body))
        part = self.source.statements
        if part is not None:
            if not any(self.statement(stmt) for stmt in part):
                outputs = self.source.outputs
                self.laid_out(outputs or ())
                self.emit_return(NONE if outputs is None else Tup(tuple(self.name(n) for n in outputs)))
        elif isinstance(node, cst.Lambda):
            self.at(node)
            self.emit_return(self.expr(node.body))
        elif not self.block(node.body):
            self.emit_return(NONE)
        guards = tuple(strongest((*known, *self.ctx.guards)))
        self.ctx.out[:0] = self.ctx.first
        self.ctx.out[:] = handed_over(self, tuple(self.ctx.out))
        restartable(self, tuple(self.ctx.out))
        return Program(
            self.source.name,
            tuple(signature),
            tuple(self.unpacked),
            tuple(params),
            tuple(self.ctx.derived.values()),
            guards,
            tuple(self.ctx.out),
            tuple(self.renamed),
            frozenset(self.ctx.narrow.intersection(p.name for p in params)),
        )

    def laid_out(self, outputs: Sequence[str]) -> None:
        """What a part hands to the rest of its function: where that asks for the layout, it is NumPy's.

        Raises Unsupported where it may be another.
        """
        if not tells_layout(self.source.text):
            return
        for value in (self.ctx.env.get(name) for name in outputs):
            made = isinstance(value, Expr) and is_handle(value) and arr.buffer_of(value)
            if made and made.name not in (*self.signature, *self.contiguous) and made.type.rank > 1:
                raise Unsupported("MDSL308", f"whether a reshape of `{made.name}` copies depends on the strides")

    def parameter(self, name: str, spec: Spec, params: list[Param], sizes: dict[tuple[str, int], str]) -> Value:
        if name in reserved() and isinstance(spec, (ScalarSpec, ArraySpec)):
            argument, name = name, self.ctx.fresh(name)
            self.renamed.append((argument, name))
        match spec:
            case LiteralSpec(types.ModuleType() as module):
                return Static(module, f"import {module.__name__}")  # what it holds is watched
            case LiteralSpec(value):
                return constant(value)
            case OpaqueSpec(description):
                return Opaque(name, description)
            case TupleSpec(items, _, fields):
                self.unpacked.append((name, tuple(f"{name}_{k}" for k in range(len(items)))))
                values = tuple(self.parameter(f"{name}_{k}", item, params, sizes) for k, item in enumerate(items))
                if isinstance(spec, FieldsSpec):
                    return Record(dict(zip(fields, values, strict=True)))  # type: ignore[return-value]
                return NamedTup(values, fields=fields) if fields else Tup(values)
            case ScalarSpec(type, large):
                if type.dtype == np.float16:
                    raise Unsupported("MDSL201", "numbers of float16 are not compiled")
                self.ctx.names.add(name)
                params.append(Param(name, type))
                self.ctx.types[name] = type
                if type == PY_INT:
                    self.ctx.door[name] = None
                    self.ctx.frozen.add(name)
                    if large:
                        self.ctx.wide[name] = 1 << LARGE_BITS
                        self.ctx.certain.add(name)
                    return Extent(self.ctx.normal(Size.named(name)))
                self.ctx.versions[name] = 0
                self.ctx.params.add(name)
                return Ref(name, 0, type)
            case ArraySpec(dtype, ones, layout, writeable):
                if dtype == np.float16:
                    raise Unsupported("MDSL201", "arrays of float16 are not compiled")
                self.ctx.names.add(name)
                shape = []
                for axis, one in enumerate(ones):
                    if one:
                        shape.append(Size(1))
                        continue
                    symbol = (
                        self.ctx.fresh(sizes.get((name, axis)) or self._pool(name, axis))
                        if (name, axis) not in sizes
                        else sizes[name, axis]
                    )
                    self.ctx.names.add(symbol)
                    self.ctx.door[symbol] = None
                    self.ctx.facts.add(Size.named(symbol))
                    shape.append(Size.named(symbol))
                params.append(Param(name, Type(dtype, tuple(shape), "array"), layout == "C", layout == "F"))
                normal = Type(dtype, tuple(self.ctx.normal(size) for size in shape), "array")
                self.ctx.types[name] = normal
                self.ctx.versions[name] = 0
                (self.contiguous if layout == "C" else self.strided).add(name)
                if not writeable:
                    self.readonly.add(name)
                return Ref(name, 0, normal)

    def _pool(self, name: str, axis: int) -> str:
        return next(
            (letter for letter in ("n", "m", "k", "p", "q", "r") if letter not in self.ctx.names), f"{name}_{axis}"
        )

    def at(self, node: cst.CSTNode) -> None:
        """Statements that are emitted from here on come from `node`."""
        if not self.inlined:
            self.ctx.spans = frozenset({self.source.span(node)})

    # -- blocks

    def block(self, body: cst.BaseSuite) -> bool:
        """Lift the statements of a block; whether it always leaves (return, break, continue)."""
        return self.sequence(flat(body))

    def sequence(self, lines: Sequence[cst.CSTNode]) -> bool:
        for k, line in enumerate(lines):
            if isinstance(line, cst.With) and silent(self, line):
                return self.sequence([*flat(line.body), *lines[k + 1 :]])
            if self.returned is not None and isinstance(line, cst.If) and returns(line):
                return self.branch_returning(line, lines[k + 1 :])
            if self.statement(line):
                return True
            if isinstance(line, (cst.If, cst.For, cst.While)) and jumps(line):
                self.doubt += 1  # until the loop around it is lifted
        return False

    def statement(self, node: cst.CSTNode) -> bool:
        try:
            if not isinstance(node, (cst.For, cst.While, cst.If, cst.FunctionDef, cst.With, cst.Try)):
                self.at(node)
            return self._statement(node)
        except Unsupported as error:
            first = error.diagnostics[0]
            if self.inlined:
                raise
            here = self.source.span(node)
            if first.span is None or first.span.file != here.file or not here.line <= first.span.line <= here.end_line:
                # it stands in a helper: this statement calls it
                notes = () if first.span is None else (f"in a helper, {first.span.file}:{first.span.line}",)
                raise Unsupported(first.code, first.message, here, *first.hints, notes=notes) from error
            raise

    def _statement(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Assign(targets=targets, value=value):
                begun = len(self.ctx.out)
                bound = self.expr(value)
                if len(targets) > 1:
                    bound = self.held(bound)
                elif len(self.ctx.out) > begun:
                    bound = self.named_results(targets[0].target, bound)
                for target in targets:
                    self.bind_target(target.target, bound)
            case cst.AnnAssign(target=target, value=value):
                if value is not None:
                    self.bind_target(target, self.expr(value))
            case cst.AugAssign(target=target, operator=op, value=value):
                self.augment(AUGMENTED[type(op)], target, value)
            case cst.Expr(value=value):
                grown = appended(node)
                if (grown is not None and append(self, *grown)) or warned(self, value):
                    return False
                if not isinstance(value, (cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis)):
                    self.effect(value)
            case cst.Return(value=value):
                result = NONE if value is None else self.expr(value)
                self.emit_return(result)
                return True
            case cst.If():
                return self.branch(node)
            case cst.For():
                self.loop(node)
            case cst.While():
                self.repeat(node)
            case cst.Break():
                self.ctx.emit(arr.Break())
                return True
            case cst.Continue():
                self.ctx.emit(arr.Continue())
                return True
            case cst.Pass() | cst.Global() | cst.Nonlocal() if isinstance(node, cst.Pass):
                pass
            case cst.Assert(test=test, msg=message):
                assertion(self, test, message)
            case cst.Raise():
                raising(self, node)
                return True
            case cst.Try():
                return tried(self, node)
            case cst.FunctionDef(name=cst.Name(value=name)):
                self.ctx.env[name] = Closure(node, self.source, self.frame, self.defaults(node.params))
            case cst.Import(names=names):
                for alias in names:
                    self._import(alias)
            case cst.ImportFrom():
                self._import_from(node)
            case cst.Del(target=target) if (names := _deleted(target)) is not None:
                for name in names:
                    self.name(name)  # raises where it has no value
                    self.ctx.env.pop(name, None)
            case _:
                raise Unsupported("MDSL304", f"`{_keyword(node)}` is not compiled")
        return False

    def effect(self, node: cst.BaseExpression) -> None:
        value = self.expr(node)
        if isinstance(value, (Method, Closure)):
            return

    def _import(self, alias: cst.ImportAlias) -> None:
        import importlib

        dotted = _dotted(alias.name)
        try:
            module = importlib.import_module(dotted)
        except ImportError as error:
            raise Unsupported("MDSL305", str(error)) from error
        if alias.asname is not None:
            self.ctx.env[alias.asname.name.value] = Static(module, f"import {dotted}")  # type: ignore[union-attr]
        else:
            root = dotted.split(".")[0]
            self.ctx.env[root] = Static(importlib.import_module(root), f"import {root}")

    def _import_from(self, node: cst.ImportFrom) -> None:
        import importlib

        if node.relative or node.module is None or isinstance(node.names, cst.ImportStar):
            raise Unsupported("MDSL304", "this import is not compiled")
        dotted = _dotted(node.module)
        module = importlib.import_module(dotted)
        for alias in node.names:
            name = alias.name.value
            bound = alias.asname.name.value if alias.asname is not None else name  # type: ignore[union-attr]
            self.ctx.env[bound] = attribute(self, Static(module, f"import {dotted}"), name)  # type: ignore[index]

    # -- results

    def emit_return(self, value: Value) -> None:
        if self.returned is not None:
            if self.ctx.depth > self.return_depth:
                raise Unsupported("MDSL310", "a helper that returns from within a loop or a branch")
            self.returned.append(self.held(value) if isinstance(value, Tup) else value)
            return
        self.containers: list[Results] = []  # of this result
        self.ctx.emit(arr.Return(self.result(value)))

    return_depth = 0

    def result(self, value: Value) -> Result:
        match value:
            case Static(value=None):
                return None
            case NamedTup():
                raise Unsupported("MDSL311", "a named tuple as a result is not compiled")
            case Tup(items, False):
                return Results(tuple(self.result(item) for item in items))
            case Tup() | Keywords() | Listed() | Static(value=str()) if self.source.outputs is None:
                return self.built(value)
            case Ambiguous():
                return ambiguous.result(value)
            case Expr():
                value = self.ctx.current(value)
                if value.type.kind != "array":
                    return value
                value = value if is_handle(value) else self.bind_array("result", value)
                if isinstance(value, arr.View) and value.locked != shows_locked(value):
                    raise Unsupported("MDSL308", "a view that NumPy makes read-only, or writable, is made otherwise")
                return value
            case _:
                raise Unsupported("MDSL311", "this result is not an array, a number, or several of them")

    def built(self, value: Value) -> Results:
        """A list, a dictionary or a text. Raises Unsupported where it is not certain that two of them are two."""
        if isinstance(value, Static):
            return Results((), braced(repr(value.value)))
        if isinstance(value, Listed):
            if value.kind is None:
                raise Unsupported("MDSL311", "a list of these items is not compiled as a result")
            made = Results((self.result(value.array),), _LISTS[value.kind])
        elif isinstance(value, Keywords):
            items: tuple[Result, ...] = tuple(self.result(item) for item in value.items.values())
            made = Results(items, "{{" + ", ".join(f"{braced(repr(key))}: {{}}" for key in value.items) + "}}")
        else:
            assert isinstance(value, Tup)
            items = tuple(self.result(item) for item in value.items)
            made = Results(items, f"[{', '.join(['{}'] * len(items))}]")
        if made in self.containers:
            raise Unsupported("MDSL311", "a list or a dictionary that may be in a result twice is not compiled")
        self.containers.append(made)
        return made


def _simpler(statements: Sequence[cst.CSTNode], branching: bool) -> Iterator[cst.CSTNode]:
    """Statements in their simpler forms, of which one may be several."""
    for statement in statements:
        made = simplified(statement, branching)
        yield from made if isinstance(made, cst.FlattenSentinel) else (made,)


def braced(text: str) -> str:
    """A text that `str.format` gives back as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def strongest(guards: Sequence[Guard]) -> list[Guard]:
    """The guards without those that another one implies: of `n >= 1` and `n >= 3` the second."""
    best: dict[tuple, Guard] = {}
    for guard in guards:
        key = (guard.equal, guard.size if guard.equal else guard.size.terms)
        if key not in best or guard.size.const < best[key].size.const:
            best[key] = guard
    return list(best.values())


def _keyword(node: cst.CSTNode) -> str:
    return {
        "Try": "try",
        "With": "with",
        "Raise": "raise",
        "ClassDef": "class",
        "Match": "match",
        "Global": "global",
    }.get(type(node).__name__, type(node).__name__.lower())


def _deleted(target: cst.BaseDelTargetExpression) -> list[str] | None:
    """The names that `del` unbinds; None where it deletes something else."""
    targets = [e.value for e in target.elements] if isinstance(target, (cst.Tuple, cst.List)) else [target]
    return (
        [t.value for t in targets if isinstance(t, cst.Name)] if all(isinstance(t, cst.Name) for t in targets) else None
    )


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    assert isinstance(node, cst.Name)
    return node.value
