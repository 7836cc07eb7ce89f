"""Choose without a branch, where which value is wanted cannot be foreseen, or both are there to be compared."""

from __future__ import annotations

from dataclasses import replace

from ..ir import loops as lp
from .context import Context, Remark

#: Operations of integers that cost no more than a branch that is guessed right, and never raise.
_CHEAP = frozenset(
    "add subtract negative bitwise_and bitwise_or bitwise_xor invert left_shift right_shift equal not_equal "
    "logical_and logical_or logical_not".split()
)
#: Comparisons of floats by size, and the arithmetic that they may be of.
_ORDERED = frozenset({"less", "less_equal", "greater", "greater_equal"})
_SIMPLE = frozenset({"add", "subtract", "multiply", "negative", "absolute"})
#: How many of them both ways together may cost: a branch that is guessed wrong costs about twenty.
_BUDGET = 6


def predicate(program: lp.Program, ctx: Context) -> lp.Program:
    """Compute both values of a scalar that a branch on a bit of the data chooses in a loop, and take one.

    A comparison by size mostly goes one way and is guessed; a bit is not. (Measured on a checksum: 3.3 ns for each bit
    with the branch, 1.3 without.) The larger of two numbers, and the smaller, is one instruction; written as a branch,
    one chosen from another, it is several branches to LLVM. (Measured on a recurrence that is kept between two bounds:
    6.8 ns a round, and 2.7.)

    >>> import numpy as np
    >>> from mdsl.ir.print_loops import show
    >>> from mdsl.transpiler.lift_text import loops_of_text
    >>> program = loops_of_text('''
    ... def f(n, x):
    ...     for k in range(n):
    ...         if x & 1:
    ...             x = (x >> 1) ^ 9
    ...         else:
    ...             x = x >> 1
    ...     return x
    ... ''', 8, 5)
    >>> print(show(predicate(program, Context())))
    x_1 = x
    for k in range(n):
        x_1 = (x_1 >> 1) ^ 9 if (x_1 & 1) != 0 else x_1 >> 1
    return int(x_1)
    """
    body = _block(program.body, False, ctx)
    return program if body == program.body else replace(program, body=body)


def _block(body: tuple[lp.Stmt, ...], repeated: bool, ctx: Context) -> tuple[lp.Stmt, ...]:
    """`repeated`: the block runs in a loop."""
    out: list[lp.Stmt] = []
    known: dict[str, lp.Expr] = {}  # what the scalars of the block hold at this place
    for stmt in body:
        inside = repeated or isinstance(stmt, (lp.For, lp.While))
        stmt = lp.with_blocks(stmt, tuple(_block(b, inside, ctx) for b in lp.blocks(stmt)))
        if repeated and isinstance(stmt, (lp.Assign, lp.Store, lp.Accumulate)):
            stmt = lp.map_stmt(stmt, lambda expr, known=known: _extreme(expr, known))  # type: ignore[misc]
        if repeated and isinstance(stmt, lp.If) and (chosen := _chosen(stmt, known)) is not None:
            ctx.remark(Remark("predicate", f"both values of `{chosen.name}`, and no branch", stmt.spans))
            stmt = chosen
        out.append(stmt)
        for inner in lp.statements((stmt,)):
            match inner:
                case lp.Assign(name, _) | lp.For(var=name) | lp.Accumulate(lp.Var(name, _)):
                    known = {key: value for key, value in known.items() if key != name and name not in _names(value)}
                case _:
                    continue
        if isinstance(stmt, lp.Assign) and stmt.name not in _names(stmt.value):
            known[stmt.name] = stmt.value
    return tuple(out)


def _extreme(expr: lp.Expr, known: dict[str, lp.Expr]) -> lp.Expr:
    """The choice of one of two floats by comparing them: both are there."""
    if not isinstance(expr, lp.Select) or expr.dtype.kind != "f":
        return expr
    condition = expr.condition
    if isinstance(condition, lp.Var):
        condition = known.get(condition.name, condition)
    match condition:
        case lp.Scalar(op, (x, y), _) if op.name in _ORDERED and _is_at_hand(x, y):
            compared, ways = (_plain(x), _plain(y)), (_plain(expr.then), _plain(expr.orelse))
            return replace(expr, both=True) if ways in (compared, compared[::-1]) else expr
        case _:
            return expr


def _plain(value: lp.Expr) -> lp.Expr:
    """A literal as its dtype's number, whether Python or NumPy has made it."""
    return lp.Lit(value.dtype.type(value.value), value.dtype) if isinstance(value, lp.Lit) else value


def _is_at_hand(*values: lp.Expr) -> bool:
    """Whether the values are variables, elements and simple arithmetic on them: LLVM sees that it has them already."""
    return all(
        isinstance(node, (lp.Lit, lp.Var, lp.Index, lp.Cast, lp.Load))
        or (isinstance(node, lp.Scalar) and node.op.name in _SIMPLE)
        for value in values
        for node in lp.subexpressions(value)
    )


def _chosen(branch: lp.If, known: dict[str, lp.Expr]) -> lp.Assign | None:
    """The branch as one assignment; None where it does something else, or may be guessed."""
    match branch:
        case lp.If(condition, (lp.Assign(name, then),), (lp.Assign(other, orelse),)) if name == other:
            pass
        case lp.If(condition, (lp.Assign(name, then),), ()):
            orelse = lp.Var(name, then.dtype)
        case _:
            return None
    costs = [_cost(value) for value in (then, orelse)]
    if None in costs or sum(costs) > _BUDGET or then.dtype != orelse.dtype or not _is_toss(condition, known):  # type: ignore[arg-type]
        return None
    return lp.Assign(name, lp.Select(condition, then, orelse, then.dtype, both=True), spans=branch.spans)


def _cost(value: lp.Expr) -> int | None:
    """How many cheap operations the value takes; None where it takes others, or may raise."""
    total = 0
    for node in lp.subexpressions(value):
        match node:
            case lp.Lit() | lp.Var() | lp.Index() | lp.Cast() if node.dtype.kind in "biu":
                continue
            case lp.Scalar(op, _, dtype) if op.name in _CHEAP and dtype.kind in "biu":
                total += 1
            case _:
                return None
    return total


def _is_toss(condition: lp.Expr, known: dict[str, lp.Expr]) -> bool:
    """Whether the condition asks for a bit: `x & 1`, `(x ^ y) & 4 != 0`."""
    match condition:
        case lp.Var(name, _) if name in known:
            return _is_toss(known[name], {k: v for k, v in known.items() if k != name})
        case lp.Cast(arg, _):
            return _is_toss(arg, known)
        case lp.Scalar(op, args, _):
            match op.name:
                case "not_equal" | "equal" if any(isinstance(arg, lp.Lit) for arg in args):
                    return any(_is_toss(arg, known) for arg in args if not isinstance(arg, lp.Lit))
                case "logical_not":
                    return _is_toss(args[0], known)
                case "bitwise_xor":
                    return all(_is_toss(arg, known) for arg in args)
                case "bitwise_and":
                    return any(isinstance(arg, lp.Lit) and _one_bit(arg.value) for arg in args)
    return False


def _one_bit(value: int) -> bool:
    return int(value) > 0 and int(value) & (int(value) - 1) == 0


def _names(value: lp.Expr) -> set[str]:
    names: set[str] = set()
    for node in lp.subexpressions(value):
        match node:
            case lp.Var(name, _):
                names.add(name)
            case lp.Index(size):
                names.update(size.names)
            case lp.Load(buffer, indices, _):
                names.add(buffer)
                names.update(n for i in indices if not isinstance(i, lp.Expr) for n in i.names)
            case _:
                continue
    return names
