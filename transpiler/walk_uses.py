"""How does a function use its parameters? An abstract run of its body, and of the helpers that it calls."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .safe_imports import Foreign, imported
from .statics import ModuleNames, NotStatic
from .uses import SCALAR, UNKNOWN, Evidence, Function, Items, ShapeOf, Val, Value, joined, ranked

_REDUCTIONS = frozenset(
    "sum prod mean min max amin amax var std any all argmin argmax median ptp count_nonzero average nansum nanprod "
    "nanmean nanmin nanmax nanstd nanvar".split()
)
_SAME_RANK = frozenset(
    "copy astype conj conjugate clip cumsum cumprod sort roll flip flipud fliplr zeros_like ones_like empty_like "
    "full_like asarray asanyarray array ascontiguousarray transpose diff gradient pad swapaxes round nan_to_num real "
    "imag angle".split()
)
_ELEMENTWISE = frozenset("where maximum minimum isclose sinc heaviside select".split())
_SHAPED = frozenset("zeros ones empty full".split())
_INLINING = 6


@dataclass(kw_only=True)
class Walker(Evidence):
    """Runs bodies abstractly; the evidence fills up."""

    names: ModuleNames
    env: dict[str, Value] = field(default_factory=dict)
    depth: int = 0
    returned: list[Value] = field(default_factory=list)

    def function(self, node: ast.FunctionDef | ast.Lambda, env: Mapping[str, Value]) -> Value:
        saved = self.env, self.returned
        self.env, self.returned = dict(env), []
        self.depth += 1
        try:
            if isinstance(node, ast.Lambda):
                return self.expr(node.body)
            self.block(node.body)
            return self.returned[-1] if self.returned else UNKNOWN
        finally:
            self.depth -= 1
            self.env, self.returned = saved

    # -- statements

    def block(self, body: Iterable[ast.stmt]) -> None:
        for stmt in body:
            self.statement(stmt)

    def statement(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                found = self.expr(value)
                for target in targets:
                    self.bind(target, found, stmt)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.bind(target, self.expr(value), stmt)
            case ast.AugAssign(target=target, value=value):
                before = self.expr(target)
                after = self.combined(stmt, before, self.expr(value))
                # in place an array keeps its rank, whatever is added to it
                if isinstance(target, ast.Name) and not (isinstance(before, Val) and before.parameter is not None):
                    self.bind(target, after, stmt)
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                row = self.row(self.expr(iterable), iterable)
                for _ in range(2):  # once more with what the first round bound
                    self.bind(target, row, stmt)
                    self.block(body)
                self.block(orelse)
            case ast.While(test=test, body=body):
                for _ in range(2):
                    self.truth(test)
                    self.block(body)
            case ast.If(test=test, body=body, orelse=orelse):
                self.truth(test)
                before = dict(self.env)
                self.block(body)
                then, self.env = self.env, before
                self.block(orelse)
                for name, value in then.items():
                    other = self.env.get(name)
                    self.env[name] = value if other is None or other == UNKNOWN else joined(value, other)
            case ast.Return(value=value):
                if value is not None:
                    self.returned.append(self.expr(value))
            case ast.FunctionDef(name=name):
                self.env[name] = Function(stmt, self.env)
            case ast.Assert(test=test):
                self.truth(test)
            case _:
                for child in ast.iter_child_nodes(stmt):
                    if isinstance(child, ast.expr):
                        self.expr(child)
                    elif isinstance(child, ast.stmt):
                        self.statement(child)

    def bind(self, target: ast.expr, value: Value, where: ast.stmt) -> None:
        match target:
            case ast.Name(id=name):
                self.env[name] = value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                starred = any(isinstance(e, ast.Starred) for e in elements)
                if isinstance(value, ShapeOf):
                    self.array(value.value)
                    if not starred and len(value.value.parts) == 1:
                        ((root, offset),) = value.value.parts
                        if root and self.uses[root].exact is None:
                            self.uses[root].exact, self.uses[root].reason = len(elements) - offset, where
                    items: tuple[Value, ...] = (SCALAR,) * len(elements)
                elif isinstance(value, Items) and len(value.items) == len(elements):
                    items = value.items
                elif isinstance(value, Val) and value.parts:
                    self.least(value, 1, where)
                    items = (value.moved(-1),) * len(elements)
                else:
                    items = (UNKNOWN,) * len(elements)
                for element, item in zip(elements, items, strict=True):
                    self.bind(element.value if isinstance(element, ast.Starred) else element, item, where)
            case ast.Subscript():
                stored = self.expr(target)
                if isinstance(stored, Val) and isinstance(value, Val):
                    self.links.append((stored, value, where))
            case _:
                self.expr(target)

    def row(self, value: Value, where: ast.expr) -> Value:
        """What a loop over `value` binds."""
        if isinstance(value, Items):
            return joined(*value.items) if value.items else UNKNOWN
        if isinstance(value, Val) and value.parts and value != SCALAR:
            self.least(value, 1, where)
            return value.moved(-1)
        return SCALAR

    # -- expressions

    def truth(self, node: ast.expr) -> None:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.truth(node.operand)
            return
        if isinstance(node, ast.BoolOp):
            for value in node.values:
                self.truth(value)
            return
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                # one truth value: what is compared is a number
                for use in self.each(found := self.expr(side)):
                    if isinstance(found, Val) and found.parameter == use.name and not use.array:
                        use.scalar = use.arithmetic = True
            return
        found = self.expr(node)
        for use in self.each(found):
            use.truth = use.truth or isinstance(node, ast.Name)

    def expr(self, node: ast.expr) -> Value:
        match node:
            case ast.Name(id=name):
                if name in self.env:
                    value = self.env[name]
                    for use in self.each(value):
                        use.used = True
                    return value
                return SCALAR if isinstance(self.names.values.get(name), (int, float, complex)) else UNKNOWN
            case ast.Constant(value=value):
                return SCALAR if isinstance(value, (int, float, complex)) else UNKNOWN
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self.product(self.expr(left), self.expr(right), node)
            case ast.BinOp(left=left, right=right):
                return self.combined(node, self.expr(left), self.expr(right))
            case ast.UnaryOp(operand=operand):
                value = self.expr(operand)
                self.arithmetic(value)
                return value
            case ast.Compare(left=left, comparators=others):
                if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in node.ops):
                    for side in (left, *others):
                        self.expr(side)
                    return SCALAR
                return self.combined(node, self.expr(left), *(self.expr(o) for o in others))
            case ast.BoolOp(values=values):
                return joined(*(self.expr(v) for v in values))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.truth(test)
                return joined(self.expr(body), self.expr(orelse))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return Items(tuple(self.expr(e) for e in elements))
            case ast.Subscript(value=base, slice=index):
                return self.subscript(self.expr(base), index, node)
            case ast.Attribute(value=value, attr=attr):
                return self.attribute(self.expr(value), attr, node)
            case ast.Call():
                return self.call(node)
            case ast.Lambda():
                return Function(node, self.env)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                self.env[name] = found = self.expr(value)
                return found
            case (
                ast.ListComp(generators=generators, elt=element) | ast.GeneratorExp(generators=generators, elt=element)
            ):
                for generator in generators:
                    row = self.row(self.expr(generator.iter), generator.iter)
                    self.bind(generator.target, row, ast.Pass(lineno=node.lineno))
                return Items((self.expr(element),))
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.expr(child)
                return UNKNOWN

    def combined(self, where: ast.expr | ast.stmt, *values: Value) -> Value:
        """An elementwise operation."""
        self.arithmetic(*values)
        known = [v for v in values if isinstance(v, Val)]
        if any(v.stretched for v in known):
            for v in known:
                if not v.stretched and v != SCALAR:
                    self.likely(v, 1, where)
        if len(known) < len(values):
            return UNKNOWN
        for a, b in itertools.pairwise(known):
            if a.parts and b.parts and SCALAR not in (a, b) and not (a.stretched or b.stretched):
                self.links.append((a, b, where))
        others = [v for v in known if v != SCALAR]
        return others[0] if len(others) == 1 else joined(*known)

    def product(self, a: Value, b: Value, where: ast.expr) -> Value:
        for side in (a, b):
            self.array(side)
            if isinstance(side, Val):
                self.factors.append((side, where))
        if not (isinstance(a, Val) and isinstance(b, Val)):
            return UNKNOWN
        ranks = [self.rank(side) for side in (a, b)]
        if ranks[0] is not None and ranks[1] is not None:
            return ranked(max(ranks[0] + ranks[1] - 2, 0))
        for rank, other in ((ranks[1], a), (ranks[0], b)):
            if rank in (1, 2) and len(other.parts) == 1:
                return other.moved(rank - 2)
        return UNKNOWN

    def attribute(self, value: Value, attr: str, where: ast.expr) -> Value:
        if not isinstance(value, Val):
            return UNKNOWN
        match attr:
            case "shape":
                self.array(value)
                return ShapeOf(value)
            case "T":
                self.array(value)
                self.least(value, 2, where)  # of a vector it would do nothing
                return value
            case "real" | "imag":
                self.array(value)
                return value
            case "ndim" | "size" | "nbytes" | "itemsize":
                self.array(value)
                return SCALAR
            case "dtype" | "flat":
                self.array(value)
                return UNKNOWN
            case _:
                return UNKNOWN

    def subscript(self, base: Value, index: ast.expr, where: ast.expr) -> Value:
        items = list(index.elts) if isinstance(index, ast.Tuple) else [index]
        if isinstance(base, ShapeOf):
            for item in items:
                self.expr(item)
            axis = _integer(items[0])
            if axis is not None:
                self.least(base.value, axis + 1 if axis >= 0 else -axis, where)
                return SCALAR
            return UNKNOWN
        if isinstance(base, Items):
            axis = _integer(items[0])
            for item in items:
                self.expr(item)
            return base.items[axis] if axis is not None and -len(base.items) <= axis < len(base.items) else UNKNOWN
        if not isinstance(base, Val):
            return UNKNOWN
        consumed, change, known, stretched = 0, 0, True, False
        for item in items:
            match item:
                case ast.Slice(lower=lower, upper=upper, step=step):
                    for bound in (lower, upper, step):
                        if bound is not None:
                            self.integer(self.expr(bound))
                    consumed += 1
                case ast.Constant(value=None) | ast.Attribute(attr="newaxis"):
                    change += 1
                    stretched = True
                case ast.Constant(value=value) if value is ...:
                    pass
                case _:
                    found = self.expr(item)
                    if isinstance(item, (ast.Compare, ast.BoolOp)) or (
                        isinstance(found, Val) and any(u.array for u in self.each(found))
                    ):
                        # a mask or an array of indices: the rank of what comes out is not followed
                        known = False
                        consumed += 1 if len(items) > 1 else 0
                        if isinstance(found, Val) and found.parameter is not None:
                            self.uses[found.parameter].integer = True
                        continue
                    self.integer(found)
                    consumed += 1
                    change -= 1
        self.array(base)
        if consumed:
            self.least(base, consumed, where)
        return replace(base.moved(change), stretched=stretched) if known else UNKNOWN

    # -- calls

    def call(self, node: ast.Call) -> Value:
        args = [self.expr(a.value if isinstance(a, ast.Starred) else a) for a in node.args]
        kwargs = {k.arg: self.expr(k.value) for k in node.keywords if k.arg is not None}
        if isinstance(node.func, ast.Name) and isinstance(inner := self.env.get(node.func.id), Function):
            return self.helper(inner.node, inner.env, args, kwargs)
        dotted = self.names.dotted(node.func) or ""
        if (known := self.names.function(node.func)) is not None:
            names, self.names = self.names, known[0]
            try:
                return self.helper(known[1], {}, args, kwargs)
            finally:
                self.names = names
        name = dotted.rpartition(".")[2]
        if dotted.startswith("numpy.") and args:
            return self.numpy(dotted, name, args, kwargs, node)
        if dotted.startswith(("math.", "cmath.")):
            for use in (u for a in args for u in self.each(a)):
                use.scalar = use.arithmetic = True
            return SCALAR
        if isinstance(node.func, ast.Attribute) and not dotted.startswith("numpy."):
            receiver = self.expr(node.func.value)
            if isinstance(receiver, Val):
                self.array(receiver) if node.func.attr in _REDUCTIONS | _SAME_RANK | {
                    "reshape",
                    "ravel",
                    "flatten",
                    "dot",
                    "fill",
                    "tolist",
                } else None
                return self.numpy(f"numpy.{node.func.attr}", node.func.attr, [receiver, *args], kwargs, node)
            return UNKNOWN
        return self.builtin(dotted, args, node)

    def builtin(self, name: str, args: list[Value], node: ast.Call) -> Value:
        match name:
            case "range":
                for arg in args:
                    self.integer(arg)
                return ranked(1)
            case "len" if args:
                self.array(args[0])
                self.likely(args[0], 1, node)
                return SCALAR
            case "enumerate" if args:
                return Items((Items((SCALAR, self.row(args[0], node))),))
            case "zip":
                return Items((Items(tuple(self.row(arg, node) for arg in args)),))
            case "reversed" | "sorted" | "list" | "tuple" if args:
                return args[0]
            case "abs" | "round" | "pow" if args:
                return self.combined(node, *args)
            case "min" | "max" if len(args) > 1:
                return self.combined(node, *args)
            case "int" | "float" | "bool" | "complex":
                self.arithmetic(*args)
                return SCALAR
            case _:
                return UNKNOWN

    def helper(
        self, node: ast.FunctionDef | ast.Lambda, env: Mapping[str, Value], args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        if self.depth > _INLINING:
            return UNKNOWN
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        bound = {a.arg: UNKNOWN for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        return self.function(node, {**env, **bound, **dict(zip(names, args, strict=False)), **kwargs})

    def numpy(self, dotted: str, name: str, args: list[Value], kwargs: dict[str, Value], node: ast.Call) -> Value:
        first = args[0]
        if name in _REDUCTIONS:
            return self.reduction(first, args, kwargs, node)
        if name in _SHAPED:
            self.integer(first)
            return (
                ranked(len(first.items))
                if isinstance(first, Items)
                else UNKNOWN
                if isinstance(first, ShapeOf)
                else ranked(1)
            )
        if name in _SAME_RANK:
            if name == "roll":
                self.integer(Items(tuple(args[1:2])))
            elif name == "clip":
                self.arithmetic(*args[1:], *kwargs.values())
            if isinstance(first, Val):
                self.array(first)
            return first if not isinstance(first, Items) else ranked(_nesting(first))
        match name:
            case "arange":
                self.integer(Items(tuple(args)))
                return ranked(1)
            case "linspace" | "logspace" | "geomspace":
                self.arithmetic(*args[:2])
                self.integer(Items(tuple(args[2:3])))
                return ranked(1)
            case "eye" | "identity":
                self.integer(first)
                return ranked(2)
            case "dot" | "matmul" | "vdot" | "inner" if len(args) > 1:
                return self.product(args[0], args[1], node)
            case "outer":
                for arg in args[:2]:
                    self.array(arg)
                    self.least(arg, 1, node)
                return ranked(2)
            case "reshape":
                self.array(first)
                shape = args[1] if len(args) == 2 else Items(tuple(args[1:]))
                self.integer(shape)
                return ranked(len(shape.items)) if isinstance(shape, Items) else ranked(1)
            case "ravel" | "flatten":
                self.array(first)
                return ranked(1)
            case "expand_dims":
                self.array(first)
                return first.moved(1) if isinstance(first, Val) else UNKNOWN
        if name in _ELEMENTWISE or isinstance(self.ufunc(dotted), np.ufunc):
            inputs = [a for a in args if not isinstance(a, Items)]
            return self.combined(node, *inputs)
        if ".linalg." in dotted:
            self.array(first)
            return UNKNOWN
        return UNKNOWN

    def ufunc(self, dotted: str) -> Any:
        found = imported(dotted)
        return None if isinstance(found, Foreign) else found

    def reduction(self, value: Value, args: list[Value], kwargs: dict[str, Value], node: ast.Call) -> Value:
        self.array(value)
        axes = self.axes(node)
        if axes is None:
            keeps = any(k.arg == "axis" for k in node.keywords)
            return UNKNOWN if keeps or not isinstance(value, Val) else SCALAR
        for axis in axes:
            self.least(value, axis + 1 if axis >= 0 else -axis, node)
        keep = any(
            k.arg == "keepdims" and not (isinstance(k.value, ast.Constant) and not k.value.value) for k in node.keywords
        )
        return value.moved(0 if keep else -len(axes)) if isinstance(value, Val) else UNKNOWN

    def axes(self, node: ast.Call) -> list[int] | None:
        """The axes of a reduction as its call says them; None for all or unknown ones."""
        method = isinstance(node.func, ast.Attribute) and not (self.names.dotted(node.func) or "").startswith("numpy.")
        given = next((k.value for k in node.keywords if k.arg == "axis"), None)
        if given is None and len(node.args) > (0 if method else 1):
            given = node.args[0 if method else 1]
        if given is None:
            return None
        try:
            axes = self.names.evaluate(given)
        except NotStatic:
            return None
        axes = axes if isinstance(axes, tuple) else (axes,)
        return list(axes) if all(isinstance(a, int) for a in axes) else None


def _nesting(value: Value) -> int:
    """The rank of the array that a list of lists makes."""
    return 1 + _nesting(value.items[0]) if isinstance(value, Items) and value.items else 0


def _integer(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
        case _:
            return None
