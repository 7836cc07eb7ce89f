"""Replace an array that one iteration writes and only it reads by a scalar."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from .context import Context, Remark
from .dependence import assigned


def contract(program: lp.Program, ctx: Context) -> lp.Program:
    """A temporary whose every element is used by the iteration that makes it needs no memory.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> from mdsl.passes.fuse import fuse
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     t = a + b
    ...     return t * 2
    ... ''', np.ones(5), np.ones(5))
    >>> print(show(contract(fuse(program, Context()), Context())))
    result = np.empty(n)
    for i in range(n):
        t = a[i] + b[i]
        result[i] = t * 2.0
    return result
    """
    kept = kept_buffers(tuple(s for s in lp.statements(program.body) if not lp.blocks(s) and not _adds(s)))
    body = program.body
    for alloc in [s for s in lp.statements(body) if isinstance(s, lp.Alloc)]:
        if (
            alloc.name in kept
            or not alloc.shape
            or sum(isinstance(s, lp.Alloc) and s.name == alloc.name for s in lp.statements(body)) > 1
        ):
            continue
        contracted = _contract(body, alloc)
        if contracted is not None:
            ctx.remark(Remark("contract", f"`{alloc.name}` is a scalar of its iteration", alloc.spans))
            body = contracted
    return program if body is program.body else replace(program, body=body)


def _adds(stmt: lp.Stmt) -> bool:
    return isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Load)


def kept_buffers(body: tuple[lp.Stmt, ...]) -> set[str]:
    """Buffers that something other than loads and stores of elements uses."""
    kept: set[str] = set()

    for stmt in lp.statements(body):
        match stmt:
            case lp.Return(value):
                kept |= lp.returned_buffers(value)
            case lp.Pointer(name, source, _, _, _):
                kept |= {name, source}
            case lp.Swap(first, second):
                kept |= {first, second}
            case lp.Library(out, _, args):
                kept |= {out.buffer, *(a.buffer for a in args)}
            case lp.HostCall():
                kept |= {*stmt.arrays, *(a.buffer for a in stmt.sections)}
            case lp.Accumulate(lp.Load(buffer, _, _), _, _, _):
                kept.add(buffer)
    return kept


def _contract(body: tuple[lp.Stmt, ...], alloc: lp.Alloc) -> tuple[lp.Stmt, ...] | None:
    """`body` with the buffer of `alloc` as a scalar; None where one is read outside the iteration of its store."""
    stores = [s for s in lp.statements(body) if isinstance(s, lp.Store) and s.buffer == alloc.name]
    if not stores:
        return None
    store = stores[0]  # of an element that the iteration may change again
    if any(isinstance(i, lp.Expr) for i in store.indices) or _loads(store, alloc.name, store.indices):
        return None
    home = _holder(body, store)
    if home is None:
        return None
    after = home[_position(home, store) + 1 :]
    inside = sum(_uses(stmt, alloc.name, store.indices) for stmt in after)
    if inside + 2 != sum(name == alloc.name for name in lp.mentions(body)):
        return None
    # an inner loop between the store and a load must not give its index another meaning
    names = {n for i in store.indices for n in i.names}  # type: ignore[union-attr]
    if any(isinstance(s, lp.For) and s.var in names for stmt in after for s in lp.statements((stmt,))):
        return None
    if any(isinstance(s, lp.Assign) and s.name in names for s in lp.statements(tuple(after))):
        return None
    # a scalar that was only copied into the buffer serves as it is
    source = store.value if isinstance(store.value, lp.Var) and store.value.dtype == alloc.dtype else None
    copied = source is not None and source.name not in assigned(tuple(after)) and len(stores) == 1
    var = source if copied and source is not None else lp.Var(alloc.name, alloc.dtype)

    def change(value: lp.Expr) -> lp.Expr:
        return var if isinstance(value, lp.Load) and value.buffer == alloc.name else value

    def rewrite(stmts: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in stmts:
            if stmt is store and copied:
                continue
            if isinstance(stmt, lp.Store) and stmt.buffer == alloc.name:
                value = stmt.value if stmt.value.dtype == alloc.dtype else lp.Cast(stmt.value, alloc.dtype)
                out.append(lp.Assign(alloc.name, value, spans=stmt.spans))
            elif (
                isinstance(stmt, lp.Accumulate)
                and isinstance(stmt.target, lp.Load)
                and stmt.target.buffer == alloc.name
            ):
                out.append(replace(stmt, target=lp.Var(alloc.name, alloc.dtype)))
            elif isinstance(stmt, lp.Alloc) and stmt.name == alloc.name:
                continue
            else:
                out.append(lp.with_blocks(stmt, tuple(rewrite(b) for b in lp.blocks(stmt))))
        return tuple(out)

    return tuple(lp.map_stmt(stmt, change) for stmt in rewrite(body))


def _holder(body: tuple[lp.Stmt, ...], wanted: lp.Stmt) -> tuple[lp.Stmt, ...] | None:
    """The block that holds `wanted` itself."""
    if any(stmt is wanted for stmt in body):
        return body
    for stmt in body:
        for block in lp.blocks(stmt):
            found = _holder(block, wanted)
            if found is not None:
                return found
    return None


def _position(block: tuple[lp.Stmt, ...], wanted: lp.Stmt) -> int:
    return next(k for k, stmt in enumerate(block) if stmt is wanted)


def _loads(stmt: lp.Stmt, buffer: str, indices: tuple[lp.Subscript, ...]) -> int:
    """How many loads of the element at `indices` there are in `stmt`."""
    return sum(
        isinstance(node, lp.Load) and node.buffer == buffer and node.indices == indices
        for inner in lp.statements((stmt,))
        for value in lp.expressions(inner)
        for node in lp.subexpressions(value)
    )


def _uses(stmt: lp.Stmt, buffer: str, indices: tuple[lp.Subscript, ...]) -> int:
    """How many loads and stores of the element at `indices` there are in `stmt`."""
    stores = 0
    for inner in lp.statements((stmt,)):
        match inner:
            case lp.Store() if inner.buffer == buffer and inner.indices == indices:
                stores += 1
            case lp.Accumulate(target=lp.Load() as target) if target.buffer == buffer and target.indices == indices:
                stores += 1
    return stores + _loads(stmt, buffer, indices)
