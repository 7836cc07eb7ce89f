"""A product with an inverse that nothing else asks for is the solution of a linear system."""

from __future__ import annotations

from dataclasses import replace

from ..ir import array as arr
from ..ir.array import Apply, Bind, Called, Expr, Param, Program, Ref, Return
from ..ir.free_names import free_name
from .context import Context, Remark
from .eliminate import map_expressions, names_read
from .names import taken

_INVERSE = "np.linalg.inv({0})"
_SOLUTION = Called("np.linalg.solve({0}, {1})")


def solve(program: Program, ctx: Context) -> Program:
    """`inv(a) @ b` as `solve(a, b)`: a third of the operations, and no less accurate. Under `fastmath` only.

    Over the reals both are the same, and both raise the same where `a` is singular. The difference is rounding, but as
    large as the condition of `a` makes it, which is more than the default level of exactness allows.

    >>> import numpy as np
    >>> from mdsl.passes.context import Options
    >>> from mdsl.ir.print_array import show
    >>> from mdsl.transpiler.lift_text import lift_text
    >>> program = lift_text('''
    ... def f(a, b):
    ...     return np.linalg.inv(a) @ b
    ... ''', np.eye(3), np.ones(3))
    >>> print(show(solve(program, Context(options=Options(fastmath=True)))))
    result = np.linalg.solve(a, b)
    return result
    """
    if not ctx.options.fastmath:
        return program
    names = taken(program)
    body = program.body
    while (changed := _one(body, program, names)) is not None:
        body = changed
    if body is program.body:
        return program
    ctx.remark(Remark("solve", "a linear system is solved instead of inverting its matrix"))
    return replace(program, body=body)


def _one(body: tuple[arr.Stmt, ...], program: Program, names: set[str]) -> tuple[arr.Stmt, ...] | None:
    """The block with one inverse less; None where it has none that is used for one product in the same block."""
    for at, stmt in enumerate(body):
        if not isinstance(stmt, arr.Call) or stmt.called.text != _INVERSE or stmt.results[0].type.rank != 2:
            continue
        (inverse,) = stmt.results
        readers = [s for s in arr.statements(body) if inverse.name in names_read(s)]
        if len(readers) != 1 or not any(readers[0] is s for s in body):
            continue
        use = next(k for k, s in enumerate(body) if s is readers[0])
        between = body[at + 1 : use]
        if not isinstance(readers[0], (Bind, Return)) or not all(isinstance(s, Bind) for s in between):
            continue
        product = _only_product(readers[0], inverse)
        if product is None:
            continue
        call = replace(stmt, called=_SOLUTION, args=(stmt.args[0], product.args[1]))
        after = _instead(call, readers[0], product, program, names)
        if after is None:
            continue
        return (*body[:at], *between, *after, *body[use + 1 :])
    return None


def _instead(
    call: arr.Call, reader: arr.Stmt, product: Apply, program: Program, names: set[str]
) -> tuple[arr.Stmt, ...] | None:
    """The solution in place of the product, behind the call that makes it; None where the name has other values too."""
    if isinstance(reader, Bind) and reader.value is product:
        times = sum(isinstance(s, Bind) and s.name == reader.name for s in arr.statements(program.body))
        return (replace(call, results=(Param(reader.name, product.type),)),) if times == 1 else None
    solved = Param(free_name("solved", names), product.type)
    taken = Ref(solved.name, 0, product.type)
    read = map_expressions((reader,), lambda root: arr.transform(root, lambda n: taken if n is product else n))
    return (replace(call, results=(solved,)), *read)


def _only_product(stmt: arr.Stmt, inverse: Param) -> Apply | None:
    """The one product in the statement whose left factor is the inverse, if that is all that reads it."""
    nodes = list(arr.walk(*arr.expressions(stmt)))
    refs = [n for n in nodes if isinstance(n, Ref) and n.name == inverse.name]
    found: list[Expr] = [n for n in nodes if any(n is not r and r in getattr(n, "args", ()) for r in refs)]
    if len(refs) != 1 or len(found) != 1:
        return None
    match found[0]:
        case Apply(op, (Ref(name), right)) as product if op.name == "matmul" and name == inverse.name:
            fits = right.type.dtype == inverse.type.dtype and right.type.rank in (1, 2)
            return product if fits else None
        case _:
            return None
