"""Loop IR -> what Python drives and the kernels that it launches: which iterations become threads.

A nest whose outer loops are independent is one launch, a thread for each iteration of up to three of them; a loop whose
iterations are rows of work (reductions and maps over inner loops) gets a block for each. What is left runs on one
thread, and a loop around launches is driven from Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.array import Results
from ..ir.ops import table
from ..ir.types import Size
from ..passes.context import Context, Remark
from ..passes.dependence import Memory, assigned, effects, message_names, parallel, private_scalars
from ..passes.fuse import fuse
from ..passes.split_reductions import identity
from .cuda_nodes import (
    Combine,
    Distinct,
    Kernel,
    Launch,
    Mapped,
    Names,
    Partial,
    Plan,
    Publish,
    section_extents,
    section_place,
    trips_text,
)
from .cuda_rows import Row
from .cuda_split import accumulators, buffers, columns_outside, distribute, keep_errors, read_scalars, without


def plan(program: lp.Program, ctx: Context) -> Plan:
    """Part the program into launches and what Python does. Raises ValueError with the reason for what has no place."""
    planner = _Planner(program, ctx)
    body = planner.block(program.body, frozenset())
    return Plan(body, tuple(planner.kernels), planner.names, planner.memory)


class _Planner:
    def __init__(self, program: lp.Program, ctx: Context) -> None:
        self.program = program
        self.ctx = ctx
        self.memory = Memory.of_program(program)
        self.names = Names(program)
        self.kernels: list[Kernel] = []
        self.fresh: set[str] = set()  # arrays just made, which no other name can mean yet
        self.plain: set[str] = set()  # sums of products of matrices, which BLAS does not compensate either
        arguments = {parameter: argument for argument, parameter in program.renamed}
        self.types = {
            p.name: f"{p.type.dtype} {p.type.rank} @{arguments.get(p.name, p.name)}"
            if p.type.kind == "array"
            else str(p.type.dtype)
            for p in program.params
        }
        for stmt in lp.statements(program.body):
            match stmt:
                case lp.Alloc(name, dtype, shape) | lp.Pointer(name, _, dtype, shape, _):
                    self.types[name] = f"{dtype} {len(shape)}"
                case lp.Assign(name, value):
                    self.types[name] = str(value.dtype)
                case lp.HostCall(results):
                    self.types |= {name: str(dtype) for name, dtype in stmt.scalars.items()}
                    self.types |= {p.name: f"{p.type.dtype} {p.type.rank}" for p in results if p.type.kind == "array"}
                case _:
                    continue

    # -- blocks of the function that launches

    def block(self, body: Sequence[lp.Stmt], live: frozenset[str]) -> tuple[lp.Stmt, ...]:
        """A block that Python runs; `live` are the scalars that are read after it."""
        out: list[lp.Stmt] = []
        single: list[lp.Stmt] = []  # statements that wait for a kernel of one thread
        work = [s for stmt in body for s in self.prepared(stmt)]
        for at, stmt in enumerate(work):
            after = live | self.read_later(work[at + 1 :])
            inside = after | self.read_later((stmt,))
            match stmt:
                case lp.For():
                    done = self.loop(stmt, after)
                    if done is None:
                        single.append(stmt)
                        continue
                    self.flush(single, out, inside)
                    out.extend(done)
                case lp.Store() | lp.Accumulate(target=lp.Load()):
                    single.append(stmt)
                    continue
                case lp.While(head, _, inner):
                    self.flush(single, out, inside)
                    self.forget(stmt)
                    out.append(replace(stmt, head=self.block(head, inside), body=self.block(inner, inside)))
                case lp.If(_, then, orelse):
                    self.flush(single, out, inside)
                    out.append(replace(stmt, then=self.block(then, after), orelse=self.block(orelse, after)))
                case _:
                    self.flush(single, out, inside)
                    self.forget(stmt)
                    if isinstance(stmt, lp.Alloc):
                        self.fresh.add(stmt.name)
                    out.append(stmt)
        self.flush(single, out, live)
        return tuple(out)

    def forget(self, stmt: lp.Stmt) -> None:
        """From here on another name may mean an array that was fresh."""
        self.fresh -= {name for s in lp.statements((stmt,)) if isinstance(s, lp.Pointer) for name in (s.name, s.source)}

    def apart(self, names: Iterable[str]) -> Memory:
        """What may be the same memory where the arrays `names` are known to be none of the others."""
        return Memory({name: group for name, group in self.memory.groups.items() if name not in names})

    def aliases(self, loop: lp.For) -> list[tuple[str, str]]:
        """Pairs of names, one of them stored to, that may mean one array; none where parts of arrays may overlap."""
        written, touched = (
            buffers((loop,), written=True),
            buffers((loop,), written=True) | buffers((loop,), written=False),
        )
        if any(
            isinstance(s, lp.Pointer) and (s.reshaped or s in lp.statements(loop.body))
            for s in lp.statements(self.program.body)
        ):
            return []
        known = self.apart(self.fresh)
        return [
            (a, b)
            for a in sorted(touched)
            for b in sorted(touched)
            if a < b and (a in written or b in written) and known.of(a) == known.of(b)
        ]

    def prepared(self, stmt: lp.Stmt) -> list[lp.Stmt]:
        """Statements that a kernel can do instead of one that the host would: zeros and matrix products as loops."""
        match stmt:
            case lp.Alloc(name, dtype, shape, fill) if fill == "zeros":
                variables = [self.names.fresh(v) for v in "ijkl"[: len(shape)]] if len(shape) <= 4 else []
                if shape and not variables:
                    raise ValueError("zeros of more than four dimensions have no kernel")
                place = tuple(Size.named(v) for v in variables)
                zero: lp.Stmt = lp.Store(name, place, lp.Lit(dtype.type(0), dtype), spans=stmt.spans)
                for var, size in reversed(list(zip(variables, shape, strict=True))):
                    zero = lp.For(var, Size(0), size, 1, (zero,), spans=stmt.spans)
                return [replace(stmt, fill="empty"), zero]
            case lp.Library(out, "np.matmul", (a, b)):
                return self.product(stmt, out, a, b)
            case lp.Library(_, function, _):
                raise ValueError(f"{function} runs on the host only")
            case _:
                return [stmt]

    def product(self, stmt: lp.Stmt, out: lp.Section, a: lp.Section, b: lp.Section) -> list[lp.Stmt]:
        """out = a @ b as a nest: a thread for each element of the result."""
        rank_a, rank_b = len(a.order), len(b.order)
        if rank_a > 2 or rank_b > 2:
            raise ValueError("a product of stacks of matrices has no kernel")
        row, column, inner, total = (self.names.fresh(n) for n in ("i", "j", "k", "total"))
        at_a = [Size.named(row)] * (rank_a == 2) + [Size.named(inner)]
        at_b = [Size.named(inner)] + [Size.named(column)] * (rank_b == 2)
        at_out = [Size.named(row)] * (rank_a == 2) + [Size.named(column)] * (rank_b == 2)
        dtype = np.dtype(self.types[out.buffer].split()[0])
        self.plain.add(total)
        var = lp.Var(total, dtype)
        factors = tuple(lp.Load(s.buffer, section_place(s, at), dtype) for s, at in ((a, at_a), (b, at_b)))
        if any(np.dtype(self.types[s.buffer].split()[0]) != dtype for s in (a, b)):
            raise ValueError("a product of matrices of several dtypes has no kernel")
        ops = table()
        add = lp.Accumulate(var, ops["add"], lp.Scalar(ops["multiply"], factors, dtype), spans=stmt.spans)
        start = identity("add", dtype)
        body: tuple[lp.Stmt, ...] = (
            lp.Assign(total, start, spans=stmt.spans),
            lp.For(inner, Size(0), section_extents(a)[-1], 1, (add,), spans=stmt.spans),
            lp.Store(out.buffer, section_place(out, at_out), var, spans=stmt.spans),
        )
        if rank_b == 2:
            body = (lp.For(column, Size(0), section_extents(b)[-1], 1, body, spans=stmt.spans),)
        if rank_a == 2:
            body = (lp.For(row, Size(0), section_extents(a)[0], 1, body, spans=stmt.spans),)
        return list(body)

    def read_later(self, body: Sequence[lp.Stmt]) -> frozenset[str]:
        """Scalars that the statements read, in the text of results too."""
        names = set(read_scalars(body))
        for stmt in lp.statements(tuple(body)):
            if isinstance(stmt, lp.Return):
                names |= {n for text in result_texts(stmt.value) for n in re.findall(r"[A-Za-z_]\w*", text)}
            if isinstance(stmt, lp.Check):
                names |= set(message_names(stmt.message))
        return frozenset(names)

    # -- loops

    def loop(self, loop: lp.For, live: frozenset[str]) -> list[lp.Stmt] | None:
        """The launches that a loop becomes, or the loop with launches in it; None where one thread has to run it."""
        launch = self.launched(loop, live, self.apart(self.fresh))
        if launch is not None:
            return launch
        pairs = self.aliases(loop)
        if pairs:
            launch = self.launched(loop, live, self.apart({name for pair in pairs for name in pair}))
            if launch is not None:
                same: list[lp.Stmt] = []
                self.flush([loop], same, live)
                return [Distinct(tuple(pairs), tuple(launch), tuple(same), spans=loop.spans)]
        pieces = distribute(loop, self.memory)
        if len(pieces) > 1:
            return self.pieces(pieces, live)
        turned = columns_outside(loop, self.names.fresh)
        if turned is not None:
            launch = self.launched(turned, live, self.apart(self.fresh))
            if launch is not None:
                return launch
        if any(self.wants_launch(s, live) for s in loop.body):
            self.forget(loop)
            inside = live | self.read_later((loop,))
            return [replace(loop, body=self.block(loop.body, inside))]
        self.refuse(loop)
        return None

    def wants_launch(self, stmt: lp.Stmt, live: frozenset[str]) -> bool:
        """Whether a statement in a loop is for Python to run: it launches, allocates, or names arrays."""
        match stmt:
            case lp.Alloc() | lp.Pointer() | lp.Library() | lp.HostCall():
                return True
            case lp.For():
                everything = live | self.read_later((stmt,))
                if (
                    self.independent(stmt, everything) is not None
                    or columns_outside(stmt, lambda name: name) is not None
                ):
                    return True
                if len(distribute(stmt, self.memory)) > 1:
                    return True
            case _:
                pass
        return any(self.wants_launch(s, live) for block in lp.blocks(stmt) for s in block)

    def refuse(self, loop: lp.For) -> None:
        for stmt in lp.statements((loop,)):
            match stmt:
                case lp.While():
                    raise ValueError("a `while` over elements has no kernel")
                case lp.Check():
                    raise ValueError("a check that may raise has no place in a kernel")
                case lp.Return():
                    raise ValueError("a return from a loop over elements has no kernel")
                case _:
                    continue

    def pieces(self, pieces: list[lp.For], live: frozenset[str]) -> list[lp.Stmt]:
        """The parts of a loop; those that are launched as they stand are fused again where they stay independent."""
        marked = [self.marked(piece, live) for piece in pieces]
        fused = fuse(replace(self.program, body=tuple(marked)), Context(self.ctx.target, self.ctx.options)).body
        for stmt in fused:
            if isinstance(stmt, lp.For) and stmt.kind is lp.LoopKind.PAR and self.independent(stmt, live) is None:
                fused = tuple(marked)
                break
        out: list[lp.Stmt] = []
        for at, stmt in enumerate(fused):
            assert isinstance(stmt, lp.For)
            after = live | self.read_later(fused[at + 1 :])
            done = self.loop(stmt, after)
            if done is None:
                self.flush([stmt], out, after)
            else:
                out.extend(done)
        return out

    def marked(self, piece: lp.For, live: frozenset[str]) -> lp.For:
        free = self.independent(piece, live) is not None
        return replace(piece, kind=lp.LoopKind.PAR if free else lp.LoopKind.SEQ)

    def independent(
        self, loop: lp.For, live: frozenset[str], memory: Memory | None = None
    ) -> dict[str, lp.Accumulate] | None:
        """The scalars that the loop accumulates into, where it is else parallel; None where it is not."""
        sums = accumulators(loop)
        memory = self.apart(self.fresh) if memory is None else memory
        return sums if parallel(without(loop, sums), memory, live - sums.keys()) else None

    def launched(self, loop: lp.For, live: frozenset[str], memory: Memory) -> list[lp.Stmt] | None:
        sums = self.independent(loop, live, memory)
        if sums is None:
            return None
        for stmt in lp.statements(loop.body):
            if isinstance(stmt, (lp.Alloc, lp.Pointer, lp.Library, lp.HostCall)):
                return None  # Python drives what a kernel cannot do
        nest = self.rows(loop, sums) or self.threads(loop)
        return [self.launch(loop, sums, *nest)]

    def threads(self, loop: lp.For) -> tuple[tuple[lp.Stmt, ...], tuple[lp.For, ...], str, frozenset[str]]:
        """A thread for each iteration of the outermost loops that are independent, of three of them at most."""
        loops = [loop]
        while (inner := self.inner(loops)) is not None:
            loops.append(inner)
        mapped = loops[-3:]
        names = [each.var for each in mapped]
        body = mapped[-1].body
        for depth in reversed(range(len(loops))):
            each = loops[depth]
            if depth < len(loops) - len(mapped):
                body = (replace(each, body=body, kind=lp.LoopKind.SEQ),)
            else:
                first, stride = f"thread_{each.var}", f"step_{each.var}"
                if len(names) == 1:
                    first, stride = "cuda.grid(1)", "cuda.gridsize(1)"
                body = (
                    Mapped(each.var, each.lo, each.hi, each.step, body, spans=each.spans, first=first, stride=stride),
                )
            if depth:
                body = (*loops[depth - 1].body[:-1], *body)
        sizes = ", ".join(trips_text(each) for each in mapped)
        return body, tuple(mapped), f"({sizes})", frozenset()

    def inner(self, loops: list[lp.For]) -> lp.For | None:
        """The loop in the innermost of `loops` that can be mapped with it: alone but for scalars ahead of it."""
        outer = loops[-1]
        *ahead, last = outer.body
        if not isinstance(last, lp.For) or not all(isinstance(s, lp.Assign) for s in ahead):
            return None
        local = assigned(outer.body) | {each.var for each in loops}
        if any(n in local for n in (*last.lo.names, *last.hi.names)):
            return None
        set_ahead = {s.name for s in ahead if isinstance(s, lp.Assign)}
        changed = assigned((last,))
        if set_ahead & changed or buffers(ahead, written=False) & buffers((last,), written=True):
            return None  # what is read ahead of the loop, other threads would change in it
        return last if self.independent(last, frozenset()) is not None else None

    def rows(
        self, loop: lp.For, sums: dict[str, lp.Accumulate]
    ) -> tuple[tuple[lp.Stmt, ...], tuple[lp.For, ...], str, frozenset[str]] | None:
        """A block for each iteration, whose threads share the inner loops; None where those do not allow it."""
        if self.inner([loop]) is not None or not any(isinstance(s, lp.For) for s in loop.body):
            return None
        builder = Row(self, loop, frozenset(sums))
        body = builder.build()
        if body is None or builder.size is None:
            return None
        mapped = Mapped(
            loop.var,
            loop.lo,
            loop.hi,
            loop.step,
            body,
            spans=loop.spans,
            first="cuda.blockIdx.x",
            stride="cuda.gridDim.x",
        )
        return (mapped,), (loop,), f"{trips_text(loop)}, {builder.size}", builder.uniform

    def launch(
        self,
        loop: lp.For,
        sums: dict[str, lp.Accumulate],
        nest: tuple[lp.Stmt, ...],
        mapped: tuple[lp.For, ...],
        sizes: str,
        uniform: frozenset[str],
    ) -> Launch:
        by_block = not sizes.startswith("(")
        partials: list[Partial] = []
        start: list[lp.Stmt] = []
        finish: list[lp.Stmt] = []
        for name, stmt in sums.items():
            dtype = stmt.target.dtype
            parts = self.names.fresh(f"{name}_parts")
            partials.append(Partial(name, stmt.op.name, dtype, parts))
            start.append(lp.Assign(name, identity(stmt.op.name, dtype), spans=stmt.spans))
            if name not in uniform:
                finish.append(Combine(name, stmt.op.name, dtype))
            finish.append(Publish(parts, "block_number()", name))
        plain = (*start, loop)
        params = self.parameters(plain)
        body = self.accurate((*start, *nest))
        types = tuple(self.types.get(n, "int64") for n in params) + tuple(f"{p.dtype} 1" for p in partials)
        names = tuple(each.var for each in mapped)
        kernel = Kernel(
            self.kernel_name(), params + tuple(p.parts for p in partials), types, (*body, *finish), names, by_block
        )
        self.kernels.append(kernel)
        if by_block:
            grid = f"block_for_each({sizes})"
        else:
            grid = f"{'partial_results' if partials else 'threads_for'}{sizes}"
        self.ctx.remark(Remark("plan", f"one launch over {', '.join(f'`{n}`' for n in names)}", loop.spans))
        return Launch(kernel, grid, tuple(partials), spans=loop.spans)

    def flush(self, single: list[lp.Stmt], out: list[lp.Stmt], live: frozenset[str]) -> None:
        """The waiting statements as one kernel of one thread."""
        if not single:
            return
        body, single[:] = tuple(single), []
        for stmt in body:
            if isinstance(stmt, lp.For):
                self.refuse(stmt)
        params = self.parameters(body)
        spans = frozenset().union(*(s.spans for s in body))
        dtypes = {s.name: s.value.dtype for s in lp.statements(body) if isinstance(s, lp.Assign)}
        dtypes |= {
            s.target.name: s.target.dtype
            for s in lp.statements(body)
            if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Var)
        }
        returns = tuple((lp.Var(n, dtypes[n]), self.names.fresh(f"{n}_out")) for n in sorted(assigned(body) & live))
        kept: list[lp.Stmt] = [Publish(array, "0", var.name) for var, array in returns]
        types = tuple(self.types.get(n, "int64") for n in params) + tuple(f"{v.dtype} 1" for v, _ in returns)
        kernel = Kernel(self.kernel_name(), params + tuple(a for _, a in returns), types, (*self.accurate(body), *kept))
        self.kernels.append(kernel)
        self.ctx.remark(Remark("plan", "nothing to run side by side: one thread", spans))
        out.append(Launch(kernel, "1, 1", (), returns, spans=spans))

    def accurate(self, body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        return body if self.ctx.options.fastmath else keep_errors(body, self.names.fresh, frozenset(self.plain))

    def kernel_name(self) -> str:
        return f"_{self.program.name}_kernel" + (f"_{len(self.kernels) + 1}" if self.kernels else "")

    def parameters(self, body: tuple[lp.Stmt, ...]) -> tuple[str, ...]:
        """Arrays in the order of their first use, then the scalars that come from outside."""
        inner = {s.var for s in lp.statements(body) if isinstance(s, lp.For)}
        arrays: dict[str, None] = {}
        scalars: dict[str, None] = {}
        own = private_scalars(body)
        for stmt in body:
            for access in effects(stmt).accesses:
                if not access.is_scalar:
                    arrays[access.name] = None
                elif access.name not in own and access.name not in inner and access.name != "_":
                    scalars[access.name] = None
        return (*arrays, *scalars)


def result_texts(value: lp.Result) -> list[str]:
    match value:
        case Results(items):
            return [text for item in items for text in result_texts(item)]  # type: ignore[arg-type]
        case lp.ArrayResult(_, text):
            return [text]
        case _:
            return []
