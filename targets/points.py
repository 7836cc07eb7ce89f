"""Elements of arrays of rank 0 are read before a parallel loop: within it, Numba has the number where the array was."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from ..ir.free_names import free_name
from ..passes.dependence import assigned
from .outline import Kernel


def points(kernel: Kernel) -> Kernel:
    """The kernel whose outermost parallel loops index no array of rank 0 that they only read.

        for i in prange(n):
            out[i] = a[i] * scale[()]

    becomes

        point = scale[()]
        for i in prange(n):
            out[i] = a[i] * point
    """
    loops = {s.var for s in lp.statements(kernel.body) if isinstance(s, lp.For)}
    taken = {*kernel.params, *lp.mentions(kernel.body), *assigned(kernel.body), *loops}

    def block(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.For) and stmt.kind is lp.LoopKind.PAR:
                out += _read_before(stmt, taken)
            else:
                out.append(lp.with_blocks(stmt, tuple(block(inner) for inner in lp.blocks(stmt))))
        return tuple(out)

    body = block(kernel.body)
    return kernel if body == kernel.body else replace(kernel, body=body)


def _read_before(loop: lp.For, taken: set[str]) -> tuple[lp.Stmt, ...]:
    """The loop behind what it reads of arrays of rank 0."""
    written = set()
    found: dict[lp.Load, lp.Var] = {}
    for stmt in lp.statements((loop,)):
        match stmt:
            case lp.Store(buffer=name) | lp.Accumulate(target=lp.Load(buffer=name)) | lp.Alloc(name) | lp.Pointer(name):
                written.add(name)
    for stmt in lp.statements((loop,)):
        for value in lp.expressions(stmt):
            for node in lp.subexpressions(value):
                if isinstance(node, lp.Load) and not node.indices and node.buffer not in written and node not in found:
                    found[node] = lp.Var(free_name("point", taken), node.dtype)
    if not found:
        return (loop,)
    before = (lp.Assign(var.name, load, spans=loop.spans) for load, var in found.items())
    return (*before, lp.map_stmt(loop, lambda node: found.get(node, node) if isinstance(node, lp.Load) else node))
