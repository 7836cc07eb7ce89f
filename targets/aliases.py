"""May the compiler take it that no two arrays of a kernel are the same memory?

The door lets no array in that shares memory with one that is stored to, so what is left are the names that the program
itself has for one array. LLVM need not test for overlap then: it vectorises without a second form of each loop, and
keeps in registers what a store elsewhere cannot have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..ir import loops as lp
from ..passes.dependence import Memory
from .outline import Kernel


def arrays_apart(kernel: Kernel, memory: Memory) -> bool:
    """Whether no memory is stored to by one name and named by another, among the kernel's parameters and in its loops.

    `memory` is the program's; the kernel may have further names for its arrays. A kernel that gives arrays back has
    them named by who called it.
    """
    if kernel.arrays:
        return False
    parent = dict(memory.groups)

    def root(name: str) -> str:
        while parent.get(name, name) != name:
            name = parent[name]
        return name

    swapped: set[str] = set()
    for stmt in lp.statements(kernel.body):
        if isinstance(stmt, lp.Pointer):
            parent[root(stmt.name)] = root(stmt.source)
        elif isinstance(stmt, lp.Swap):
            swapped |= {stmt.first, stmt.second}
    if any(name in parent or name in parent.values() for name in swapped):
        return False  # another name for one of the two would be one for the other
    loops = [s for s in lp.statements(kernel.body) if isinstance(s, lp.For) and s.kind is lp.LoopKind.PAR]
    stored = {root(name) for name in _stored(kernel.body)}
    parameters = [name for name in kernel.params if name in set(_named(kernel.body))]
    return all(_one_name_each(names, root, stored) for names in (parameters, *(_named(loop.body) for loop in loops)))


def _one_name_each(names: Iterable[str], root: Callable[[str], str], stored: set[str]) -> bool:
    seen: dict[str, str] = {}
    for name in names:
        memory = root(name)
        if seen.setdefault(memory, name) != name and memory in stored:
            return False
    return True


def _named(body: tuple[lp.Stmt, ...]) -> Iterator[str]:
    """The arrays that statements name."""
    for stmt in lp.statements(body):
        match stmt:
            case lp.Pointer(name=name, source=source):
                yield from (name, source)
            case lp.Swap(first, second):
                yield from (first, second)
            case lp.Alloc(name=name) | lp.Store(buffer=name):
                yield name
            case lp.Accumulate(target=lp.Load(buffer=name)):
                yield name
        for value in lp.expressions(stmt):
            yield from (node.buffer for node in lp.subexpressions(value) if isinstance(node, lp.Load))


def _stored(body: tuple[lp.Stmt, ...]) -> Iterator[str]:
    for stmt in lp.statements(body):
        match stmt:
            case lp.Store(buffer=name) | lp.Accumulate(target=lp.Load(buffer=name)):
                yield name
