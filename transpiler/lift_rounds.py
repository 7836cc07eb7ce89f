"""libcst -> Array IR: loops that are others in disguise: with `else`, over items that are known, over index tuples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ..ir.array import Const, Extent
from ..ir.types import PY_BOOL, Size
from .blocks import marking, own_jumps
from .diagnostics import Unsupported
from .lift_call import as_array
from .values import Static, Tup, Value

if TYPE_CHECKING:
    from .lift_flow import Flow


def with_else(lifter: Flow, node: Any, otherwise: cst.Else, loop: Callable[[Any], None]) -> None:
    """A loop with `else`: a variable tells whether it was broken off."""
    plain = node.with_changes(orelse=None)
    if not any(isinstance(jump, cst.Break) for jump in own_jumps(node.body)):
        loop(plain)
        lifter.block(otherwise.body)
        return
    flag = lifter.ctx.fresh("is_broken")
    lifter.assign(flag, Const(False, PY_BOOL))
    loop(plain.with_changes(body=marking(node.body, flag)))
    lifter.branch(cst.If(cst.UnaryOperation(cst.Not(), cst.Name(flag)), otherwise.body))


def unrolled(lifter: Flow, node: cst.For, items: Sequence[Value]) -> None:
    if own_jumps(node.body):
        _in_one_round(lifter, node, items)
        return
    for item in items:
        lifter.bind_target(node.target, item)
        if lifter.block(node.body):
            return


def _in_one_round(lifter: Flow, node: cst.For, items: Sequence[Value]) -> None:
    """A loop over known items that is broken off or has rounds that end early: each round is a loop of one round.

    They stand in another one, which a `break` leaves: `for _ in (0,): <round>; if is_broken: break; <round> …`
    """
    flag, hint = lifter.ctx.fresh("is_broken"), lifter.ctx.fresh("round")
    lifter.assign(flag, Const(False, PY_BOOL))
    lifter.ctx.env[f"{hint}_range"] = Static(range)
    body, lines = marking(_indented(node.body), flag), []
    for k, item in enumerate(items):
        given = cst.Name(f"{hint}_{k}")
        lifter.ctx.env[given.value] = item
        begin = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(node.target)], given)])
        lines += [begin, _once(hint, f"{k}_of", body.body)]
        if k < len(items) - 1:
            leave = cst.IndentedBlock([cst.SimpleStatementLine([cst.Break()])])
            lines.append(cst.If(cst.Name(flag), leave))
    lifter.counted(_once(hint, "all", lines), Size(0), Size(1), 1, spans=lifter.ctx.spans)


def _once(hint: str, name: str, lines: Sequence[Any]) -> cst.For:
    """A loop of one round."""
    return _ranged(f"{hint}_{name}", f"{hint}_range", cst.Integer("1"), lines)


def _ranged(name: str, ranged: str, size: cst.BaseExpression, lines: Sequence[Any]) -> cst.For:
    return cst.For(cst.Name(name), cst.Call(cst.Name(ranged), [cst.Arg(size)]), cst.IndentedBlock(lines))


def _indented(body: cst.BaseSuite) -> cst.IndentedBlock:
    return body if isinstance(body, cst.IndentedBlock) else cst.IndentedBlock([cst.SimpleStatementLine(body.body)])


def over_indices(lifter: Flow, node: cst.For) -> bool:
    """Whether a loop runs over np.ndindex or np.ndenumerate: then it was lifted, as loops in loops.

    Raises Unsupported where it is broken off, or its sizes are not known.
    """
    match node.iter:
        case cst.Call(func=cst.Name() | cst.Attribute() as func, args=args):
            function = lifter.expr(func)
        case _:
            return False
    if not isinstance(function, Static) or function.value not in (np.ndindex, np.ndenumerate):
        return False
    values: list[Value] = []
    for arg in args:
        value = lifter.expr(arg.value)
        values += lifter.items(value) or () if arg.star else [value]
    ctx, hint = lifter.ctx, lifter.ctx.fresh("index")
    if function.value is np.ndenumerate:
        array = lifter.materialised(as_array(lifter, values[0]))
        ctx.env[f"{hint}_of"] = array
        values = [Extent(size) for size in array.shape]
    elif len(values) == 1 and isinstance(values[0], Tup):
        values = list(values[0].items)
    if not values or any(isinstance(jump, cst.Break) for jump in own_jumps(node.body)):
        raise Unsupported("MDSL304", "this loop over the indices of an array is not compiled")
    ctx.env[f"{hint}_range"] = Static(range)
    places = [cst.Name(f"{hint}_{axis}") for axis in range(len(values))]
    item: cst.BaseExpression = cst.Tuple([cst.Element(place) for place in places])
    if function.value is np.ndenumerate:
        at = [cst.SubscriptElement(cst.Index(place)) for place in places]
        item = cst.Tuple([cst.Element(item), cst.Element(cst.Subscript(cst.Name(f"{hint}_of"), at))])
    begin = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(node.target)], item)])
    lines: Sequence[Any] = [begin, *_indented(node.body).body]
    for axis in reversed(range(len(values))):
        ctx.env[f"{hint}_size_{axis}"] = values[axis]
        lines = [_ranged(places[axis].value, f"{hint}_range", cst.Name(f"{hint}_size_{axis}"), lines)]
    lifter.loop(lines[0])
    return True
