"""Which variables of a parallel kernel have a name that Numba makes for another one? They get a different name."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter

from ..ir import loops as lp
from ..ir.free_names import free_name
from ..passes.dependence import assigned
from .outline import reads


def versions_apart(lines: list[str], params: tuple[str, ...], body: tuple[lp.Stmt, ...]) -> list[str]:
    """The printed kernel with such variables renamed.

    Numba calls the values of a variable that is bound several times `t`, `t.1`, `t.2`, and hands those that a parallel
    loop uses to it as `t`, `t_1`, `t_2`: it does not compile a kernel that has a `t_1` of its own.
    """
    bindings = Counter([*params, *(name for stmt in lp.statements(body) for name in _bound(stmt))])
    loops = [s for s in lp.statements(body) if isinstance(s, lp.For) and s.kind is lp.LoopKind.PAR]
    passed = {name for loop in loops for name in reads((loop,)) if bindings[name] > 1}
    if not passed:
        return lines
    tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    names = {token.string for token in tokens if token.type == tokenize.NAME}
    quoted = " ".join(token.string for token in tokens if token.type == tokenize.STRING)
    new: dict[str, str] = {}
    for name in sorted(names):
        base, _, number = name.rpartition("_")
        if base in passed and number.isdigit() and not re.search(rf"\b{name}\b", quoted):
            new[name] = free_name(f"{base}_v{number}", names)
    if not new:
        return lines
    lines = list(lines)
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in new:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + new[token.string] + line[column + len(token.string) :]
    return lines


def _bound(stmt: lp.Stmt) -> frozenset[str]:
    """The names that a statement binds itself."""
    match stmt:
        case lp.Alloc(name=name) | lp.Pointer(name=name) | lp.For(var=name):
            return frozenset({name})
        case lp.Swap(first, second):
            return frozenset({first, second})
        case lp.While() | lp.If():
            return frozenset()
        case _:
            return assigned((stmt,))
