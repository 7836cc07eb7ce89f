"""Array IR -> Loop IR: a nest for each array statement, the elements computed where they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Apply, Const, Expr, Reduced, Ref
from ..ir.facts import door_facts
from ..ir.free_names import free_name
from ..ir.ops import OpKind, table
from ..ir.ops.gather import UPDATES
from ..ir.ops.library import Called
from ..ir.ops.reductions import COMBINERS
from ..ir.print_view import handle_text
from ..ir.types import BOOL, INT, Shape, Size, Type
from .context import Context
from .elements import Elements, positions, section
from .lower_gather import picked, placed, scattered
from .lower_store import rows_held, same_elements
from .names import taken
from .parallelise import work

_LETTERS = "ijklmnpq"
_BRANCH = 100.0  # operations (of the op table's cost) up to which a masked store computes every element


def lower(program: arr.Program, ctx: Context) -> lp.Program:
    """Every statement over arrays as loops over their elements.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> print(show(loops_of_text('''
    ... def f(a, x, y):
    ...     y[1:] = a * x[:-1] + y[1:]
    ... ''', 2.0, np.ones(5), np.ones(5))))
    for i in range(n - 1):
        y[i + 1] = a * x[i] + y[i + 1]
    return None
    """
    body = Lowering(program).block(program.body)
    return lp.Program(
        program.name,
        program.arguments,
        program.unpacked,
        program.params,
        program.derived,
        program.guards,
        body,
        program.renamed,
    )


class Lowering:
    def __init__(self, program: arr.Program) -> None:
        self.names = taken(program)
        self.facts = door_facts(program)
        #: Parameters in Fortran's order, and those whose order nobody knows.
        self.fortran = {p.name for p in program.params if p.fortran}
        self.strided = {p.name for p in program.params if p.type.rank > 1 and not (p.contiguous or p.fortran)}
        self.shares: dict[str, str] = {}
        for stmt in arr.statements(program.body):
            if isinstance(stmt, arr.Alias):
                self._join(stmt.name, next((n.name for n in arr.walk(stmt.value) if isinstance(n, Ref)), stmt.name))
        self.out: list[lp.Stmt] = []
        self.iterators = [c for c in _LETTERS if c not in self.names] + [
            f"i{k}" for k in range(32) if f"i{k}" not in self.names
        ]

    def _join(self, a: str, b: str) -> None:
        root_a, root_b = self.memory(a), self.memory(b)
        self.shares[root_a] = root_b

    def memory(self, name: str) -> str:
        """The representative of the variables that may share memory with `name`."""
        while self.shares.get(name, name) != name:
            name = self.shares[name]
        return name

    def fresh(self, hint: str) -> str:
        return free_name(hint, self.names)

    # -- statements

    def block(self, body: Sequence[arr.Stmt]) -> tuple[lp.Stmt, ...]:
        outer, self.out = self.out, []
        try:
            for stmt in body:
                start = len(self.out)
                self.statement(stmt)
                self.out[start:] = [replace(s, spans=stmt.spans) if not s.spans else s for s in self.out[start:]]
            return tuple(self.out)
        finally:
            self.out = outer

    def statement(self, stmt: arr.Stmt) -> None:
        match stmt:
            case arr.Bind(name, value):
                if value.type.kind == "array":
                    self.bind_array(name, value)
                else:
                    self.bind_scalar(name, value)
            case arr.Alias(name, value):
                base = next(n for n in arr.walk(value) if isinstance(n, Ref))
                self.out.append(lp.Pointer(name, base.name, value.type.dtype, value.shape, isinstance(value, Apply)))
            case arr.Store(target, value, mask):
                self.store(target, value, mask)
            case arr.Call(results, called, args, sizes):
                self.out.append(self.host_call(results, called, args, sizes))
            case arr.For(var, lo, hi, step, body):
                known, self.facts = self.facts, self.facts.within(stmt)
                self.out.append(lp.For(var, lo, hi, step, self.block(body)))
                self.facts = known
            case arr.While(head, condition, body):
                first = self.block(head)
                outer, self.out = self.out, list(first)
                test = self.scalar(condition)
                first, self.out = tuple(self.out), outer
                self.out.append(lp.While(first, test, self.block(body)))
            case arr.If(condition, then, orelse):
                test = self.scalar(condition)
                known, self.facts = self.facts, self.facts.given(condition, True)
                taken = self.block(then)
                self.facts = known.given(condition, False)
                self.out.append(lp.If(test, taken, self.block(orelse)))
                self.facts = known
            case arr.Check(condition, exception, message):
                self.out.append(lp.Check(self.scalar(condition), exception, message))
            case arr.Return(value):
                self.out.append(lp.Return(self.result(value)))
            case arr.Break():
                self.out.append(lp.Break())
            case arr.Continue():
                self.out.append(lp.Continue())
            case _:
                raise TypeError(f"no lowering for {type(stmt).__name__}")

    def host_call(
        self,
        results: tuple[arr.Param, ...],
        called: Called,
        args: tuple[Expr, ...],
        sizes: tuple[tuple[str, int, int], ...],
    ) -> lp.HostCall:
        operands = (
            section(arg) if arg.type.kind == "array" else lp.ScalarResult(self.scalar(arg), arg.type) for arg in args
        )
        named = tuple((name, results[index].name, axis) for name, index, axis in sizes)
        return lp.HostCall(results, called, tuple(operands), named)

    def result(self, value: arr.Result) -> lp.Result:
        match value:
            case None:
                return None
            case arr.Results(items, form):
                return arr.Results(tuple(self.result(item) for item in items), form)  # type: ignore[misc]
            case _ if value.type.kind == "array":
                return lp.ArrayResult(arr.buffer_of(value).name, handle_text(value))
            case _:
                return lp.ScalarResult(self.scalar(value), value.type)

    def scalar(self, value: Expr) -> lp.Expr:
        elements = Elements(self, ())
        result = elements.element(value, ())
        self.out.extend(elements.statements[0])
        return result

    def bind_scalar(self, name: str, value: Expr) -> None:
        match value:
            case Apply(op, _, _, _) if op.kind is OpKind.REDUCTION:
                self.reduction(name, value)
            case Apply(op, (a, b), _, type) if op.kind is OpKind.CONTRACTION:
                self.inner_product(name, a, b, type)
            case _:
                self.out.append(lp.Assign(name, self.scalar(value)))

    def bind_array(self, name: str, value: Expr) -> None:
        type = value.type
        match value:
            case Apply(op, _, _, _) if op.kind is OpKind.REDUCTION:
                self.reduction(name, value)
            case Apply(op, (a, b), _, _) if op.kind is OpKind.CONTRACTION:
                self.out.append(lp.Alloc(name, type.dtype, type.shape))
                self.product(Ref(name, 1, type), a, b)
            case Apply(op, (source,), _, _) if op.name == "reshape":
                assert isinstance(source, Ref)
                self._join(name, source.name)
                self.out.append(lp.Pointer(name, source.name, type.dtype, type.shape, True))
            case Apply(op, _, _, _) if op.name in ("compress", "nonzero"):
                picked(self, name, value)
            case Apply(op, args, arr.AxisOf(axis), _) if op.name == "concatenate":
                self.out.append(lp.Alloc(name, type.dtype, type.shape))
                at = Size(0)
                for arg in args:
                    axes = tuple(arr.Axis(at if k == axis else Size(0), 1, k) for k in range(type.rank))
                    self.nest(arr.view(Ref(name, 1, type), axes, arg.shape), arg, None)
                    at = at + arg.shape[axis]
            case Apply(op, (Const(number, _),), _, _) if (
                op.name == "full" and repr(number) in ("0", "0.0", "False", "0j")
            ) or (op.name == "full" and isinstance(number, np.generic) and number == 0 and not np.signbit(number.real)):
                self.out.append(lp.Alloc(name, type.dtype, type.shape, "zeros"))
            case Apply(op, _, _, _) if op.name == "empty":
                self.out.append(lp.Alloc(name, type.dtype, type.shape))
            case _:
                self.out.append(lp.Alloc(name, type.dtype, type.shape))
                self.nest(Ref(name, 1, type), value, None)

    def store(self, target: Expr, value: Expr, mask: Expr | None) -> None:
        """A store reads its right side whole before it writes: through a temporary where it reads what it writes."""
        if isinstance(value, Apply) and value.op.name in UPDATES:
            (placed if value.op.name == "place" else scattered)(self, target, value)
            return
        memory = self.memory(arr.buffer_of(target).name)
        if isinstance(value, Apply) and value.op.kind is OpKind.SHAPE and value.op.name in ("concatenate", "reshape"):
            name = self.fresh("joined")
            self.bind_array(name, value)
            value = Ref(name, 1, value.type)
        value, mask = rows_held(self, target, value, mask)
        operands = [value] if mask is None else [value, mask]
        reads = [n for n in arr.walk(*operands) if isinstance(n, Ref) and self.memory(n.name) == memory]
        if reads and target.type.rank and not same_elements(self, target, operands):
            # fusing and contracting remove the temporary again where the order of the loop allows it
            name = self.fresh("stored")
            self.out.append(lp.Alloc(name, value.type.dtype, target.shape))
            self.nest(Ref(name, 1, Type(value.type.dtype, target.shape, "array")), value, None)
            value = Ref(name, 1, Type(value.type.dtype, target.shape, "array"))
            if mask is not None and any(isinstance(n, Ref) and self.memory(n.name) == memory for n in arr.walk(mask)):
                held = self.fresh("mask")
                self.out.append(lp.Alloc(held, mask.type.dtype, target.shape))
                self.nest(Ref(held, 1, Type(mask.type.dtype, target.shape, "array")), mask, None)
                mask = Ref(held, 1, Type(mask.type.dtype, target.shape, "array"))
        self.nest(target, value, mask)

    # -- nests

    def space(self, shape: Shape) -> tuple[list[str], tuple[Size, ...]]:
        """A loop variable for each axis, and the index that they make: 0 where the size is 1, which needs no loop."""
        variables = [self.iterators[k] for k in range(len(shape))]
        return variables, tuple(
            Size(0) if size == 1 else Size.named(v) for v, size in zip(variables, shape, strict=True)
        )

    def nest(self, target: Expr, value: Expr, mask: Expr | None) -> None:
        """Loops over the elements of `target`, which is a variable or a view of one."""
        shape = target.shape
        buffer = arr.buffer_of(target).name
        variables, index = self.space(shape)
        elements = Elements(self, index)
        place = positions(target, index)
        test = None if mask is None else elements.element(mask, index)
        held = elements.statements
        elements.statements = [[] for _ in held]
        stored = lp.Store(buffer, place, elements.element(value, index if value.type.rank else ()))
        own, elements.statements = elements.statements, held
        last: tuple[lp.Stmt, ...] = (*(s for level in own for s in level), stored)
        if test is None or _cheap(last):
            elements.statements = [[*before, *more] for before, more in zip(held, own, strict=True)]
            last = (stored if test is None else _chosen(stored, test, target.type.dtype),)
        else:
            last = (lp.If(test, last),)
        self.out.extend(elements.wrap(variables, shape, last))

    def reduction(self, name: str, value: Apply) -> None:
        operand = value.args[0]
        attrs: Reduced = value.attrs
        shape = operand.shape
        variables, index = self.space(shape)
        kept = [k for k in range(len(shape)) if k not in attrs.axes]
        if value.op.name in ("argmin", "argmax"):
            inner = not kept or min(attrs.axes) > max(kept)
            (self.index_of_extreme if inner else self.indices_of_extremes)(name, value, variables, index, kept)
            return
        combine, start = COMBINERS[value.op.name]
        op = table()[combine]
        dtype = value.type.dtype
        elements = Elements(self, index)
        element = elements.element(operand, index)
        order = self.order(element, index, [*kept, *attrs.axes] if combine == "add" and dtype.kind in "fc" else None)
        if order != elements.order:
            elements = Elements(self, index, order)
            element = elements.element(operand, index)
        if element.dtype != dtype:
            element = lp.Cast(element, dtype)
        first = lp.Lit(start, dtype) if start is not None else extreme_start(value.op.name, dtype)
        if not value.type.rank and value.type.kind != "array":
            self.out.append(lp.Assign(name, first))
            self.out.extend(elements.wrap(variables, shape, (lp.Accumulate(lp.Var(name, dtype), op, element),)))
            return
        out_index = tuple(
            Size(0) if k in attrs.axes else index[k] for k in range(len(shape)) if attrs.keepdims or k not in attrs.axes
        )
        self.out.append(lp.Alloc(name, dtype, value.shape))
        inner_reduced = not kept or not attrs.axes or min(map(order.index, attrs.axes)) > max(map(order.index, kept))
        if inner_reduced:
            # the reduced axes are the inner ones: a scalar accumulates, and is stored once
            acc = self.fresh(
                {"sum": "total", "prod": "product", "min": "lowest", "max": "highest"}.get(value.op.name, "result")
            )
            body: tuple[lp.Stmt, ...] = (lp.Accumulate(lp.Var(acc, dtype), op, element),)
            body = elements.wrap(variables, shape, body, levels=range(len(kept), len(shape)))
            body = (lp.Assign(acc, first), *body, lp.Store(name, out_index, lp.Var(acc, dtype)))
            self.out.extend(elements.wrap(variables, shape, body, levels=range(len(kept))))
            return
        start_body: tuple[lp.Stmt, ...] = (lp.Store(name, out_index, first),)
        for k in sorted(kept, key=order.index, reverse=True):
            if shape[k] == 1:
                continue
            start_body = (lp.For(variables[k], Size(0), shape[k], 1, start_body),)
        self.out.extend(start_body)
        target = lp.Load(name, out_index, dtype)
        self.out.extend(elements.wrap(variables, shape, (lp.Accumulate(target, op, element),)))

    def order(self, element: lp.Expr, index: tuple[Size, ...], safe: list[int] | None) -> list[int]:
        """The axes in the order in which a reduction of this element loops over them: the one along memory innermost.

        `safe` is taken where the order in memory is not known: a number then adds up what a row may lose, since NumPy,
        which follows the memory, may do so pairwise.
        """
        usual = list(range(len(index)))
        loads = [n for n in lp.subexpressions(element) if isinstance(n, lp.Load) and len(n.indices) > 1]
        ways = set()
        for load in loads:
            axes = [self.axis(at, index) for at in load.indices]
            ways.add(tuple(reversed(axes) if load.buffer in self.fortran else axes))
        whole = [[k for k in way if k is not None] for way in ways if way[-1] is not None]
        if whole and len({way[-1] for way in whole}) == 1 and whole[0][-1] != usual[-1]:
            longest = max(whole, key=len)
            if len(set(longest)) == len(longest):
                return [*(k for k in usual if k not in longest), *longest]
        if safe is not None and any(load.buffer in self.strided for load in loads):
            return safe
        return usual

    @staticmethod
    def axis(at: lp.Subscript, index: tuple[Size, ...]) -> int | None:
        """The axis that alone moves this subscript, by one step each time."""
        if not isinstance(at, Size):
            return None
        moving = [k for k, own in enumerate(index) if own.names and own.names[0] in at.names]
        return moving[0] if len(moving) == 1 and abs(at.coefficient(index[moving[0]].names[0])) == 1 else None

    def index_of_extreme(
        self, name: str, value: Apply, variables: list[str], index: tuple[Size, ...], kept: list[int]
    ) -> None:
        """argmin, argmax: the first extreme element; NaN counts as extreme, as in NumPy."""
        operand, attrs = value.args[0], value.attrs
        shape, dtype = operand.shape, operand.type.dtype
        order = [*kept, *attrs.axes]
        elements = Elements(self, index, order)
        element = elements.element(operand, index)
        best, at, position = (self.fresh(n) for n in ("best", "at", "position"))
        var = element if isinstance(element, lp.Var) else lp.Var(self.fresh("candidate"), dtype)
        take = () if var is element else (lp.Assign(var.name, element),)
        extreme = lp.Var(best, dtype)
        better = takes_over(value.op.name, var, extreme, lp.Var(position, INT))
        step = lp.Assign(position, lp.Scalar(table()["add"], (lp.Var(position, INT), lp.Lit(1, INT)), INT))
        keep = (lp.Assign(best, var), lp.Assign(at, lp.Var(position, INT)))
        body: tuple[lp.Stmt, ...] = (*take, lp.If(better, keep), step)
        reduced = elements.wrap(variables, shape, body, levels=range(len(kept), len(shape)))
        zero = lp.Lit(dtype.type(0), dtype)
        start = (lp.Assign(best, zero), lp.Assign(at, lp.Lit(0, INT)), lp.Assign(position, lp.Lit(0, INT)))
        if value.type.kind != "array":
            self.out.extend((*start, *reduced, lp.Assign(name, lp.Var(at, INT))))
            return
        out_index = tuple(
            Size(0) if k in attrs.axes else index[k] for k in range(len(shape)) if attrs.keepdims or k not in attrs.axes
        )
        self.out.append(lp.Alloc(name, value.type.dtype, value.shape))
        row = (*start, *reduced, lp.Store(name, out_index, lp.Var(at, INT)))
        self.out.extend(elements.wrap(variables, shape, row, levels=range(len(kept))))

    def indices_of_extremes(
        self, name: str, value: Apply, variables: list[str], index: tuple[Size, ...], kept: list[int]
    ) -> None:
        """argmin, argmax along an axis that is not the last: row by row, each compared with the best so far."""
        ops, operand, attrs = table(), value.args[0], value.attrs
        shape, dtype, (axis,) = operand.shape, operand.type.dtype, attrs.axes
        least = value.op.name == "argmin"
        best, better = self.fresh("lowest" if least else "highest"), lp.Var(self.fresh("better"), BOOL)
        at = tuple(Size(0) if k == axis else index[k] for k in range(len(shape)) if attrs.keepdims or k != axis)
        start: tuple[lp.Stmt, ...] = (
            lp.Store(best, at, extreme_start("min" if least else "max", dtype)),
            lp.Store(name, at, lp.Lit(0, INT)),
        )
        for k in reversed(kept):
            if shape[k] != 1:
                start = (lp.For(variables[k], Size(0), shape[k], 1, start),)
        elements = Elements(self, index)
        element = elements.element(operand, index)
        so_far, place = lp.Load(best, at, dtype), lp.Load(name, at, INT)
        candidate = lp.Var(self.fresh("candidate"), dtype)
        # no worse is no better, unless one of both is NaN: then the first that is
        worse = lp.Scalar(ops["greater_equal" if least else "less_equal"], (candidate, so_far), BOOL)
        test: lp.Expr = lp.Scalar(ops["logical_not"], (worse,), BOOL)
        if dtype.kind == "f":
            test = lp.Scalar(ops["logical_and"], (test, lp.Scalar(ops["equal"], (so_far, so_far), BOOL)), BOOL)
        body = (
            lp.Assign(candidate.name, element),
            lp.Assign(better.name, test),
            lp.Store(best, at, lp.Select(better, candidate, so_far, dtype)),
            lp.Store(name, at, lp.Select(better, lp.Index(index[axis]), place, INT)),
        )
        self.out.extend((lp.Alloc(best, dtype, value.shape), lp.Alloc(name, value.type.dtype, value.shape), *start))
        self.out.extend(elements.wrap(variables, shape, body))

    def inner_product(self, name: str, a: Expr, b: Expr, type: Type) -> None:
        variables, index = self.space(a.shape)
        elements = Elements(self, index)
        factors = tuple(elements.element(factor, index) for factor in (a, b))
        product = lp.Scalar(table()["multiply"], factors, type.dtype)
        self.out.append(lp.Assign(name, lp.Lit(type.dtype.type(0), type.dtype)))
        body = lp.Accumulate(lp.Var(name, type.dtype), table()["add"], product)
        self.out.extend(elements.wrap(variables, a.shape, (body,)))

    def product(self, target: Ref, a: Expr, b: Expr) -> None:
        """A product of matrices is left to BLAS: a stack of matrices times one matrix is a single call for all rows."""
        rows = b.type.rank == 2
        sections = (replace(section(target), rows=rows), replace(section(a), rows=rows), section(b))
        self.out.append(lp.Library(sections[0], "np.matmul", sections[1:]))


def takes_over(name: str, candidate: lp.Var, best: lp.Var, position: lp.Var) -> lp.Expr:
    """Whether argmin or argmax goes on with `candidate`: the first element, a better one, or the first that is NaN."""
    ops = table()
    better: lp.Expr = lp.Scalar(ops["less" if name == "argmin" else "greater"], (candidate, best), BOOL)
    if best.dtype.kind == "f":
        known = lp.Scalar(ops["logical_not"], (lp.Scalar(ops["isnan"], (best,), BOOL),), BOOL)
        fresh = lp.Scalar(ops["logical_and"], (lp.Scalar(ops["isnan"], (candidate,), BOOL), known), BOOL)
        better = lp.Scalar(ops["logical_or"], (better, fresh), BOOL)
    first = lp.Scalar(ops["equal"], (position, lp.Lit(0, INT)), BOOL)
    return lp.Scalar(ops["logical_or"], (first, better), BOOL)


def _cheap(body: tuple[lp.Stmt, ...]) -> bool:
    """Whether a loop that computes this for every element is faster than one that branches, which has no vectors."""
    exprs = [node for stmt in body for value in lp.expressions(stmt) for node in lp.subexpressions(value)]
    return (
        all(isinstance(stmt, (lp.Assign, lp.Store)) for stmt in body)
        and not any(isinstance(node, lp.Scalar) and node.op.may_raise for node in exprs)
        and work(body) <= _BRANCH
    )


def _chosen(store: lp.Store, test: lp.Expr, dtype: np.dtype) -> lp.Store:
    """The store of the value where `test` holds, and of what is there already where it does not."""
    value = store.value if store.value.dtype == dtype else lp.Cast(store.value, dtype)
    kept = lp.Load(store.buffer, store.indices, dtype)
    return replace(store, value=lp.Select(test, value, kept, dtype, both=dtype.kind == "c"))


def extreme_start(name: str, dtype: np.dtype) -> lp.Expr:
    """Where min and max start: what every element replaces."""
    if dtype.kind == "f":
        return lp.Lit(dtype.type(np.inf if name == "min" else -np.inf), dtype)
    if dtype.kind == "b":
        return lp.Lit(name == "min", dtype)
    info = np.iinfo(dtype)
    return lp.Lit(dtype.type(info.max if name == "min" else info.min), dtype)
