"""libcst -> Array IR: the statements of a function, and the way in, `lift`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Guard, Param, Program, Ref, Result, Results, View
from ..ir.ops import table
from ..ir.types import BOOL, PY_INT, Size, Type
from . import build
from .context import Context, Outlives, TypeChanged
from .diagnostics import MdslError, Unsupported
from .lift_expr import AUGMENTED, Expressions
from .lift_index import index_view, subscript
from .names import assigned_names, identifiers, size_names
from .signature import ArraySpec, LiteralSpec, OpaqueSpec, ScalarSpec, Signature, Spec, TupleSpec
from .source import FunctionSource, function_source
from .values import (
    NONE,
    Closure,
    Method,
    Opaque,
    Static,
    Tup,
    Value,
    constant,
    is_array,
    is_handle,
    static_value,
)

_ROUNDS = 8  # lifts of one function until its sizes and types stand
RETURNED = "returned_"  # the variable that holds what a helper with several returns gives
_INLINING = 12  # depth of helpers in helpers; recursion ends here


def lift(source: FunctionSource, signature: Signature) -> Program:
    """The function as Array IR for arguments that `signature` describes.

    Raises Unsupported, with the span of the part that is not compiled and the reason.
    """
    equal: dict[str, Size] = {}
    outliving: set[str] = set()
    for _ in range(_ROUNDS):
        lifter = Lifter(source, equal, frozenset(outliving))
        try:
            program = lifter.function(signature)
        except Outlives as missed:
            outliving.add(missed.name)
            continue
        if lifter.ctx.equal == equal:
            return program
        equal = dict(lifter.ctx.equal)
    raise Unsupported("MDSL307", "the sizes of this function do not settle")


class Lifter(Expressions):
    """Lifts one function; `ctx` is the state, `source` the text that is being lifted (a helper's while one is inlined)."""

    def __init__(self, source: FunctionSource, equal: dict[str, Size], outliving: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.outliving = outliving  # names that a loop binds first and something after it uses
        self.ctx = Context(names=set(identifiers(source.node)), equal=dict(equal))
        self.returned: list[Value] | None = None  # where the returns of an inlined helper go
        self.unpacked: list[tuple[str, tuple[str, ...]]] = []
        self.inlined = 0
        self.loops = 0
        self.shares: dict[str, set[str]] = {}
        self.contiguous: set[str] = set()
        self.strided: set[str] = set()  # parameters that are known not to be contiguous in C's order
        self.readonly: set[str] = set()

    # -- the function

    def function(self, signature: Signature) -> Program:
        node = self.source.node
        self.signature = signature
        params: list[Param] = []
        sizes = size_names(node)
        for name, spec in signature.items():
            self.ctx.env[name] = self.parameter(name, spec, params, sizes)
        known = tuple(Guard(Size.named(n) - self.ctx.normal(s), True, "sizes agree") for n, s in self.ctx.equal.items())
        self.local_names = frozenset(assigned_names(node.body))
        part = self.source.statements
        if part is not None:
            if not any(self.statement(stmt) for stmt in part):
                outputs = self.source.outputs
                self.emit_return(NONE if outputs is None else Tup(tuple(self.name(n) for n in outputs)))
        elif isinstance(node, cst.Lambda):
            self.at(node)
            self.emit_return(self.expr(node.body))
        elif not self.block(node.body):
            self.emit_return(NONE)
        guards = tuple(strongest((*known, *self.ctx.guards)))
        if any(isinstance(s, arr.Check) and s.exception == arr.BAIL for s in arr.statements(tuple(self.ctx.out))):
            self.restartable()
        return Program(
            self.source.name,
            tuple(signature),
            tuple(self.unpacked),
            tuple(params),
            tuple(self.ctx.derived.values()),
            guards,
            tuple(self.ctx.out),
        )

    def restartable(self) -> None:
        """The original may run after the compiled code has begun: nothing of the caller's is stored to.

        Raises Unsupported where that does not hold.
        """
        outside = {name for name in self.signature if name in self.ctx.types}
        for stmt in arr.statements(tuple(self.ctx.out)):
            if isinstance(stmt, arr.Store):
                buffer = arr.buffer_of(stmt.target).name
                if outside & self.shares.get(buffer, {buffer}) or self.unpacked:
                    raise Unsupported(
                        "MDSL202", "a Python integer may leave int64 in a function that stores into its arguments"
                    )

    def parameter(self, name: str, spec: Spec, params: list[Param], sizes: dict[tuple[str, int], str]) -> Value:
        match spec:
            case LiteralSpec(value):
                return constant(value)
            case OpaqueSpec(description):
                return Opaque(name, description)
            case TupleSpec(items, _):
                self.unpacked.append((name, tuple(f"{name}_{k}" for k in range(len(items)))))
                return Tup(tuple(self.parameter(f"{name}_{k}", item, params, sizes) for k, item in enumerate(items)))
            case ScalarSpec(type):
                self.ctx.names.add(name)
                params.append(Param(name, type))
                self.ctx.types[name] = type
                if type == PY_INT:
                    self.ctx.door[name] = None
                    self.ctx.frozen.add(name)
                    return Extent(self.ctx.normal(Size.named(name)))
                self.ctx.versions[name] = 0
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
                params.append(Param(name, Type(dtype, tuple(shape), "array")))
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
            if self.returned is not None and isinstance(line, cst.If) and returns(line):
                return self.branch_returning(line, lines[k + 1 :])
            if self.statement(line):
                return True
        return False

    def branch_returning(self, node: cst.If, rest: Sequence[cst.CSTNode]) -> bool:
        """A branch of a helper that returns in it: what follows belongs to the ways that do not, so every way returns."""
        self.at(node.test)
        spans = self.ctx.spans
        truth = self.condition(self.expr(node.test))
        orelse = node.orelse
        other: Sequence[cst.CSTNode] = (
            () if orelse is None else flat(orelse.body) if isinstance(orelse, cst.Else) else (orelse,)
        )
        ways = ((*flat(node.body), *rest), (*other, *rest))
        if isinstance(truth, Const):
            return self.sequence(ways[0] if truth.value else ways[1])
        truth = self.ctx.current(truth)
        self.ctx.verify(truth)
        names = set().union(*(assigned_names(line) for way in ways for line in way)) | {RETURNED}
        outer, self.returned = self.returned, []

        def lift_way(way: Sequence[cst.CSTNode]) -> None:
            self.returned = []
            if not self.sequence(way):
                self.returned = [NONE]
            assert self.returned
            self.assign(RETURNED, self.returned[0])

        def lift_ways() -> tuple[tuple[arr.Stmt, ...], tuple[arr.Stmt, ...]]:
            start, before = dict(self.ctx.env), self.ctx.facts.copy()
            depth, self.return_depth = self.return_depth, self.return_depth + 1
            try:
                _, then = self.apart(lambda: lift_way(ways[0]))
                self.ctx.env, self.ctx.facts = dict(start), before.copy()
                self.bump(then)
                _, orelse = self.apart(lambda: lift_way(ways[1]))
            finally:
                self.return_depth = depth
            self.ctx.facts = before
            return then, orelse

        then, orelse = self.carrying(names, lift_ways, loop=False)
        self.returned = outer
        self.ctx.spans = spans
        self.ctx.emit(arr.If(truth, then, orelse))
        self.bump(then + orelse)
        value = self.ctx.env.get(RETURNED)
        if not isinstance(value, Expr):
            raise Unsupported("MDSL310", "a helper whose returns differ in kind")
        assert self.returned is not None
        self.returned.append(self.ctx.current(value))
        return True

    def statement(self, node: cst.CSTNode) -> bool:
        try:
            if not isinstance(node, (cst.For, cst.While, cst.If, cst.FunctionDef, cst.With)):
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
                bound = self.expr(value)
                if len(targets) > 1:
                    bound = self.held(bound)
                for target in targets:
                    self.bind_target(target.target, bound)
            case cst.AnnAssign(target=target, value=value):
                if value is not None:
                    self.bind_target(target, self.expr(value))
            case cst.AugAssign(target=target, operator=op, value=value):
                self.augment(AUGMENTED[type(op)], target, value)
            case cst.Expr(value=value):
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
                self.check(test, message)
            case cst.FunctionDef(name=cst.Name(value=name)):
                self.ctx.env[name] = Closure(node, self.source, self.ctx.env)
            case cst.Import(names=names):
                for alias in names:
                    self._import(alias)
            case cst.ImportFrom():
                self._import_from(node)
            case cst.Del(target=cst.Name(value=name)):
                self.ctx.env.pop(name, None)
            case _:
                raise Unsupported("MDSL304", f"`{_keyword(node)}` is not compiled")
        return False

    def effect(self, node: cst.BaseExpression) -> None:
        value = self.expr(node)
        if isinstance(value, (Method, Closure)):
            return

    def check(self, test: cst.BaseExpression, message: cst.BaseExpression | None) -> None:
        truth = self.condition(self.expr(test))
        if (isinstance(truth, Const) and truth.value) or (self.ctx.depth == 0 and build.assume(self.ctx, truth)):
            return
        text = ""
        if message is not None:
            try:
                text = str(static_value(self.expr(message)))
            except ValueError:
                raise Unsupported("MDSL304", "the message of an assert that is computed") from None
        if "{" in text or "}" in text:
            raise Unsupported("MDSL304", "the message of this assert")
        self.ctx.emit(arr.Check(truth, "AssertionError", text))

    def _import(self, alias: cst.ImportAlias) -> None:
        import importlib

        dotted = _dotted(alias.name)
        try:
            module = importlib.import_module(dotted)
        except ImportError as error:
            raise Unsupported("MDSL305", str(error)) from error
        if alias.asname is not None:
            self.ctx.env[alias.asname.name.value] = Static(module)  # type: ignore[union-attr]
        else:
            root = dotted.split(".")[0]
            self.ctx.env[root] = Static(importlib.import_module(root))

    def _import_from(self, node: cst.ImportFrom) -> None:
        import importlib

        if node.relative or node.module is None or isinstance(node.names, cst.ImportStar):
            raise Unsupported("MDSL304", "this import is not compiled")
        module = importlib.import_module(_dotted(node.module))
        for alias in node.names:
            name = alias.name.value
            bound = alias.asname.name.value if alias.asname is not None else name  # type: ignore[union-attr]
            self.ctx.env[bound] = constant(getattr(module, name))  # type: ignore[index]

    # -- assignment

    def bind_target(self, target: cst.BaseExpression, value: Value) -> None:
        match target:
            case cst.Name(value=name):
                self.assign(name, value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                items = self.items(value)
                if items is None and isinstance(value, Expr) and value.type.rank:
                    value = self.materialised(value)
                    if not self.ctx.require_equal(
                        value.shape[0], Size(len(elements)), "an unpacked array has as many items as names"
                    ):
                        raise Unsupported("MDSL302", "an unpacked array of unknown length")
                    items = tuple(subscript(self, value, [constant(k)]) for k in range(len(elements)))
                if items is None or any(isinstance(e, cst.StarredElement) for e in elements):
                    raise Unsupported("MDSL304", "an unpacking that is not known item by item")
                if len(items) != len(elements):
                    raise Unsupported("MDSL303", "too many or not enough values to unpack")
                held = [self.held(item) for item in items]
                for element, item in zip(elements, held, strict=True):
                    self.bind_target(element.value, item)
            case cst.Subscript(value=base, slice=elements):
                self.assign_item(self.expr(base), self.index_items(elements), value)
            case _:
                raise Unsupported("MDSL304", "an assignment to this target is not compiled")

    def held(self, value: Value, hint: str = "value") -> Value:
        """`value` so that assignments which follow in the same statement do not change it."""
        if isinstance(value, Tup):
            return Tup(tuple(self.held(item) for item in value.items), value.mutable)
        if not isinstance(value, Expr) or isinstance(value, (Const, Extent)):
            return value
        if is_array(value):
            return self.pinned(self.materialised(value))
        return self.ctx.bind_fresh(hint, value)

    def pinned(self, value: Expr) -> Expr:
        """The array that a handle names now: a variable that a loop or a branch rebinds is followed by another name."""
        buffer = arr.buffer_of(value)
        if buffer.name not in self.ctx.mutable:
            return value
        name = self.ctx.fresh(buffer.name)
        self.ctx.types[name] = buffer.type
        self.ctx.versions[name] = 1
        self.ctx.emit(arr.Alias(name, buffer))
        self.share(name, buffer.name)
        if buffer.name in self.contiguous:
            self.contiguous.add(name)
        fixed = Ref(name, 1, buffer.type)
        return View(fixed, value.axes, value.type) if isinstance(value, View) else fixed

    def materialised(self, value: Expr) -> Expr:
        """An array as a handle: what is computed gets a name."""
        if is_handle(value):
            return value
        return self.bind_array("value", value)

    def bind_array(self, hint: str, value: Expr) -> Ref:
        """A new array of IR name like `hint`; a reshape of memory that NumPy would share is another name of it."""
        shared = self.reshaped_memory(value)
        taken = hint in self.ctx.types or hint in self.ctx.door or hint not in self.local_names
        name = self.ctx.fresh(hint) if taken else self._claim(hint)
        if shared is not None:
            self.ctx.versions[name] = 1
            self.ctx.types[name] = value.type
            self.ctx.emit(arr.Alias(name, value))
            self.share(name, shared)
        else:
            self.ctx.bind(name, value)
        self.contiguous.add(name)
        return Ref(name, self.ctx.versions[name], value.type)

    def reshaped_memory(self, value: Expr) -> str | None:
        """The variable whose memory a reshape shares; None where the value is new.

        Raises Unsupported where NumPy decides by strides whether it copies.
        """
        if not (isinstance(value, Apply) and value.op.name == "reshape" and is_handle(value.args[0])):
            return None
        base = value.args[0]
        if isinstance(base, Ref) and base.name in self.contiguous:
            return base.name
        raise Unsupported("MDSL308", "whether this reshape copies depends on the strides")

    def share(self, a: str, b: str) -> None:
        group = self.shares.get(a, {a}) | self.shares.get(b, {b})
        for name in group:
            self.shares[name] = group

    def stored(self, buffer: str) -> None:
        for name in self.shares.get(buffer, {buffer}):
            self.ctx.stored(name)

    def assign(self, name: str, value: Value) -> None:
        """`name = value`."""
        ctx = self.ctx
        if isinstance(value, Tup):
            value = self.held(value)
        if name in ctx.carried:
            self.assign_carried(name, value)
            return
        if isinstance(value, Expr) and not isinstance(value, (Const, Extent)):
            if is_array(value):
                value = self.pinned(value) if is_handle(value) else self.bind_array(name, value)
            else:
                value = self.assign_scalar(name, value)
        ctx.env[name] = value

    def assign_scalar(self, name: str, value: Expr) -> Expr:
        old = self.ctx.env.get(name)
        if isinstance(old, Ref) and old.type == value.type and self._own(name, old) and old.name not in self.ctx.frozen:
            if old.name not in self.ctx.mutable and self.ctx.depth == 0:
                return self.ctx.bind(self.ctx.fresh(name), value)
            self.ctx.mutable.add(old.name)
            return self.ctx.bind(old.name, value)
        taken = name in self.ctx.types or name in self.ctx.door
        return self.ctx.bind(self.ctx.fresh(name) if taken else self._claim(name), value)

    def _own(self, name: str, ref: Ref) -> bool:
        return ref.name == name or (ref.name.startswith(f"{name}_") and ref.name[len(name) + 1 :].isdigit())

    def _claim(self, name: str) -> str:
        self.ctx.names.add(name)
        return name

    def assign_carried(self, name: str, value: Value) -> None:
        """An assignment to a name that an open loop or branch carries: into its one variable, of its one type."""
        ctx = self.ctx
        cell = ctx.carried[name]
        if not isinstance(value, Expr):
            if cell is None and ctx.env.get(name) == value:
                return
            raise Unsupported("MDSL309", f"`{name}` changes what kind of thing it is")
        value = ctx.current(value)
        if cell is None or self.normal(cell.type) != self.normal(value.type):
            raise TypeChanged(name, value.type if cell is None else self.joined(name, cell.type, value.type))
        if is_array(value):
            base = value if is_handle(value) else self.bind_array(name, value)
            if not isinstance(base, Ref):
                raise Unsupported("MDSL309", f"`{name}` becomes a view of another array in a loop or a branch")
            ctx.emit(arr.Alias(cell.name, base))
            self.share(cell.name, base.name)
            ctx.stored(cell.name)
            ctx.env[name] = Ref(cell.name, ctx.versions[cell.name], cell.type)
            if base.name not in self.contiguous:
                self.contiguous.discard(cell.name)
            return
        ctx.env[name] = ctx.bind(cell.name, value)

    def normal(self, type: Type) -> Type:
        return (
            type if not type.shape else Type(type.dtype, tuple(self.ctx.normal(size) for size in type.shape), type.kind)
        )

    def joined(self, name: str, a: Type, b: Type) -> Type:
        """The type of a variable that holds values of two types. Raises Unsupported where they differ in more than weight."""
        if a == b:
            return a
        if a.rank or b.rank or a.kind == "array" or b.kind == "array":
            if (
                a.dtype == b.dtype
                and a.rank == b.rank
                and all(
                    self.ctx.require_equal(x, y, f"`{name}` keeps its shape")
                    for x, y in zip(a.shape, b.shape, strict=True)
                )
            ):
                return a
            raise Unsupported("MDSL309", f"the array `{name}` changes its type")
        if a.weak and not b.weak:
            if b.dtype == np.result_type(build._representative(Const(0, Type(a.dtype, (), "python"))), b.dtype):
                return b
        elif b.weak and not a.weak:
            return self.joined(name, b, a)
        elif a.weak and b.weak and {a.dtype.kind, b.dtype.kind} == {"i", "f"}:
            return a if a.dtype.kind == "f" else b
        raise Unsupported("MDSL309", f"`{name}` changes its type from {a} to {b}")

    def assign_item(self, base: Value, items: list[Value], value: Value) -> None:
        if not isinstance(base, Expr) or base.type.kind != "array" or not is_handle(base):
            raise Unsupported("MDSL301", "an assignment into something that is no array")
        base = self.ctx.current(base)
        if (
            len(items) == 1
            and isinstance(items[0], Expr)
            and items[0].type.dtype == BOOL
            and items[0].type.kind == "array"
        ):
            self.store_masked(base, self.ctx.current(items[0]), self.operand(value))
            return
        if any(isinstance(item, (Tup,)) or (isinstance(item, Expr) and item.type.kind == "array") for item in items):
            raise Unsupported("MDSL301", "an assignment through an integer array is not compiled")
        from .lift_call import as_array

        operand = as_array(self, value)
        self.store(index_view(self.ctx, base, items), operand)

    def store(self, target: Expr, value: Expr, mask: Expr | None = None, exact: bool = False) -> None:
        """target[...] = value, broadcast and cast as NumPy does; `exact` needs the value's shape to fit as `out=` does."""
        ctx = self.ctx
        target = ctx.current(target)
        buffer = arr.buffer_of(target)
        if value.type.kind == "array" and not value.type.rank:
            value = build.element_of(value)
        if self.readonly & self.shares.get(buffer.name, {buffer.name}):
            raise Unsupported("MDSL303", "the array is read-only: NumPy raises ValueError")
        if isinstance(target, View) and len({a.out for a in target.axes if a.out is not None}) < target.type.rank and any(
            size != 1 for k, size in enumerate(target.shape) if k not in {a.out for a in target.axes}
        ):  # fmt: skip
            raise Unsupported("MDSL303", "a store to a broadcast view")
        while value.type.rank > target.type.rank and value.shape[0] == 1 and not exact:
            value = arr.view(
                value,
                (arr.Axis(Size(0)), *(arr.Axis(Size(0), 1, k) for k in range(value.type.rank - 1))),
                value.shape[1:],
            )
        shape = build.broadcast_shape(ctx, [value.shape, target.shape])
        if len(shape) != target.type.rank or any(
            not ctx.require_equal(a, b, "a store fits") for a, b in zip(shape, target.shape, strict=True)
        ):
            raise Unsupported("MDSL303", "could not broadcast the value into the target's shape")
        dtype = target.type.dtype
        if value.type.dtype.kind == "c" and dtype.kind != "c":
            raise Unsupported("MDSL301", "a complex number stored as a real one warns")
        if (
            dtype.kind in "iu"
            and value.type.dtype.kind in "iu"
            and value.type.is_scalar
            and (value.type.weak or not target.type.rank)
        ):
            # a single element takes what fits it only; an array of many takes a NumPy scalar modulo its width
            if not np.can_cast(value.type.dtype, dtype) and value.type.dtype == np.uint64:
                raise Unsupported("MDSL202", "a uint64 stored in a smaller integer")
            if value.type.weak or not np.can_cast(value.type.dtype, dtype):
                build._fits(ctx, value, dtype)
        elif value.type.is_scalar and dtype.kind in "iu" and value.type.dtype.kind == "f":
            raise Unsupported("MDSL301", "a float stored as an integer raises where it is not finite")
        stored = build.stretch(build.retype(value, dtype), target.shape)
        ctx.emit(arr.Store(target, stored, mask))
        self.stored(buffer.name)

    def store_masked(self, base: Expr, mask: Expr, value: Expr) -> None:
        if value.type.rank:
            raise Unsupported("MDSL301", "an array stored through a mask is not compiled")
        if mask.type.rank > base.type.rank or not mask.type.rank:
            raise Unsupported("MDSL303", "the mask has more axes than the array")
        for a, b in zip(mask.shape, base.shape, strict=False):
            if not self.ctx.require_equal(a, b, "a mask fits its array"):
                raise Unsupported("MDSL302", "the mask is not known to fit the array")
        tail = base.type.rank - mask.type.rank
        if tail:
            mask = arr.view(mask, arr.identity_axes(mask.type.rank), (*mask.shape, *(Size(1),) * tail))
        self.store(base, value, build.stretch(mask, base.shape))

    def augment(self, name: str, target: cst.BaseExpression, node: cst.BaseExpression) -> None:
        """`target OP= value`: in place for arrays, with NumPy's same_kind rule; else a rebinding."""
        match target:
            case cst.Name():
                old = self.expr(target)
                value = self.expr(node)
                if is_array(old):
                    self.augment_array(name, old, value)  # type: ignore[arg-type]
                else:
                    self.assign(target.value, self.binary(name, old, value))
            case cst.Subscript(value=base, slice=elements):
                holder = self.expr(base)
                items = [self.once(item) for item in self.index_items(elements)]
                if not isinstance(holder, Expr) or not is_handle(holder):
                    raise Unsupported("MDSL301", "an assignment into something that is no array")
                masked = any(isinstance(i, Expr) and i.type.kind == "array" for i in items)
                value = self.expr(node)
                if masked:
                    self.augment_masked(name, self.ctx.current(holder), items, value)
                    return
                place = index_view(self.ctx, self.ctx.current(holder), items)
                if not place.type.rank and not any(isinstance(i, Static) and i.value is ... for i in items):
                    # an element: NumPy's scalar, computed, then stored with a cast of any kind
                    from .lift_index import element

                    self.store(place, self.operand(self.binary(name, element(place), value)))
                else:
                    self.augment_array(name, place, value)
            case _:
                raise Unsupported("MDSL304", "this augmented assignment is not compiled")

    def once(self, item: Value) -> Value:
        """An index that is read twice and evaluated once."""
        if isinstance(item, Expr) and not item.type.rank:
            return Extent(self.ctx.size(self.ctx.current(item), "index")) if item.type.dtype.kind in "iu" else item
        return item

    def augment_array(self, name: str, target: Expr, value: Value) -> None:
        from .lift_call import as_array, matmul

        operand = as_array(self, value)
        current = self.ctx.current(target)
        if name == "matmul":
            result = matmul(self, current, operand)
        elif name == "power":
            result = self._power(current, operand)
        else:
            result = build.elementwise(self.ctx, table()[name], current, operand)
        if not np.can_cast(result.type.dtype, target.type.dtype, "same_kind"):
            raise Unsupported(
                "MDSL303", f"cannot cast {result.type.dtype} to {target.type.dtype} with casting rule 'same_kind'"
            )
        if result.type.rank > target.type.rank:
            raise Unsupported("MDSL303", "the result does not fit its target")
        self.store(target, result, exact=True)

    def augment_masked(self, name: str, base: Expr, items: list[Value], value: Value) -> None:
        mask = items[0]
        if len(items) != 1 or not isinstance(mask, Expr) or mask.type.dtype != BOOL:
            raise Unsupported("MDSL301", "an augmented assignment through an integer array is not compiled")
        operand = self.operand(value)
        if operand.type.rank:
            raise Unsupported("MDSL301", "an array stored through a mask is not compiled")
        mask = self.ctx.current(mask)
        if mask.shape != base.shape and mask.type.rank != base.type.rank:
            raise Unsupported("MDSL301", "a mask of fewer axes in an augmented assignment")
        result = (
            self._power(base, operand) if name == "power" else build.elementwise(self.ctx, table()[name], base, operand)
        )
        if not np.can_cast(result.type.dtype, base.type.dtype, "same_kind"):
            raise Unsupported(
                "MDSL303", f"cannot cast {result.type.dtype} to {base.type.dtype} with casting rule 'same_kind'"
            )
        self.store(base, result, mask)

    # -- results

    def emit_return(self, value: Value) -> None:
        if self.returned is not None:
            if self.ctx.depth > self.return_depth:
                raise Unsupported("MDSL310", "a helper that returns from within a loop or a branch")
            self.returned.append(self.held(value) if isinstance(value, Tup) else value)
            return
        self.ctx.emit(arr.Return(self.result(value)))

    return_depth = 0

    def result(self, value: Value) -> Result:
        match value:
            case Static(value=None):
                return None
            case Tup(items, False):
                return Results(tuple(self.result(item) for item in items))
            case Expr():
                value = self.ctx.current(value)
                if value.type.kind != "array":
                    return value
                return value if is_handle(value) else self.bind_array("result", value)
            case _:
                raise Unsupported("MDSL311", "this result is not an array, a number or a tuple of them")

    # -- helpers

    def inline(
        self, function: Closure | Static, args: list[Value], kwargs: dict[str, Value], pure: bool = False
    ) -> Value:
        """The call of a function of the program, its body lifted here; `pure` says that it stores to nothing."""
        if self.inlined >= _INLINING:
            raise Unsupported("MDSL310", "helpers are called too deep, or call themselves")
        if isinstance(function, Closure):
            source, outer = function.source, dict(function.env)
            node: Any = function.node
        else:
            try:
                source = function_source(function.value)
            except MdslError as error:
                raise Unsupported("MDSL310", error.diagnostics[0].message) from error
            node, outer = source.node, {}
        bound = self.arguments(node, args, kwargs, source, function)
        if not pure:
            # what the body stores to must not change the arguments that were computed before
            bound = {name: self.held(value, name) for name, value in bound.items()}
        saved = (self.source, self.ctx.env, self.ctx.carried, self.returned, self.local_names, self.return_depth)
        self.source, self.ctx.env, self.ctx.carried = source, {**outer, **bound}, {}
        self.returned, self.return_depth = [], self.ctx.depth
        self.local_names = frozenset(assigned_names(node.body)) - set(outer)
        self.inlined += 1
        try:
            if isinstance(node, cst.Lambda):
                return self.expr(node.body)
            self.block(node.body)
            return self.returned[0] if self.returned else NONE
        finally:
            self.inlined -= 1
            self.source, self.ctx.env, self.ctx.carried, self.returned, self.local_names, self.return_depth = saved
            saved[0].namespace.used.update(
                {f"{source.name}.{k}": v for k, v in source.namespace.used.items()} if source is not saved[0] else {}
            )
            if isinstance(function, Static):
                saved[0].namespace.used[f"{source.name}()"] = function.value

    def arguments(
        self, node: Any, args: list[Value], kwargs: dict[str, Value], source: FunctionSource, function: Closure | Static
    ) -> dict[str, Value]:
        params = node.params
        if params.kwonly_params or params.star_kwarg or not isinstance(params.star_arg, cst.MaybeSentinel):
            raise Unsupported("MDSL310", "a helper with star or keyword-only parameters is not compiled")
        names = [p.name.value for p in (*params.posonly_params, *params.params)]
        if len(args) > len(names) or any(k not in names for k in kwargs):
            raise Unsupported("MDSL310", "the helper is not called with the arguments that it takes")
        bound = dict(zip(names, args, strict=False))
        if bound.keys() & kwargs.keys():
            raise Unsupported("MDSL310", "an argument is given twice")
        bound.update(kwargs)
        defaults = {p.name.value: p.default for p in (*params.posonly_params, *params.params) if p.default is not None}
        actual = getattr(function.value, "__defaults__", None) or () if isinstance(function, Static) else ()
        actual_by_name = dict(zip(reversed(names), reversed(actual), strict=False))
        for name in names:
            if name not in bound:
                if name in actual_by_name:
                    bound[name] = constant(actual_by_name[name])
                elif name in defaults:
                    bound[name] = self.expr(defaults[name])
                else:
                    raise Unsupported("MDSL310", f"the helper's argument `{name}` is missing")
        return bound

    # -- branches

    def branch(self, node: cst.If) -> bool:
        self.at(node.test)
        spans = self.ctx.spans
        truth = self.condition(self.expr(node.test))
        otherwise: Any = node.orelse.body if isinstance(node.orelse, cst.Else) else node.orelse
        if isinstance(truth, Const):
            if truth.value:
                return self.block(node.body)
            if otherwise is None:
                return False
            return self.branch(otherwise) if isinstance(otherwise, cst.If) else self.block(otherwise)
        names = assigned_names(node.body) | (assigned_names(otherwise) if otherwise is not None else set())
        truth = self.ctx.current(truth)
        self.ctx.verify(truth)

        def lift_branches() -> tuple[tuple[arr.Stmt, ...], bool, dict, tuple[arr.Stmt, ...], bool, dict]:
            start = dict(self.ctx.env)
            before = self.ctx.facts.copy()
            left, then = self.apart(lambda: self.block(node.body))
            env_then = self.ctx.env
            self.ctx.env = dict(start)
            self.ctx.facts = before.copy()
            self.bump(then)  # what the other way reads is not what this one left
            skipped, orelse = False, ()
            if otherwise is not None:
                lift_other = (
                    (lambda: self.branch(otherwise))
                    if isinstance(otherwise, cst.If)
                    else (lambda: self.block(otherwise))
                )
                skipped, orelse = self.apart(lift_other)
            self.ctx.facts = before
            return then, left, env_then, orelse, skipped, self.ctx.env

        then, left, env_then, orelse, skipped, env_else = self.carrying(names, lift_branches, loop=False)
        self.ctx.spans = spans
        self.ctx.emit(arr.If(truth, then, orelse))
        self.merge(names, left, env_then, skipped, env_else)
        self.bump(then + orelse)
        return left and skipped

    def merge(self, names: set[str], left: bool, env_then: dict, skipped: bool, env_else: dict) -> None:
        """The names after a branch: those that each way through it leaves with a value."""
        if left and not skipped:
            self.ctx.env = env_else
        elif skipped and not left:
            self.ctx.env = env_then
        else:
            merged = {}
            for name, value in env_then.items():
                other = env_else.get(name)
                if other is None and name not in env_else:
                    continue
                same = value is other or value == other
                if not same and isinstance(value, Ref) and isinstance(other, Ref) and value.name == other.name:
                    value, same = Ref(value.name, self.ctx.versions[value.name], value.type), True
                if same:
                    merged[name] = value
            self.ctx.env = merged

    def bump(self, body: Sequence[arr.Stmt]) -> None:
        """What `body` may have changed has a new version."""
        touched: set[str] = set()
        for stmt in arr.statements(tuple(body)):
            match stmt:
                case arr.Store(target, _, _):
                    touched |= self.shares.get(arr.buffer_of(target).name, {arr.buffer_of(target).name})
                case arr.Bind(name, _) | arr.Alias(name, _):
                    touched.add(name)
        for name in touched:
            self.ctx.stored(name)
        for key, value in list(self.ctx.env.items()):
            if isinstance(value, Ref) and value.type.kind != "array" and value.name in touched:
                self.ctx.env[key] = Ref(value.name, self.ctx.versions[value.name], value.type)

    # -- carried variables

    def entering(self, names: set[str]) -> set[str]:
        """Those of the names that a loop assigns which outlive a round: bound before it, or used after it."""
        return {name for name in names if name in self.ctx.env or name in self.outliving}

    def carrying(self, names: set[str], lift: Callable[[], Any], loop: bool, trips: Size | None = None) -> Any:
        """Run `lift` with each of `names` in one variable of one type, found by trial.

        `trips` is the number of rounds of a counted loop.
        """
        wanted: dict[str, Type] = {}
        outer = self.ctx.snapshot()
        shares = {k: set(v) for k, v in self.shares.items()}
        for _ in range(_ROUNDS):
            self.open(names, wanted, loop, trips)
            try:
                result = lift()
            except TypeChanged as change:
                if change.name not in names:
                    raise
                self.ctx.restore(outer)
                self.shares = {k: set(v) for k, v in shares.items()}
                wanted[change.name] = change.type
                continue
            self.ctx.carried = dict(outer.carried)
            return result
        raise Unsupported("MDSL309", "the types of the variables in this loop do not settle")

    def open(self, names: set[str], wanted: dict[str, Type], loop: bool, trips: Size | None) -> None:
        ctx = self.ctx
        for name in sorted(names):
            inherited = ctx.carried.get(name)
            value = ctx.env.get(name)
            if inherited is not None and name not in wanted:
                if isinstance(value, Expr) and value.type.kind != "array" and inherited.name in ctx.versions and loop:
                    ctx.stored(inherited.name)
                    ctx.env[name] = Ref(inherited.name, ctx.versions[inherited.name], inherited.type)
                elif loop and isinstance(value, Ref):
                    ctx.stored(inherited.name)
                    ctx.env[name] = Ref(inherited.name, ctx.versions[inherited.name], inherited.type)
                continue
            if inherited is not None and wanted[name] != inherited.type:
                raise TypeChanged(name, wanted[name])
            if value is None:
                # first assigned inside: its variable is declared when its type is known
                type = wanted.get(name)
                if type is not None:
                    ir_name = ctx.fresh(name) if name in ctx.types or name in ctx.door else self._claim(name)
                    ctx.types[ir_name] = type
                    ctx.versions.setdefault(ir_name, 0)
                    ctx.mutable.add(ir_name)
                    ctx.carried[name] = Ref(ir_name, 0, type)
                    self.contiguous.add(ir_name)
                else:
                    ctx.carried[name] = None
                continue
            if not isinstance(value, Expr):
                ctx.carried[name] = None
                continue
            value = ctx.current(value)
            type = self.joined(name, value.type, wanted[name]) if name in wanted else value.type
            if type.kind == "array":
                self.open_array(name, value, type, name in wanted)
            else:
                if value.type.dtype != type.dtype and not (
                    trips is not None and self.ctx.require(trips - 1, f"`{name}` is assigned")
                ):
                    # without a single round the variable would keep the type that it has before
                    raise Unsupported("MDSL309", f"`{name}` may change its type from {value.type} to {type}")
                self.open_scalar(name, value, type)

    def open_scalar(self, name: str, value: Expr, type: Type) -> None:
        ctx = self.ctx
        if value.type != type:
            value = build.cast(value, type.dtype, type.kind)
        taken = name in ctx.types or name in ctx.door
        owned = isinstance(value, Ref) and self._own(name, value) and value.name not in ctx.frozen
        ref = value if owned else ctx.bind(ctx.fresh(name) if taken else self._claim(name), value)
        ctx.mutable.add(ref.name)
        ctx.stored(ref.name)
        ctx.env[name] = ctx.carried[name] = Ref(ref.name, ctx.versions[ref.name], type)

    def open_array(self, name: str, value: Expr, type: Type, rebound: bool) -> None:
        """An array that a loop or a branch assigns: rebound only where a trial saw it, stored into otherwise."""
        ctx = self.ctx
        if not rebound:
            ctx.carried[name] = None
            return
        type = self.joined(name, value.type, type)
        if not isinstance(value, Ref):
            raise Unsupported("MDSL309", f"the view `{name}` is bound to another array in a loop or a branch")
        ir_name = ctx.fresh(name)
        ctx.types[ir_name] = type
        ctx.versions[ir_name] = 1
        ctx.mutable.add(ir_name)
        ctx.emit(arr.Alias(ir_name, value))
        self.share(ir_name, value.name)
        if value.name in self.contiguous:
            self.contiguous.add(ir_name)
        ctx.env[name] = ctx.carried[name] = Ref(ir_name, 1, type)

    # -- loops

    def loop(self, node: cst.For) -> None:
        self.at(node.iter)
        if node.orelse is not None:
            raise Unsupported("MDSL304", "`else` of a loop is not compiled")
        spans = self.ctx.spans
        iterable = node.iter
        if isinstance(iterable, cst.Call):
            function = self.expr(iterable.func)
            if isinstance(function, Static) and function.value is range:
                args = [self.operand(self.expr(a.value)) for a in iterable.args]
                self.counted(node, *self.bounds(args), spans=spans)
                return
            if (
                isinstance(function, Static)
                and function.value in (enumerate, zip, reversed)
                and self._over_arrays(node, function.value, iterable)
            ):
                return
        sequence = self.expr(iterable)
        items = self.items(sequence)
        if items is not None:
            self.unrolled(node, items)
            return
        if is_array(sequence) and sequence.type.rank:  # type: ignore[union-attr]
            array = self.materialised(sequence)  # type: ignore[arg-type]
            self.counted(
                node, Size(0), self.ctx.normal(array.shape[0]), 1, spans=spans, item=lambda k: self._row(array, k)
            )
            return
        raise Unsupported("MDSL304", "a loop over this is not compiled")

    def _row(self, array: Expr, index: Size) -> Value:
        return subscript(self, self.ctx.current(array), [Extent(index)])

    def _over_arrays(self, node: cst.For, function: Any, iterable: cst.Call) -> bool:
        """`for … in enumerate(a)`, `zip(a, b)`, `reversed(range(n))` where a sequence is an array; whether it was one."""
        values = []
        for arg in iterable.args:
            if function is reversed and isinstance(arg.value, cst.Call):
                inner = self.expr(arg.value.func)
                if isinstance(inner, Static) and inner.value is range:
                    lo, hi, step = self.bounds([self.operand(self.expr(a.value)) for a in arg.value.args])
                    if abs(step) != 1:
                        return False
                    self.counted(
                        node, *((hi - 1, lo - 1, -1) if step == 1 else (hi + 1, lo + 1, 1)), spans=self.ctx.spans
                    )
                    return True
            values.append(self.expr(arg.value))
        if not any(is_array(v) for v in values) or function is reversed:
            return False
        if any(self.items(v) is not None and not is_array(v) for v in values):
            return False
        if function is enumerate:
            if len(values) != 1:
                return False
            array = self.materialised(values[0])  # type: ignore[arg-type]
            self.counted(
                node,
                Size(0),
                self.ctx.normal(array.shape[0]),
                1,
                spans=self.ctx.spans,
                item=lambda k: Tup((Extent(k), self._row(array, k))),
            )
            return True
        arrays = [self.materialised(v) for v in values]  # type: ignore[arg-type]
        extent = self.ctx.normal(arrays[0].shape[0])
        for other in arrays[1:]:
            extent = self.ctx.derive("min", extent, self.ctx.normal(other.shape[0]), "rows")
        self.counted(
            node, Size(0), extent, 1, spans=self.ctx.spans, item=lambda k: Tup(tuple(self._row(a, k) for a in arrays))
        )
        return True

    def bounds(self, args: list[Expr]) -> tuple[Size, Size, int]:
        sizes = [self.ctx.normal(self.ctx.size(arg, "bound")) for arg in args]
        lo, hi, step = (Size(0), sizes[0], Size(1)) if len(sizes) == 1 else (*sizes, Size(1))[:3]
        if not step.is_const or step == 0:
            raise Unsupported("MDSL304", "a `range` whose step is not known at compile time")
        return lo, hi, step.const

    def unrolled(self, node: cst.For, items: Sequence[Value]) -> None:
        if any(isinstance(child, (cst.Break, cst.Continue)) for child in _own_jumps(node.body)):
            raise Unsupported("MDSL304", "`break` in a loop over a sequence of known items is not compiled")
        for item in items:
            self.bind_target(node.target, item)
            if self.block(node.body):
                return

    def counted(
        self, node: cst.For, lo: Size, hi: Size, step: int, *, spans: Any, item: Callable[[Size], Value] | None = None
    ) -> None:
        """A loop over the integers lo, lo + step … before hi; `item` gives what the target is bound to."""
        ctx = self.ctx
        target_names = assigned_names_of_target(node.target)
        hint = node.target.value if isinstance(node.target, cst.Name) and item is None else "i"
        names = self.entering(assigned_names(node.body) - target_names)
        rebinds_target = bool(target_names & assigned_names(node.body))

        def lift_body() -> tuple[str, tuple[arr.Stmt, ...]]:
            var = ctx.fresh(hint) if hint in ctx.types or hint in ctx.door or hint in ctx.frozen else self._claim(hint)
            ctx.frozen.add(var)
            ctx.types[var] = PY_INT
            known = ctx.facts.copy()
            index = Size.named(var)
            if step > 0:
                ctx.facts.add(index - lo, hi - 1 - index)
            else:
                ctx.facts.add(lo - index, index - hi - 1)

            def body() -> None:
                for name in target_names:
                    ctx.carried.pop(name, None)
                value = Extent(index) if item is None else item(index)
                if rebinds_target and isinstance(value, Extent):
                    value = ctx.bind_fresh(f"{hint}_now", value)
                self.bind_target(node.target, value)
                self.bump_stores(node.body)
                self.block(node.body)

            self.loops += 1
            try:
                _, stmts = self.apart(body)
            finally:
                self.loops -= 1
            ctx.facts = known
            return var, stmts

        before = dict(ctx.env)
        trips = hi - lo if step == 1 else lo - hi if step == -1 else None
        var, body = self.carrying(names, lift_body, True, trips)
        opened = self._after_open(before)
        for name in names - set(before):
            # bound by every round: after the loop it has a value, if there was a round
            last = ctx.env.get(name)
            jumps = _own_jumps(node.body)
            if (
                isinstance(last, Expr)
                and not jumps
                and trips is not None
                and ctx.require(trips - 1, f"`{name}` is assigned")
            ):
                opened[name] = last
        ctx.spans = spans
        ctx.emit(arr.For(var, lo, hi, step, body))
        self.bump(body)
        self.after_loop(before, opened, names | target_names)

    def bump_stores(self, body: cst.BaseSuite) -> None:
        """At the start of a loop's body every array that exists may have been stored to by the round before."""
        for name, type in self.ctx.types.items():
            if type.kind == "array" or name in self.ctx.mutable:
                if name in self.ctx.versions:
                    self.ctx.stored(name)
        for key, value in list(self.ctx.env.items()):
            if isinstance(value, Ref) and value.type.kind != "array" and value.name in self.ctx.mutable:
                self.ctx.env[key] = Ref(value.name, self.ctx.versions[value.name], value.type)

    def _after_open(self, before: dict[str, Value]) -> dict[str, Value]:
        return {name: value for name, value in self.ctx.env.items() if name in before}

    def after_loop(self, before: dict[str, Value], opened: dict[str, Value], names: set[str]) -> None:
        """After a loop a name that only its body bound may have no value; the others hold what the last round left."""
        env = {}
        for name, value in opened.items():
            if isinstance(value, Ref) and value.type.kind != "array":
                value = Ref(value.name, self.ctx.versions.get(value.name, 0), value.type)
            elif name in names and name in before and not isinstance(value, Ref) and value is not before.get(name):
                continue
            env[name] = value
        self.ctx.env = env

    def repeat(self, node: cst.While) -> None:
        if node.orelse is not None:
            raise Unsupported("MDSL304", "`else` of a loop is not compiled")
        ctx = self.ctx
        self.at(node.test)
        spans = ctx.spans
        names = self.entering(assigned_names(node.body))

        def lift_body() -> tuple[tuple[arr.Stmt, ...], Expr, tuple[arr.Stmt, ...]]:
            known = ctx.facts.copy()
            self.bump_stores(node.body)
            condition, head = self.apart(lambda: self.condition(self.expr(node.test)))
            self.loops += 1
            try:
                _, stmts = self.apart(lambda: self.block(node.body))
            finally:
                self.loops -= 1
            ctx.facts = known
            return head, condition, stmts

        before = dict(ctx.env)
        trial = ctx.snapshot()
        certain, _ = self.apart(lambda: self.condition(self.expr(node.test)))
        ctx.restore(trial)
        # a loop whose test holds at the start runs at least once
        trips = Size(1) if isinstance(certain, Const) and certain.value else None
        head, condition, body = self.carrying(names, lift_body, True, trips)
        opened = self._after_open(before)
        ctx.spans = spans
        ctx.emit(arr.While(head, condition, body))
        self.bump(head + body)
        self.after_loop(before, opened, names)


def strongest(guards: Sequence[Guard]) -> list[Guard]:
    """The guards without those that another one implies: of `n >= 1` and `n >= 3` the second."""
    best: dict[tuple, Guard] = {}
    for guard in guards:
        key = (guard.equal, guard.size if guard.equal else guard.size.terms)
        if key not in best or guard.size.const < best[key].size.const:
            best[key] = guard
    return list(best.values())


def flat(body: cst.BaseSuite) -> list[cst.CSTNode]:
    """The statements of a block one by one."""
    if isinstance(body, cst.SimpleStatementSuite):
        return list(body.body)
    return [
        line for stmt in body.body for line in (stmt.body if isinstance(stmt, cst.SimpleStatementLine) else (stmt,))
    ]


def returns(node: cst.CSTNode) -> bool:
    """Whether a return of this very function stands in the statement, in no loop."""
    if isinstance(node, cst.Return):
        return True
    if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.For, cst.While)):
        return False
    return any(returns(child) for child in node.children)


def assigned_names_of_target(target: cst.BaseExpression) -> set[str]:
    match target:
        case cst.Name(value=name):
            return {name}
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return set().union(*(assigned_names_of_target(e.value) for e in elements))
        case _:
            return set()


def _own_jumps(body: cst.CSTNode) -> list[cst.CSTNode]:
    """The break and continue statements of a loop's body that belong to this loop."""
    found: list[cst.CSTNode] = []
    for child in body.children:
        if isinstance(child, (cst.Break, cst.Continue)):
            found.append(child)
        elif not isinstance(child, (cst.For, cst.While, cst.FunctionDef, cst.Lambda)):
            found.extend(_own_jumps(child))
    return found


def _keyword(node: cst.CSTNode) -> str:
    return {
        "Try": "try",
        "With": "with",
        "Raise": "raise",
        "ClassDef": "class",
        "Match": "match",
        "Global": "global",
    }.get(type(node).__name__, type(node).__name__.lower())


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    assert isinstance(node, cst.Name)
    return node.value
