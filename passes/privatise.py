"""Scatter into copies: chunks of a loop add to arrays of their own, in parallel, and the arrays are added up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.ops import table
from ..ir.types import BOOL, INT, Shape, Size
from .context import Context, Remark
from .dependence import Memory, effects, exposed, parallel
from .names import Names
from .split_reductions import CHUNKS

#: Rounds of the loop for each element of a copy: to clear a copy and to add it then costs little beside them.
_ROUNDS = 16
#: Rounds that a chunk has at least.
_LEAST = 4096
#: How many chunks there may be; as many as have enough rounds.
_CHUNKS = (4, CHUNKS)


def privatise(program: lp.Program, ctx: Context) -> lp.Program:
    """Give each chunk of a loop that adds to elements found in the data a copy of what it adds to.

    How many chunks there are depends on the sizes alone, so a sum of floats has the same bits on any number of
    threads. Where there are fewer than two, the loop runs as it was.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(out, k, x):
    ...     np.add.at(out, k, x)
    ... ''', np.ones(5), np.arange(9) % 5, np.ones(9))
    >>> print(show(privatise(program, Context())).partition("size {n}')")[2].strip())
    if chunks > 1:
        for chunk in range(chunks):
            for j in range(n):
                out_parts[chunk, j] = -0.0
            start = np.floor_divide(chunk * m, chunks)
            stop = np.floor_divide((chunk + 1) * m, chunks)
            for i in range(start, stop):
                out_parts[chunk, k[i] + n if k[i] < 0 else k[i]] += x[i]
        for chunk in range(chunks):
            for j in range(n):
                out[j] += out_parts[chunk, j]
    else:
        for i in range(m):
            out[k[i] + n if k[i] < 0 else k[i]] += x[i]
    return None
    """
    if not ctx.options.parallel or ctx.target == "cuda":
        return program
    memory, names = Memory.of_program(program), Names(program)
    door = {p.name for p in program.params} | {d.name for d in program.derived}
    door |= {n for p in program.params for size in p.type.shape for n in size.names}
    shapes: dict[str, Shape] = {p.name: p.type.shape for p in program.params if p.type.kind == "array"}
    shapes |= {s.name: s.shape for s in program.body if isinstance(s, lp.Alloc)}
    first: list[lp.Stmt] = []
    body: list[lp.Stmt] = []
    for at, stmt in enumerate(program.body):
        if isinstance(stmt, lp.For) and (targets := _targets(stmt, memory)):
            live = frozenset(exposed(program.body[at + 1 :]))
            known = all(n in door for t in targets for size in shapes.get(t, ()) for n in size.names)
            known &= all(t in shapes for t in targets) and {*stmt.lo.names, *stmt.hi.names} <= door
            if known and _independent(stmt, targets, memory, live):
                ctx.remark(Remark("privatise", f"chunks add to copies of {_listed(targets)}", stmt.spans))
                made, chunked = _chunked(stmt, {t: shapes[t] for t in targets}, names)
                first += made
                body.append(chunked)
                continue
        body.append(stmt)
    return replace(program, body=(*first, *body)) if first else program


def _listed(names: dict[str, np.dtype]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _targets(loop: lp.For, memory: Memory) -> dict[str, np.dtype]:
    """The arrays that the loop adds to at places found in the data, and touches in no other way."""
    if loop.step != 1 or loop.kind is not lp.LoopKind.SEQ or loop.few:
        return {}
    found: dict[str, np.dtype] = {}
    others: set[str] = set()
    for stmt in lp.statements((loop,)):
        match stmt:
            case lp.Accumulate(lp.Load(buffer, indices, dtype), op, value, _):
                scattered = any(isinstance(i, lp.Expr) for i in indices)
                if op.name == "add" and scattered and dtype.kind in "iufc" and found.setdefault(buffer, dtype) == dtype:
                    read = [*indices, value]
                else:
                    read = [stmt.target, value]
                others |= {n.buffer for e in read if isinstance(e, lp.Expr) for n in _loads(e)}
            case lp.For() | lp.If() | lp.While():
                others |= {n.buffer for e in lp.expressions(stmt) for n in _loads(e)}
            case _:
                others |= {a.name for a in effects(stmt).accesses if not a.is_scalar}
    groups = [memory.of(name) for name in (*found, *others)]
    return {name: dtype for name, dtype in found.items() if groups.count(memory.of(name)) == 1}


def _loads(value: lp.Expr) -> list[lp.Load]:
    return [node for node in lp.subexpressions(value) if isinstance(node, lp.Load)]


def _independent(loop: lp.For, targets: dict[str, np.dtype], memory: Memory, live: frozenset[str]) -> bool:
    """Whether rounds of the loop depend on each other in what they add to the targets alone."""

    def without(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            match stmt:
                case lp.Accumulate(lp.Load(buffer, indices, _), _, value, _) if buffer in targets:
                    # what it reads still counts
                    out += [lp.Assign("_", e) for e in (*indices, value) if isinstance(e, lp.Expr)]
                case _:
                    out.append(lp.with_blocks(stmt, tuple(without(b) for b in lp.blocks(stmt))))
        return tuple(out)

    return parallel(replace(loop, body=without(loop.body)), memory, live)


def _chunked(loop: lp.For, shapes: dict[str, Shape], names: Names) -> tuple[list[lp.Stmt], lp.Stmt]:
    """What is made ahead of everything, and what takes the loop's place."""
    ops = table()
    dtypes = {
        s.target.buffer: s.target.dtype
        for s in lp.statements(loop.body)
        if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Load)
    }
    chunks, chunk, start, stop = (names.fresh(n) for n in ("chunks", "chunk", "start", "stop"))

    def integers(op: str, *args: lp.Expr) -> lp.Expr:
        return lp.Scalar(ops[op], args, INT)

    rounds = lp.Index(loop.hi - loop.lo)
    elements: lp.Expr = lp.Lit(_LEAST, INT)
    for shape in shapes.values():
        volume: lp.Expr = lp.Lit(_ROUNDS, INT)
        for size in shape:
            volume = integers("multiply", volume, lp.Index(size))
        elements = integers("add", elements, volume)
    many: lp.Expr = lp.Lit(0, INT)
    for number in _CHUNKS:
        enough = lp.Scalar(ops["greater_equal"], (rounds, integers("multiply", lp.Lit(number, INT), elements)), BOOL)
        many = lp.Select(enough, lp.Lit(number, INT), many, INT)
    made: list[lp.Stmt] = [lp.Assign(chunks, many, spans=loop.spans)]
    inner: list[lp.Stmt] = []
    combine: list[lp.Stmt] = []
    copies: dict[str, str] = {}
    for target, shape in shapes.items():
        dtype = dtypes[target]
        copy = copies[target] = names.fresh(f"{target}_parts")
        made.append(lp.Alloc(copy, dtype, (Size.named(chunks), *shape), spans=loop.spans))
        walked = [names.fresh(n) for n in "jklmpq"[: len(shape)]]
        place = tuple(map(Size.named, walked))
        own = (Size.named(chunk), *place)
        # -0.0 is what changes no number when it is added
        nothing = lp.Lit(dtype.type(-0.0 if dtype.kind == "f" else 0), dtype)
        cleared: lp.Stmt = lp.Store(copy, own, nothing)
        added: lp.Stmt = lp.Accumulate(lp.Load(target, place, dtype), ops["add"], lp.Load(copy, own, dtype))
        for var, size in zip(reversed(walked), reversed(shape), strict=True):
            cleared, added = (lp.For(var, Size(0), size, 1, (s,), spans=loop.spans) for s in (cleared, added))
        inner.append(cleared)
        combine.append(added)
    inner += [lp.Assign(name, _share(chunk, plus, chunks, loop)) for plus, name in enumerate((start, stop))]
    private = _renamed(loop.body, copies, Size.named(chunk))
    inner.append(replace(loop, lo=Size.named(start), hi=Size.named(stop), body=private))
    several = lp.Scalar(ops["greater"], (lp.Var(chunks, INT), lp.Lit(1, INT)), BOOL)
    over = (chunk, Size(0), Size.named(chunks), 1)
    then = (
        lp.For(*over, tuple(inner), lp.LoopKind.PAR, spans=loop.spans),
        lp.For(*over, tuple(combine), spans=loop.spans),
    )
    return made, lp.If(several, then, (loop,), spans=loop.spans)


def _renamed(body: tuple[lp.Stmt, ...], copies: dict[str, str], chunk: Size) -> tuple[lp.Stmt, ...]:
    """The statements, adding to row `chunk` of the copies."""
    out: list[lp.Stmt] = []
    for stmt in body:
        match stmt:
            case lp.Accumulate(lp.Load(buffer, indices, dtype), _, _, _) if buffer in copies:
                out.append(replace(stmt, target=lp.Load(copies[buffer], (chunk, *indices), dtype)))
            case _:
                out.append(lp.with_blocks(stmt, tuple(_renamed(b, copies, chunk) for b in lp.blocks(stmt))))
    return tuple(out)


def _share(chunk: str, plus: int, chunks: str, loop: lp.For) -> lp.Expr:
    """lo + (chunk + plus) * (hi - lo) // chunks."""
    ops = table()
    part = lp.Scalar(ops["multiply"], (lp.Index(Size.named(chunk) + plus), lp.Index(loop.hi - loop.lo)), INT)
    share = lp.Scalar(ops["floor_divide"], (part, lp.Var(chunks, INT)), INT)
    return share if loop.lo == 0 else lp.Scalar(ops["add"], (lp.Index(loop.lo), share), INT)
