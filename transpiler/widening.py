"""May a variable that becomes another type in a loop or a branch have the wider type from the start?

One variable of a kernel has one type, so a Python 0 that becomes NumPy's in the first round is NumPy's before it. Up to
its first assignment it then is in the wrong type: `-t` of a Python 1 is no uint8, and raises where it meets one. Where
it only meets numbers of the wider type in elementwise operations, NumPy converts it just so (NEP 50), and nothing
shows. Elsewhere the first round of a loop is lifted apart from the others, with the types that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Extent, Ref, View
from ..ir.ops import OpKind
from ..ir.types import BOOL, FLOAT, INT, PY_FLOAT, Size, Type
from .blocks import jumps, settled_names
from .diagnostics import Unsupported

if TYPE_CHECKING:
    from .lift_flow import Flow

CODE = "MDSL309"
_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def settle(wider: dict[str, Expr], result: Any, loop: bool) -> None:
    """Raises Unsupported where what was lifted reads one of the variables `wider` so that its first type would show.

    `wider` maps IR names to the variables' values before the loop or branch; `result` holds its statements.
    """
    if not wider:
        return
    parts = list(_parts(result))
    if loop:
        _block(parts, dict(wider))
    else:
        for part in parts:  # the ways of a branch
            _block([part], dict(wider))


def _parts(result: Any) -> Iterator[Any]:
    """The blocks and conditions of what a loop's or a branch's lifting gives, in their order."""
    for part in result:
        if isinstance(part, Expr) or (isinstance(part, tuple) and part and isinstance(part[0], arr.Stmt)):
            yield part


def _block(parts: Iterable[Any], early: dict[str, Expr]) -> dict[str, Expr]:
    """Checks the reads of the variables `early`; returns those that may have their first type behind it."""
    for part in parts:
        if isinstance(part, Expr):
            _condition(part, early)
        elif isinstance(part, tuple):
            early = _block(part, early)
        else:
            early = _statement(part, early)
    return early


def _statement(stmt: arr.Stmt, early: dict[str, Expr]) -> dict[str, Expr]:
    match stmt:
        case arr.If(condition, then, orelse):
            _condition(condition, early)
            return {**_block(then, dict(early)), **_block(orelse, dict(early))}
        case arr.For(_, _, _, _, body):
            _block(body, dict(early))
            return early  # there may be no round
        case arr.While(head, condition, body):
            early = _block([head, condition], early)
            _block(body, dict(early))
            return early
        case arr.Store(target, value, mask):
            _expression(target, early)
            if mask is not None:
                _expression(mask, early)
            if not (isinstance(value, Ref) and value.type.dtype == target.type.dtype):
                _expression(value, early)
            return early
        case arr.Bind(name, value):
            _expression(value, early)
            return {other: type for other, type in early.items() if other != name}
        case _:
            for value in arr.expressions(stmt):
                _expression(value, early)
            return early


def _condition(node: Expr, early: dict[str, Expr]) -> None:
    """A truth value that only decides: a comparison of the same numbers in another wrapping comes out the same."""
    if isinstance(node, Apply) and node.op.name in ("logical_and", "logical_or", "logical_not", "cast"):
        for arg in node.args:
            _condition(arg, early)
    elif not (isinstance(node, Apply) and node.op.name in _COMPARISONS and all(_same(a, early) for a in node.args)):
        _expression(node, early)


def _same(node: Expr, early: dict[str, Expr]) -> bool:
    """Whether a number has one value from the start, Python's or NumPy's, or reads no variable that is early."""
    first = _first(node, early)
    if first is None:
        return not any(isinstance(part, Ref) and part.name in early for part in arr.walk(node))
    known = _known(first)
    return first.type.dtype == node.type.dtype or (known is not None and abs(known) <= 2**53)


def _known(value: Expr) -> Any:
    match value:
        case Const(known):
            return known
        case Extent(size) if size.is_const:
            return size.const
        case _:
            return None


def _expression(root: Expr, early: dict[str, Expr]) -> None:
    if early:
        _shown(root, early, set())


def _shown(node: Expr, early: dict[str, Expr], seen: set[Expr]) -> None:
    if node in seen:
        return
    seen.add(node)
    match node:
        case Ref(name) if name in early:
            first = early[name].type
            raise Unsupported(CODE, f"`{name}` is a {first} before it is a {node.type}, and its first type shows")
        case Apply(op, args, _, _) if op.kind is OpKind.ELEMENTWISE and len(args) > 1:
            kinds = {arg.type.dtype for arg in args} - ({BOOL} if op.name == "where" else set())
            for arg in args:
                scalar = arg.base if isinstance(arg, View) and not arg.base.type.rank else arg  # it may be broadcast
                first = _first(scalar, early)
                met = len(kinds) == 1 and any(_native(other, early, scalar.type.weak) for other in args)
                if not (met and first is not None and _converts(first, scalar.type, op.name)):
                    _shown(arg, early, seen)
        case _:
            for arg in node.args:
                _shown(arg, early, seen)


def _first(node: Expr, early: dict[str, Expr]) -> Expr | None:
    """What stands for an operand at first, where that has another type than here and the same value; else None."""
    match node:
        case Ref(name):
            return early.get(name)
        case Apply(op, args, _, type) if type.dtype == FLOAT and op.name in ("add", "subtract", "multiply", "negative"):
            # Python's floats give what NumPy's give, and raise nothing
            firsts = [arg if arg.type.weak or isinstance(arg, Const) else _first(arg, early) for arg in args]
            same = all(first is not None and first.type.dtype == FLOAT and first.type.weak for first in firsts)
            return Apply(op, tuple(firsts), None, PY_FLOAT) if same else None  # type: ignore[arg-type]
        case _:
            return None


def _native(node: Expr, early: dict[str, Expr], weak: bool) -> bool:
    """Whether an operand is of its type by itself: no literal, no conversion, no variable that is early, too.

    `weak` allows Python's numbers, where a variable that is early becomes one; of literals, those that are floats.
    """
    if isinstance(node, Const):
        return weak and node.type == PY_FLOAT
    if isinstance(node, Apply) and node.op.name == "cast":
        return False
    if (node.type.weak and not weak) or _first(node, early) is not None:
        return False
    return not any(isinstance(part, Ref) and part.name in early for part in node.args)


def _converts(first: Expr, type: Type, op: str) -> bool:
    """Whether a number is brought to `type` where it meets one, and nothing else is done."""
    before = first.type
    if before.weak:
        # integers out of range raise in arithmetic, and are compared by value
        exact = before.dtype.kind == "i" and (type.weak or (type.dtype.kind in "iu" and type.dtype != INT))
        return not (exact and op in _COMPARISONS and _known(first) is None)
    return np.promote_types(before.dtype, type.dtype) == type.dtype


def counted(lifter: Flow, node: cst.For, lo: Size, hi: Size, step: int, **rest: Any) -> None:
    """A counted loop; its first round is lifted apart where the types of its variables are not yet what they become."""
    back = lifter.mark()
    try:
        lifter.counted(node, lo, hi, step, **rest)
    except Unsupported as reason:
        if reason.diagnostics[0].code != CODE or jumps(node.body):
            raise
        back()
        if not _runs(lifter, lo, hi, step):
            raise
        item = rest.get("item")
        lifter.bind_target(node.target, Extent(lo) if item is None else item(lo))
        before = set(lifter.ctx.env)
        lifter.block(node.body)
        for name in settled_names(node.body) - before - lifter.outliving:
            lifter.ctx.env.pop(name, None)  # each round has its own
        lifter.counted(node, lo + step, hi, step, **rest)


def _runs(lifter: Flow, lo: Size, hi: Size, step: int) -> bool:
    """Whether a loop has a round, made sure at the door."""
    if lo.is_const and hi.is_const:
        return bool(range(lo.const, hi.const, step))
    trips = hi - lo if step > 0 else lo - hi
    return lifter.ctx.require(trips - 1, "there is a round")
