"""Cut a reduction over everything into chunks that run in parallel, and long sums into blocks that stay accurate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import INT, Size
from .context import Context, Remark
from .dependence import Memory, effects, exposed, parallel
from .names import Names

#: Chunks of a reduction. Their number does not depend on the threads, so the result has the same bits on any number.
CHUNKS = 16
#: Elements of a block of a sum; docs in runtime/compensated.py: the largest that errs no more than NumPy's own sums.
BLOCK = 256

_REDUCERS = {"add", "multiply", "minimum", "maximum", "logical_or", "logical_and"}


def _reorders(stmt: lp.Accumulate, fast: bool) -> bool:
    """Whether partial results may stand for what is accumulated.

    The product of a part may overflow, or vanish, where the whole does not: NumPy multiplies one after the other.
    """
    exact = stmt.target.dtype.kind not in "fc"
    return stmt.op.name in _REDUCERS and (fast or exact or stmt.op.name != "multiply")


def split_reductions(program: lp.Program, ctx: Context) -> lp.Program:
    """Partial results for chunks of the outermost loop, which are then combined.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a):
    ...     return np.sum(a * a)
    ... ''', np.ones(5))
    >>> print(show(split_reductions(program, Context())))
    total = 0.0
    total_parts = np.empty(16)
    for chunk in range(16):
        start = (chunk * n) // 16
        stop = ((chunk + 1) * n) // 16
        total_part = 0.0
        for i in range(start, stop):
            total_part += a[i] * a[i]
        total_parts[chunk] = total_part
    for chunk in range(16):
        total += total_parts[chunk]
    return np.float64(total)
    """
    if not ctx.options.parallel or ctx.target == "cuda":
        return program
    memory = Memory.of_program(program)
    names = Names(program)
    body: list[lp.Stmt] = []
    for at, stmt in enumerate(program.body):
        pieces = (
            _chunked(stmt, names, memory, _read_after(program.body[at + 1 :]), ctx.options.fastmath)
            if isinstance(stmt, lp.For)
            else None
        )
        if pieces is None:
            body.append(stmt)
        else:
            ctx.remark(Remark("split_reductions", "a reduction in chunks", stmt.spans))
            body.extend(pieces)
    return replace(program, body=tuple(body)) if len(body) != len(program.body) else program


def _read_after(body: tuple[lp.Stmt, ...]) -> frozenset[str]:
    return frozenset(exposed(body))


def _chunked(loop: lp.For, names: Names, memory: Memory, live: frozenset[str], fast: bool) -> list[lp.Stmt] | None:
    """The loop in chunks; None where its rounds depend on each other in more than the scalars that they accumulate."""
    sums = [s for s in lp.statements(loop.body) if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var)]
    outer = _accumulated(loop)
    if not outer or loop.step != 1 or any(not _reorders(s, fast) for s in sums if s.target.name in outer):  # type: ignore[union-attr]
        return None
    if len({(s.target.name, s.op.name) for s in sums if s.target.name in outer}) != len(outer):  # type: ignore[union-attr]
        return None
    without = replace(loop, body=_without(loop.body, outer))
    touched = {a.name for s in without.body for a in effects(s).accesses if a.is_scalar}
    if touched & outer or not parallel(without, memory, live):
        return None
    kinds = {s.target.name: (s.op, s.target.dtype) for s in sums if s.target.name in outer}  # type: ignore[union-attr]
    chunk, start, stop = (names.fresh(n) for n in ("chunk", "start", "stop"))
    inner: list[lp.Stmt] = [
        lp.Assign(start, _share(chunk, 0, loop)),
        lp.Assign(stop, _share(chunk, 1, loop)),
    ]
    allocs: list[lp.Stmt] = []
    renamed: dict[str, str] = {}
    for name, (op, dtype) in kinds.items():
        parts, part = names.fresh(f"{name}_parts"), names.fresh(f"{name}_part")
        renamed[name] = part
        allocs.append(lp.Alloc(parts, dtype, (Size(CHUNKS),), spans=loop.spans))
        inner.append(lp.Assign(part, identity(op.name, dtype)))
    body = _rename(loop.body, renamed)
    inner.append(lp.For(loop.var, Size.named(start), Size.named(stop), 1, body, spans=loop.spans))
    combine: list[lp.Stmt] = []
    for (name, (op, dtype)), alloc in zip(kinds.items(), allocs, strict=True):
        assert isinstance(alloc, lp.Alloc)
        at = (Size.named(chunk),)
        inner.append(lp.Store(alloc.name, at, lp.Var(renamed[name], dtype)))
        combine.append(lp.Accumulate(lp.Var(name, dtype), op, lp.Load(alloc.name, at, dtype)))
    # rounds of the loop are independent but for what they accumulate, so the chunks are independent
    split = lp.For(chunk, Size(0), Size(CHUNKS), 1, tuple(inner), lp.LoopKind.PAR, spans=loop.spans)
    return [*allocs, split, lp.For(chunk, Size(0), Size(CHUNKS), 1, tuple(combine), spans=loop.spans)]


def _accumulated(loop: lp.For) -> set[str]:
    """Scalars that rounds of the loop accumulate into, coming in from before it."""
    inside = {s.name for s in lp.statements(loop.body) if isinstance(s, lp.Assign)}
    return {
        s.target.name
        for s in lp.statements(loop.body)
        if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var) and s.target.name not in inside
    }


def _without(body: tuple[lp.Stmt, ...], names: set[str]) -> tuple[lp.Stmt, ...]:
    out = []
    for stmt in body:
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name in names:
            # what it reads still counts
            stmt = lp.Assign("_", stmt.value)
        out.append(lp.with_blocks(stmt, tuple(_without(b, names) for b in lp.blocks(stmt))))
    return tuple(out)


def _rename(body: tuple[lp.Stmt, ...], names: dict[str, str]) -> tuple[lp.Stmt, ...]:
    out = []
    for stmt in body:
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name in names:
            stmt = replace(stmt, target=lp.Var(names[stmt.target.name], stmt.target.dtype))
        out.append(lp.with_blocks(stmt, tuple(_rename(b, names) for b in lp.blocks(stmt))))
    return tuple(out)


def _share(chunk: str, plus: int, loop: lp.For) -> lp.Expr:
    """lo + (chunk + plus) * (hi - lo) // CHUNKS."""
    ops = table()
    trips = lp.Index(loop.hi - loop.lo)
    index = lp.Index(Size.named(chunk) + plus)
    share = lp.Scalar(ops["floor_divide"], (lp.Scalar(ops["multiply"], (index, trips), INT), lp.Lit(CHUNKS, INT)), INT)
    return share if loop.lo == 0 else lp.Scalar(ops["add"], (lp.Index(loop.lo), share), INT)


def identity(op: str, dtype: np.dtype) -> lp.Expr:
    """What a reduction starts from."""
    match op:
        case "add":
            return lp.Lit(dtype.type(0), dtype)
        case "multiply":
            return lp.Lit(dtype.type(1), dtype)
        case "logical_or" | "logical_and":
            return lp.Lit(op == "logical_and", dtype)
        case _:
            from .lower import extreme_start

            return extreme_start({"minimum": "min", "maximum": "max"}[op], dtype)


# -- blocks ------------------------------------------------------------------------------------------------------------


def block_sums(program: lp.Program, ctx: Context) -> lp.Program:
    """Sum blocks of 256 elements, and add the blocks with their rounding errors kept: as accurate as NumPy's sums.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a):
    ...     return np.sum(a * a)
    ... ''', np.ones(5))
    >>> print(show(block_sums(program, Context())))
    total = 0.0
    lost = 0.0
    for block in range(0, n, 256):
        end = min(block + 256, n)
        part = 0.0
        for i in range(block, end):
            part += a[i] * a[i]
        total, lost = compensated_add(total, lost, part)
    total = compensated_total(total, lost)
    return np.float64(total)
    """
    if ctx.target == "cuda" or ctx.options.fastmath:
        return program
    names = Names(program)
    body = _blocks(program.body, names)
    return replace(program, body=body) if body != program.body else program


def _blocks(body: tuple[lp.Stmt, ...], names: Names) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    starts: dict[str, int] = {}
    for stmt in body:
        if isinstance(stmt, lp.Assign) and _is_zero(stmt.value) and stmt.value.dtype.kind == "f":
            starts[stmt.name] = len(out)
        if isinstance(stmt, lp.For):
            names_here = [
                n for n in sorted(_summed(stmt)) if n in starts and not _uses_between(out[starts[n] + 1 :], n)
            ]
            done = None
            if names_here:
                done = _blocked(stmt, tuple(names_here), names)
            if done is not None:
                loop, lost = done
                loss_types: dict[str, np.dtype] = {}
                for name, loss in lost.items():
                    first = out[starts[name]]
                    assert isinstance(first, lp.Assign)
                    loss_types[name] = first.value.dtype
                    out.append(lp.Assign(loss, first.value, spans=first.spans))
                out.append(loop)
                for name, loss in lost.items():
                    out.append(lp.Settle(name, loss, loss_types[name]))
                continue
        out.append(lp.with_blocks(stmt, tuple(_blocks(b, names) for b in lp.blocks(stmt))))
    return tuple(out)


def _is_zero(value: lp.Expr) -> bool:
    return isinstance(value, lp.Lit) and value.dtype.kind == "f" and value.value == 0 and not np.signbit(value.value)


def _summed(loop: lp.For) -> set[str]:
    return {
        s.target.name
        for s in lp.statements(loop.body)
        if isinstance(s, lp.Accumulate)
        and isinstance(s.target, lp.Var)
        and s.op.name == "add"
        and s.target.dtype.kind == "f"
    } & _accumulated(loop)


def _uses_between(body: list[lp.Stmt], name: str) -> bool:
    return any(a.name == name for stmt in body for a in effects(stmt).accesses)


def _blocked(loop: lp.For, sums: tuple[str, ...], names: Names) -> tuple[lp.For, dict[str, str]] | None:
    """The nest with its innermost summing loop cut into blocks. None where that loop is short or sums elsewhere."""
    inner = [s for s in loop.body if isinstance(s, lp.For) and any(n in _summed(s) for n in sums)]
    direct = [
        s for s in loop.body if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var) and s.target.name in sums
    ]
    if (inner and direct) or len(inner) > 1:
        return None
    if inner:
        done = _blocked(inner[0], sums, names)
        if done is None:
            return None
        new, lost = done
        return replace(loop, body=tuple(new if s is inner[0] else s for s in loop.body)), lost
    if not direct or len(direct) != len(sums) or loop.step != 1:
        return None
    if any(n in {a.name for s in loop.body if s not in direct for a in effects(s).accesses} for n in sums):
        return None
    trips = loop.hi - loop.lo
    if trips.is_const and trips.const <= BLOCK:
        return None
    block, end = names.fresh("block"), names.fresh("end")
    lost = {n: names.fresh("lost") for n in sums}
    parts = {n: names.fresh("part") for n in sums}
    dtypes = {s.target.name: s.target.dtype for s in direct}  # type: ignore[union-attr]
    last = lp.Scalar(table()["minimum"], (lp.Index(Size.named(block) + BLOCK), lp.Index(loop.hi)), INT)
    body: list[lp.Stmt] = [lp.Assign(end, last)]
    body += [lp.Assign(parts[n], lp.Lit(dtypes[n].type(0), dtypes[n])) for n in sums]
    body.append(replace(loop, lo=Size.named(block), hi=Size.named(end), body=_rename(loop.body, parts)))
    for n in sums:
        body.append(
            lp.Accumulate(lp.Var(n, dtypes[n]), table()["add"], lp.Var(parts[n], dtypes[n]), lp.Var(lost[n], dtypes[n]))
        )
    return lp.For(block, loop.lo, loop.hi, BLOCK, tuple(body), spans=loop.spans), lost
