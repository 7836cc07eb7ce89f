"""Let a temporary live in the memory of one that nobody reads any more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ..ir import loops as lp
from ..ir.types import Size
from .context import Context, Remark


def reuse(program: lp.Program, ctx: Context) -> lp.Program:
    """New memory costs as much as reading it: the system clears its pages first. Arrays of one type may share theirs.

    A nest may also write where it reads, if each iteration reads the element that it writes before it writes it.

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(a, b):
    ...     product = a @ b
    ...     return np.sqrt(product) @ a
    ... ''', np.eye(3), np.eye(3))
    >>> print(show(reuse(program, Context())))
    product = np.empty((n, n))
    np.matmul(a, b, out=product)
    for i in range(n):
        for j in range(n):
            product[i, j] = np.sqrt(product[i, j])
    result = np.empty((n, m))
    np.matmul(product, a, out=result)
    return result
    """
    groups = _groups(program)
    shared = [group for group in groups if len(group.members) > 1]
    if not shared:
        return program
    names = {member: group.name for group in shared for member in group.members}
    heads = {group.members[0] for group in shared}
    body = tuple(s for s in program.body if not (isinstance(s, lp.Alloc) and s.name in names and s.name not in heads))
    for group in shared:
        ctx.remark(Remark("reuse", f"{', '.join(f'`{m}`' for m in group.members)} share their memory"))
    return replace(program, body=lp.with_buffers(body, names))


@dataclass
class _Group:
    """Arrays that live one after another in the same memory; `last` is the statement after which it is free."""

    members: list[str]
    name: str
    alloc: lp.Alloc
    last: float


def _groups(program: lp.Program) -> list[_Group]:
    """The arrays that the body itself allocates, as they come into use, each in the memory that is free by then."""
    body = program.body
    allocated = {s.name: s for s in body if isinstance(s, lp.Alloc) and s.fill == "empty"}
    times = Counter(s.name for s in lp.statements(body) if isinstance(s, lp.Alloc))
    returned = {n for s in lp.statements(body) if isinstance(s, lp.Return) for n in lp.returned_buffers(s.value)}
    fixed = {p.name for p in program.params} | {n for n, count in times.items() if count > 1}
    for stmt in lp.statements(body):
        match stmt:
            case lp.Pointer(name, source):  # another name of the same memory
                fixed |= {name, source}
            case lp.Swap(first, second):
                fixed |= {first, second}
            case lp.HostCall():  # its results may be views of what it was given
                fixed |= {*stmt.arrays, *(section.buffer for section in stmt.sections)}
    uses: dict[str, list[int]] = {}
    for at, stmt in enumerate(body):
        if not isinstance(stmt, lp.Alloc):
            for name in lp.mentions((stmt,)):
                uses.setdefault(name, []).append(at)
    order = sorted((n for n in allocated if n in uses and n not in fixed), key=lambda n: uses[n][0])
    groups: list[_Group] = []
    for name in order:
        alloc, start = allocated[name], uses[name][0]
        last = float("inf") if name in returned else uses[name][-1]
        for group in groups:
            alike = group.alloc.dtype == alloc.dtype and group.alloc.shape == alloc.shape
            free = group.last < start or (group.last == start and _in_place(body[start], group.members[-1], name))
            if alike and free:
                group.members.append(name)
                group.name = name if name in returned else group.name
                group.last = last
                break
        else:
            groups.append(_Group([name], name, alloc, last))
    return groups


def _in_place(stmt: lp.Stmt, old: str, new: str) -> bool:
    """Whether each iteration of the nest that reads `old` writes the same element of `new`, and only afterwards."""
    loops: list[lp.For] = []
    while isinstance(stmt, lp.For) and len(stmt.body) == 1 and isinstance(stmt.body[0], lp.For):
        loops.append(stmt)
        stmt = stmt.body[0]
    if not isinstance(stmt, lp.For):
        return False
    variables = [loop.var for loop in (*loops, stmt)]
    written = False
    for inner in stmt.body:
        if not isinstance(inner, (lp.Assign, lp.Store)):
            return False
        for value in lp.expressions(inner):
            for node in lp.subexpressions(value):
                if isinstance(node, lp.Load) and node.buffer == old:
                    if written or not _is_own(node.indices, variables):
                        return False
        if isinstance(inner, lp.Store) and inner.buffer == new:
            if not _is_own(inner.indices, variables):
                return False
            written = True
        elif isinstance(inner, lp.Store) and inner.buffer == old:
            return False
    return written


def _is_own(indices: tuple[lp.Subscript, ...], variables: list[str]) -> bool:
    """Whether the element belongs to this iteration alone: its subscripts are the loops' variables, in order."""
    return len(indices) == len(variables) and all(
        isinstance(index, Size) and index == Size.named(var) for index, var in zip(indices, variables, strict=True)
    )
