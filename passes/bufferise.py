"""Give a name to each part of an expression that one loop over the result cannot compute as it goes."""

from __future__ import annotations

from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Apply, Bind, Const, Expr, Extent, Program, Ref, Stmt, Store, View
from ..ir.ops import OpKind, table
from ..ir.ops.gather import UPDATES, WHOLE
from .context import Context
from .names import taken

_ALONE = frozenset({"reshape", "concatenate", *WHOLE})  # have a nest of their own
_RECOMPUTE = 4.0  # a broadcast operand cheaper than this is computed again for each use


def bufferise(program: Program, ctx: Context) -> Program:
    """Bind the operands that are reductions, products, joins or reshapes, and invariant scalars, ahead of their use.

    >>> import numpy as np
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> print(show(bufferise(lift_text('''
    ... def f(a):
    ...     return a / np.sum(a, axis=0)
    ... ''', np.ones((5, 4))), Context())))
    sum_a = np.sum(a, axis=0)
    result = a / sum_a
    return result
    """
    names = taken(program)
    lying = own_arrays(program) | {p.name for p in program.params if p.contiguous}
    body = _Bufferiser(names, lying).block(program.body)
    return program if body == program.body else replace(program, body=body)


def own_arrays(program: Program) -> set[str]:
    """The arrays that the program itself makes: they lie in C order."""
    return {s.name for s in arr.statements(program.body) if isinstance(s, Bind) and s.value.type.kind == "array"}


class _Bufferiser:
    def __init__(self, names: set[str], lying: set[str]) -> None:
        self.names = names
        self.lying = lying  # arrays in C order, whose memory a reshape that is only read may share
        self.fresh: set[str] = set()  # those that are made for one use here, which may keep their memory
        self.out: list[Stmt] = []

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        outer, self.out = self.out, []
        try:
            for stmt in body:
                self.statement(stmt)
            return tuple(self.out)
        finally:
            self.out = outer

    def statement(self, stmt: Stmt) -> None:
        spans = stmt.spans
        match stmt:
            case Bind(_, value):
                new = self.root(value, spans)
                self.out.append(replace(stmt, value=_copied(new) if _is_section(new) else new))
            case Store(_, Apply(op, args, _, _) as value, _) if op.name in UPDATES:
                parts = tuple(self.operand(arg, spans) for arg in args[1:])
                self.out.append(replace(stmt, value=arr.rebuild(value, (args[0], *parts))))
            case Store(_, value, mask):
                value = self.operand(value, spans)
                self.out.append(replace(stmt, value=value, mask=None if mask is None else self.operand(mask, spans)))
            case arr.For(body=inner):
                self.out.append(replace(stmt, body=self.block(inner)))
            case arr.While(head, condition, inner):
                outer, self.out = self.out, []
                for first in head:
                    self.statement(first)
                condition = self.operand(condition, spans)
                new_head, self.out = tuple(self.out), outer
                self.out.append(replace(stmt, head=new_head, condition=condition, body=self.block(inner)))
            case arr.If(condition, then, orelse):
                condition = self.operand(condition, spans)
                self.out.append(replace(stmt, condition=condition, then=self.block(then), orelse=self.block(orelse)))
            case arr.Check(condition, _, _):
                self.out.append(replace(stmt, condition=self.operand(condition, spans)))
            case arr.Call(args=args):
                self.out.append(replace(stmt, args=tuple(self.argument(arg, spans) for arg in args)))
            case arr.Return(value):
                self.out.append(replace(stmt, value=arr.map_result(value, lambda e: self.result(e, spans))))
            case _:
                self.out.append(stmt)

    def argument(self, value: Expr, spans: frozenset) -> Expr:
        """An operand of a library call: a strided part of a variable, or a scalar that has a name."""
        return self.section(value, spans) if value.type.kind == "array" else self.bind(self.root(value, spans), spans)

    def result(self, value: Expr, spans: frozenset) -> Expr:
        return self.operand(value, spans) if value.type.kind != "array" else value

    def root(self, value: Expr, spans: frozenset) -> Expr:
        """The right side of a Bind: a reduction, a product, a join or a reshape may stand here."""
        if isinstance(value, Apply):
            match value.op.kind:
                case OpKind.REDUCTION:
                    return arr.rebuild(value, tuple(self.operand(arg, spans) for arg in value.args))
                case OpKind.CONTRACTION if all(arg.type.rank == 1 for arg in value.args):
                    # a nest of its own, whose elements may be computed where they are used
                    return arr.rebuild(value, tuple(self.operand(arg, spans) for arg in value.args))
                case OpKind.CONTRACTION:
                    return arr.rebuild(value, tuple(self.section(arg, spans) for arg in value.args))
                case OpKind.SHAPE if value.op.name == "reshape":
                    return arr.rebuild(value, tuple(self.named(arg, spans) for arg in value.args))
                case OpKind.SHAPE if value.op.name == "concatenate" or value.op.name in WHOLE:
                    return arr.rebuild(value, tuple(self.operand(arg, spans) for arg in value.args))
        return self.operand(value, spans)

    def operand(self, value: Expr, spans: frozenset) -> Expr:
        """`value` so that its element at an index is a scalar expression of elements of variables."""
        inner: dict[Expr, Expr] = {}
        for node in arr.walk(value):
            inner[node] = self.node(node, tuple(inner[arg] for arg in node.args), node is value, spans)
        return inner[value]

    def node(self, node: Expr, args: tuple[Expr, ...], is_root: bool, spans: frozenset) -> Expr:
        match node:
            case Apply(op, _, _, _) if op.name == "gather":
                return arr.rebuild(node, (self.section(args[0], spans), *args[1:]))
            case Apply(op, _, _, _) if op.name == "reshape" and isinstance(args[0], Ref) and args[0].name in self.lying:
                return self.bind(arr.rebuild(node, args), spans, shared=True)
            case Apply(op, _, _, _) if op.kind in (OpKind.REDUCTION, OpKind.CONTRACTION) or op.name in _ALONE:
                return self.bind(self.root(arr.rebuild(node, args), spans), spans)
            case View():
                (base,) = args
                if (
                    isinstance(base, Apply)
                    and base.op.kind is OpKind.ELEMENTWISE
                    and _repeats_outside(node)
                    and weight(base) >= _RECOMPUTE
                ):
                    base = self.bind(base, spans)
                return arr.rebuild(node, (base,))
            case Apply(op, _, _, type) if (
                type.rank == 0 and not is_root and weight(node) >= _RECOMPUTE and op.name != "where"
            ):
                return self.bind(arr.rebuild(node, args), spans)
            case _:
                return arr.rebuild(node, args)

    def section(self, value: Expr, spans: frozenset) -> Expr:
        """`value` as a variable or a view of one that NumPy can write as a subscript of it."""
        computed = value if _is_section(value) else self.operand(value, spans)
        return computed if _is_section(computed) and _strided(computed) else self.bind(computed, spans)

    def named(self, value: Expr, spans: frozenset) -> Expr:
        """`value` as a variable of its own in C order, whose memory nothing else has."""
        if isinstance(value, Ref) and value.name in self.fresh:
            return value
        return self.bind(self.operand(value, spans), spans)

    def bind(self, value: Expr, spans: frozenset, shared: bool = False) -> Expr:
        """`value` under a name, which is only read; `shared` says that it is no memory of its own."""
        if isinstance(value, (Const, Extent)) or (isinstance(value, Ref) and value.type.kind != "array"):
            return value
        name, k = hint(value), 0
        while name in self.names:
            k += 1
            name = f"{hint(value)}_{k}"
        self.names.add(name)
        if value.type.kind == "array":
            (self.lying if shared else self.fresh).add(name)
            value = _copied(value) if _is_section(value) else value
        self.out.append(Bind(name, value, spans=spans))
        return Ref(name, 1, value.type)


def _is_section(value: Expr) -> bool:
    if value.type.kind != "array":
        return False
    while isinstance(value, View):
        value = value.base
    return isinstance(value, Ref) and value.type.kind == "array"


def _copied(value: Expr) -> Expr:
    """A new array, not another name."""
    return Apply(table()["cast"], (value,), value.type.dtype, value.type)


def _strided(value: Expr) -> bool:
    """Whether each axis walks one axis of the variable or is new and of size 1: no diagonal, nothing repeated."""
    if not isinstance(value, View):
        return True
    walked = [axis.out for axis in value.axes if axis.out is not None]
    new = set(range(value.type.rank)) - set(walked)
    return len(set(walked)) == len(walked) and all(value.shape[k] == 1 for k in new)


def hint(value: Expr) -> str:
    """A readable name for what `value` is."""
    match value:
        case Apply(op, args, _, _) if op.kind is OpKind.REDUCTION:
            of = args[0]
            return f"{op.name}_{of.name}" if isinstance(of, Ref) else {"sum": "total"}.get(op.name, op.name + "_of")
        case Apply(op, _, _, _):
            return {
                "matmul": "product",
                "concatenate": "joined",
                "reshape": "reshaped",
                "compress": "picked",
                "nonzero": "at",
            }.get(op.name, "t")
        case _:
            return "t"


def weight(value: Expr) -> float:
    """The cost of computing one element of `value` from elements of variables."""
    return sum(node.op.cost for node in arr.walk(value) if isinstance(node, Apply))


def _repeats_outside(view: View) -> bool:
    """Whether `view` repeats its base along an axis that lies outside one which it walks."""
    used = [axis.out for axis in view.axes if axis.out is not None]
    repeated = [k for k, size in enumerate(view.shape) if k not in used and size != 1]
    return bool(used) and any(k < max(used) for k in repeated)
