"""Products of small matrices in a loop become loops, which need no call of BLAS in each round."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..ir import loops as lp
from ..ir.facts import Facts, door_facts
from ..ir.ops import table
from ..ir.types import BOOL, INT, Size
from .context import Context, Remark
from .names import Names

#: Multiplications in one product up to which loops are faster than a call of BLAS from Python, which takes 2 us.
SMALL = 8192


def small_products(program: lp.Program, ctx: Context) -> lp.Program:
    """A loop that calls BLAS has a second form, which computes the products itself where all of them are small.

    A library is called from Python, so such a call keeps the loop around it in Python too. Sizes that only the run
    knows decide there which form runs.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b, out):
    ...     for t in range(len(a)):
    ...         out[t] = np.sum(a[t] @ b[t])
    ... ''', np.ones((5, 3, 3)), np.ones((5, 3, 3)), np.ones(5))
    >>> print(show(small_products(program, Context())))  # doctest: +ELLIPSIS
    if m * r * k <= 8192:
        for t in range(n):
            product = np.empty((m, r))
            for row in range(m):
                for column in range(r):
                    entry = 0.0
                    for term in range(k):
                        entry += a[t, row, term] * b[t, term, column]
                    product[row, column] = entry
            sum_product = 0.0
            for i in range(m):
                for j in range(r):
                    sum_product += product[i, j]
            out[t] = sum_product
    else:
        for t in range(n):
            product_1 = np.empty((m, r))
            np.matmul(a[t, 0:m, 0:k], b[t, 0:k, 0:r], out=product_1)
    ...
    """
    if ctx.target == "cuda" or not any(isinstance(s, lp.Library) for s in lp.statements(program.body)):
        return program
    versions = _Versions(program, ctx)
    return replace(program, body=versions.block(program.body))


class _Versions:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.ctx = ctx
        self.mentions = Counter(lp.mentions(program.body))
        self.facts = door_facts(program)
        self.door = {p.name for p in program.params} | {d.name for d in program.derived}
        self.door |= {n for p in program.params for size in p.type.shape for n in size.names}
        self.dtypes = {p.name: p.type.dtype for p in program.params}
        self.names = Names(program)
        for stmt in lp.statements(program.body):
            match stmt:
                case lp.HostCall(results):
                    self.dtypes.update({result.name: result.type.dtype for result in results})
                case lp.Alloc(name, dtype) | lp.Pointer(name, _, dtype):
                    self.dtypes[name] = dtype

    def block(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, (lp.For, lp.While)):
                # what only the loop uses is made in each of its forms
                own = [s for s in out if isinstance(s, lp.Alloc) and self.belongs(s, stmt)]
                forms = self.forms(stmt, tuple(own))
                if isinstance(forms, lp.If):
                    out = [s for s in out if s not in own]
                out.append(forms)
            else:
                out.append(lp.with_blocks(stmt, tuple(self.block(b) for b in lp.blocks(stmt))))
        return tuple(out)

    def belongs(self, alloc: lp.Alloc, loop: lp.Stmt) -> bool:
        """Whether nothing but the loop uses the array."""
        return Counter(lp.mentions((loop,)))[alloc.name] + 1 == self.mentions[alloc.name]

    def forms(self, stmt: lp.For | lp.While, own: tuple[lp.Alloc, ...]) -> lp.Stmt:
        """The loop, or a choice between its forms; `own` are the arrays that are made for it alone."""
        calls = [s for s in lp.statements((stmt,)) if isinstance(s, lp.Library)]
        if any(isinstance(s, lp.HostCall) for s in lp.statements((stmt,))):
            return stmt  # Python runs the loop in any case
        if not calls or not all(self.can_be_loops(call) for call in calls):
            return stmt
        volumes = list(self.volumes((stmt,), self.facts))
        known = [volume for volume in dict.fromkeys(volumes) if volume is not None]
        if None in volumes or any(_constant(volume) > SMALL for volume in known):
            return stmt
        self.ctx.remark(Remark("small_products", "products of small matrices as loops", stmt.spans))
        (loops,) = self.as_loops((stmt,))
        tests = [at_most(volume, SMALL) for volume in known if any(not extent.is_const for extent in volume)]
        if not tests:
            return loops
        test = tests[0]
        for other in tests[1:]:
            test = lp.Scalar(table()["logical_and"], (test, other), BOOL)
        inside = Counter(lp.mentions((stmt,)))
        made = {s.name for s in lp.statements((stmt,)) if isinstance(s, lp.Alloc)}
        private = {name for name in made if inside[name] == self.mentions[name]} | {alloc.name for alloc in own}
        others = {name: self.names.fresh(name) for name in sorted(private)}
        return lp.If(test, (*own, loops), lp.with_buffers((*own, stmt), others), spans=stmt.spans)

    def can_be_loops(self, call: lp.Library) -> bool:
        if call.function != "np.matmul":
            return False
        kinds = {self.dtypes[section.buffer].kind for section in (call.out, *call.args)}
        return kinds <= set("iufc")

    def volumes(self, body: tuple[lp.Stmt, ...], facts: Facts) -> Iterator[tuple[Size, ...] | None]:
        """The extents of each product, bounded by what is known before the loop; None for one that is not."""
        for stmt in body:
            if isinstance(stmt, lp.Library):
                bounds = [self.bound(extent, facts) for extent in product_extents(stmt)]
                yield None if None in bounds else tuple(bounds)  # type: ignore[arg-type]
            inner = facts.within(stmt) if isinstance(stmt, lp.For) and abs(stmt.step) == 1 else facts
            for block in lp.blocks(stmt):
                yield from self.volumes(block, inner)

    def bound(self, extent: Size, facts: Facts) -> Size | None:
        at_door = (-low for low in facts.lower_bounds(-extent, lambda name: name not in self.door))
        return next(at_door, None)

    def as_loops(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.Library):
                out.extend(self.nest(stmt))
            else:
                out.append(lp.with_blocks(stmt, tuple(self.as_loops(b) for b in lp.blocks(stmt))))
        return tuple(out)

    def nest(self, call: lp.Library) -> tuple[lp.Stmt, ...]:
        """out[..., row, column] = sum of a[..., row, term] * b[..., term, column] over `term`."""
        a, b = call.args
        dtype = self.dtypes[call.out.buffer]
        term, entry = self.names.fresh("term"), self.names.fresh("entry")
        rows = (self.names.fresh("row"),) if a.rank > 1 else ()
        columns = (self.names.fresh("column"),) if b.rank > 1 else ()
        stacks = tuple(self.names.fresh("matrix") for _ in range(call.out.rank - len(rows) - len(columns)))
        at = tuple(Size.named(v) for v in (*stacks, *rows, *columns))

        def factor(section: lp.Section, own: tuple[str, ...]) -> lp.Expr:
            stack = stacks[len(stacks) - (section.rank - len(own)) :]
            # an axis of the stack that has size 1 is the same for all of it
            index = [
                Size(0) if extent == 1 else Size.named(name)
                for extent, name in zip(walked_extents(section), (*stack, *own), strict=True)
            ]
            value: lp.Expr = lp.Load(section.buffer, _subscripts(section, index), self.dtypes[section.buffer])
            return value if value.dtype == dtype else lp.Cast(value, dtype)

        product = lp.Scalar(table()["multiply"], (factor(a, (*rows, term)), factor(b, (term, *columns))), dtype)
        total = lp.Accumulate(lp.Var(entry, dtype), table()["add"], product)
        body: tuple[lp.Stmt, ...] = (
            lp.Assign(entry, lp.Lit(dtype.type(0), dtype)),
            lp.For(term, Size(0), product_extents(call)[-1], 1, (total,), few=True),
            lp.Store(call.out.buffer, _subscripts(call.out, list(at)), lp.Var(entry, dtype)),
        )
        for name, extent in reversed(list(zip((*stacks, *rows, *columns), walked_extents(call.out), strict=True))):
            body = (lp.For(name, Size(0), extent, 1, body, few=True),)
        return tuple(replace(stmt, spans=call.spans) for stmt in body)


def walked_extents(section: lp.Section) -> tuple[Size, ...]:
    """The extents of what is passed."""
    extents = [Size(1)] * section.rank
    walked = [s for s in section.subscripts if not isinstance(s, Size)]
    for axis, (_, _, extent) in zip(section.order, walked, strict=True):
        extents[axis] = extent
    return tuple(extents)


def _subscripts(section: lp.Section, index: list[Size]) -> tuple[lp.Subscript, ...]:
    """Where in the buffer the element of what is passed lies."""
    axes = iter(section.order)
    return tuple(s if isinstance(s, Size) else s[0] + s[1] * index[next(axes)] for s in section.subscripts)


def product_extents(call: lp.Library) -> tuple[Size, ...]:
    """The axes of the result and, last, the one that is summed over."""
    return (*walked_extents(call.out), walked_extents(call.args[0])[-1])


def _constant(volume: tuple[Size, ...]) -> int:
    """What is known of the number of multiplications: at least this, where no extent is zero."""
    return math.prod(extent.const for extent in volume if extent.is_const)


def at_most(volume: Sequence[Size], limit: int) -> lp.Expr:
    """Whether the product of the extents is no more than the limit."""
    number: lp.Expr = lp.Index(volume[0])
    for extent in volume[1:]:
        number = lp.Scalar(table()["multiply"], (number, lp.Index(extent)), INT)
    return lp.Scalar(table()["less_equal"], (number, lp.Lit(limit, INT)), BOOL)
