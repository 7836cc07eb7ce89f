"""libcst -> Array IR: lists that grow. One that a loop appends to is an array that the loop fills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Extent
from ..ir.ops import table
from ..ir.types import FLOAT, Size, Type
from . import ambiguous
from .blocks import flat, own_jumps
from .diagnostics import Unsupported
from .lift_call import as_array
from .names import children, walk
from .sequences import Listed, lazy
from .values import Static, Tup, Value, constant, is_array, is_handle, static_value

if TYPE_CHECKING:
    from .lift_flow import Flow


@dataclass(frozen=True, eq=False)
class Growing:
    """A list while a loop appends to it: the array that holds its items, and the name of the next place in it.

    Without an array the loop is lifted on trial, to see what is appended to the one list that is `asked` for.
    """

    array: str = ""
    place: str = ""
    counted: bool = False  # the place is a variable of its own: not every round appends
    type: Type | None = None
    asked: bool = False
    kinds: set[str | None] = field(default_factory=set)  # of the items, as Listed has it


class Appended(Exception):
    """What is appended to a list, as an array's type."""

    def __init__(self, type: Type) -> None:
        super().__init__()
        self.type = type


def appended(node: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """The list and the item of `name.append(item)`; None for any other statement."""
    match node:
        case cst.Expr(
            value=cst.Call(
                func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append")),
                args=[cst.Arg(value=item, keyword=None, star="")],
            )
        ):
            return name, item
        case _:
            return None


def _appends(node: cst.CSTNode) -> Iterator[str]:
    """The names of the lists that are appended to, or whose items are assigned, anywhere in a statement."""
    match node:
        case cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=name))):
            yield name
        case cst.AugAssign(target=cst.Subscript(value=cst.Name(value=name))):
            yield name
        case _ if (found := appended(node)) is not None:
            yield found[0]
    for child in children(node):
        yield from _appends(child)


def appended_names(lifter: Flow, *blocks: cst.CSTNode | None) -> set[str]:
    """What an append in these blocks assigns: lists of known items, and the counters of those that loops fill."""
    names = set()
    for name in {name for block in blocks if block is not None for name in _appends(block)}:
        match lifter.ctx.env.get(name):
            case Tup():
                names.add(name)
            case Growing(place=place, counted=True):
                names.add(place)
    return names


def replaced(lifter: Flow, name: str, items: list[Value], value: Value) -> bool:
    """Whether `name[index] = value` replaces an item of a list that is known here."""
    known = lifter.ctx.env.get(name)
    if not (isinstance(known, Tup) and known.mutable and len(items) == 1):
        return False
    try:
        index = static_value(items[0])
    except ValueError:
        return False
    if not isinstance(index, (int, np.integer)) or not -len(known.items) <= index < len(known.items):
        raise Unsupported("MDSL304", "an assignment to these items of a list is not compiled")
    if not _own(lifter, name):
        raise Unsupported("MDSL304", "an assignment to an item of a list that has two names is not compiled")
    changed = list(known.items)
    changed[index] = lifter.held(value, "item")
    lifter.assign(name, Tup(tuple(changed), True))
    return True


def append(lifter: Flow, name: str, item: cst.BaseExpression) -> bool:
    """Whether `name` is a list that is known here; then the item was appended to it."""
    known = lifter.ctx.env.get(name)
    match known:
        case Tup(items, mutable=True):
            if not _own(lifter, name):
                raise Unsupported("MDSL304", "an append to a list that has two names is not compiled")
            value = lifter.held(lifter.expr(item), "item")
            lifter.assign(name, Tup((*items, value), True))
        case Growing():
            value = lifter.expr(item)
            known.kinds.add(value.type.kind if isinstance(value, arr.Expr) else None)
            value = as_array(lifter, ambiguous.as_float(value))
            if is_array(value) and (is_handle(value) or not value.type.rank):
                raise Unsupported("MDSL304", "a list that holds an array under another name is not compiled")
            if known.asked:
                raise Appended(value.type)
            if known.type is None:
                return True
            if (value.type.dtype, value.type.rank) != (known.type.dtype, known.type.rank):
                raise Unsupported("MDSL304", "a list whose items differ in type is not compiled")
            at = [cst.SubscriptElement(cst.Index(cst.Name(known.place)))]
            lifter.bind_target(cst.Subscript(cst.Name(known.array), at), value)
            if known.counted:
                lifter.assign(known.place, lifter.binary("add", lifter.name(known.place), constant(1)))
        case _:
            return False
    return True


def _own(lifter: Flow, name: str) -> bool:
    """Whether a list is made here and has no other name: then a longer one, or an array, may stand in its place.

    It is bound to list displays alone, appended to, read item by item, returned, and given to NumPy and to `len`.
    """
    if lifter.frame == 0 and name in lifter.signature:  # type: ignore[attr-defined]
        return False
    node = lifter.source.node
    params = node.params
    given = [*params.params, *params.posonly_params, *params.kwonly_params, params.star_arg, params.star_kwarg]
    if any(isinstance(p, cst.Param) and p.name.value == name for p in given):
        return False
    return _stays(lifter, name, node.body)


def _stays(lifter: Flow, name: str, node: cst.CSTNode) -> bool:
    """Whether every use of a name in a piece of source is one that gives its list no other name."""
    match node:
        case cst.Name(value=found):
            return found != name
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Tuple(elements=names))], value=cst.Tuple(elements=values)
        ) if len(names) == len(values) and _once(name, names):
            pairs = zip((e.value for e in names), (e.value for e in values), strict=True)
            return all(
                ((isinstance(to, cst.Name) and (to.value != name or _is_new(made))) or _stays(lifter, name, to))
                and _stays(lifter, name, made)
                for to, made in pairs
            )
        case cst.FunctionDef() | cst.Lambda() | cst.Global() | cst.Nonlocal():
            return not any(isinstance(part, cst.Name) and part.value == name for part in walk(node))
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=found))], value=made) if _is_new(made):
            return _stays(lifter, name, made)
        case cst.Return(value=cst.Name()):
            return True
        case cst.Return(value=cst.Tuple(elements=elements) | cst.Dict(elements=elements)) if _once(name, elements):
            return all(isinstance(e.value, cst.Name) or _stays(lifter, name, e.value) for e in elements)
        case cst.Attribute(value=cst.Name(), attr=cst.Name(value="append")):
            return True
        case cst.Attribute(value=base):
            return _stays(lifter, name, base)
        case cst.Subscript(value=cst.Name(), slice=parts):
            return all(_stays(lifter, name, part) for part in parts)
        case cst.Call(func=func, args=args) if _only_reads(lifter, func):
            return all(
                (isinstance(arg.value, cst.Name) and not arg.star) or _stays(lifter, name, arg.value) for arg in args
            )
        case _:
            return all(_stays(lifter, name, child) for child in children(node))


def _once(name: str, elements: Sequence[Any]) -> bool:
    """Whether `name` is one of the elements, and only one."""
    return sum(isinstance(e.value, cst.Name) and e.value.value == name for e in elements) == 1


def _is_new(made: cst.BaseExpression) -> bool:
    """Whether an expression makes a list that nothing else holds."""
    match made:
        case cst.List() | cst.ListComp() | cst.Call(func=cst.Name(value="list")):
            return True
        case cst.BinaryOperation(left=left, operator=cst.Multiply() | cst.Add(), right=right):
            return _is_new(left) or _is_new(right)
        case _:
            return False


def _only_reads(lifter: Flow, func: cst.BaseExpression) -> bool:
    """Whether what is called is `len`, `tuple` and the like, or a function of NumPy."""
    match func:
        case cst.Name(value="len" | "tuple" | "sum" | "min" | "max" | "list"):
            return True
        case cst.Attribute(value=cst.Name(value=root)) if root not in lifter.local_names:
            try:
                return lifter.source.namespace[root] is np
            except KeyError:
                return False
        case _:
            return False


def filled(lifter: Flow, node: cst.For) -> bool:
    """Whether a loop appends to empty lists: then it was lifted, as one that fills arrays.

    Raises Unsupported where the number of items or their type is not known before the loop.
    """
    ctx = lifter.ctx
    names = sorted(n for n in appended_names(lifter, node.body) if isinstance(ctx.env.get(n), Tup))
    if not names or lifter.items(lifter.expr(node.iter)) is not None:
        return False
    for name in names:
        empty = ctx.env[name]
        if not isinstance(empty, Tup) or not empty.mutable or empty.items or not _own(lifter, name):
            raise Unsupported("MDSL304", "an append in a loop to a list that is not empty, or has two names")
        if any(name in _appends(inner) for inner in _loops(node.body)):
            raise Unsupported("MDSL304", "an append in a loop within a loop is not compiled")
    trial = ctx.snapshot()
    sequence = lazy(lifter, lifter.expr(node.iter))
    ctx.restore(trial)
    if sequence is None or node.orelse is not None:
        raise Unsupported("MDSL304", "an append in this loop is not compiled")
    length = sequence.length
    types = {name: _item_type(lifter, node, name, names) for name in names}
    numbered, index = node, ctx.fresh("place")
    always = {} if own_jumps(node.body) else {found[0] for line in flat(node.body) if (found := appended(line))}
    if always:
        ctx.env[f"{index}_enumerate"] = Static(enumerate)
        call = cst.Call(cst.Name(f"{index}_enumerate"), [cst.Arg(node.iter)])
        target = cst.Tuple([cst.Element(cst.Name(index)), cst.Element(node.target)])
        numbered = node.with_changes(iter=call, target=target)
    growing: dict[str, Growing] = {}
    for name, type in types.items():
        if not all(n in ctx.door or n in ctx.frozen for size in (length, *type.shape) for n in size.names):
            raise Unsupported("MDSL304", "a list whose items differ in shape is not compiled")
        whole = list(_appends(node.body)).count(name) == 1 and name in always
        if whole and (type.rank or type.dtype != FLOAT) and not ctx.require(length - 1, "a list has an item"):
            raise Unsupported("MDSL304", "an array of a list that may be empty is not compiled")
        if not whole and (type.rank or type.dtype != FLOAT):
            raise Unsupported("MDSL304", "an array of a list that may be empty is not compiled")
        shape = (length, *type.shape)
        array = ctx.fresh(f"{name}_items")
        empty_array = Apply(table()["empty"], (), arr.Shaped(shape, type.dtype), Type(type.dtype, shape, "array"))
        lifter.assign(array, empty_array)
        growing[name] = Growing(array, index if whole else ctx.fresh(f"{name}_count"), not whole, type)
        if not whole:
            lifter.assign(growing[name].place, Extent(Size(0)))
    ctx.env.update(growing)  # type: ignore[arg-type]
    lifter.loop(numbered)
    for name, grown in growing.items():
        array = ctx.current(lifter.name(grown.array))  # type: ignore[arg-type]
        if grown.counted:
            from .lift_index import subscript
            from .values import NONE, SliceOf

            array = subscript(lifter, array, [SliceOf(NONE, lifter.name(grown.place), NONE)])  # type: ignore[assignment]
        kind = grown.kinds.pop() if len(grown.kinds) == 1 else None
        ctx.env[name] = Listed(array, kind)  # type: ignore[assignment]
    return True


def _item_type(lifter: Flow, node: cst.For, name: str, names: list[str]) -> Type:
    """What a loop appends to a list, seen in a trial that ends where it does so."""
    ctx = lifter.ctx
    trial, shares = ctx.snapshot(), {k: set(v) for k, v in lifter.shares.items()}
    state = lifter.doubt, lifter.loops
    for other in names:
        ctx.env[other] = Growing(asked=other == name)  # type: ignore[assignment]
    try:
        lifter.loop(node)
    except Appended as found:
        type = found.type
        return Type(type.dtype, tuple(ctx.normal(size) for size in type.shape), "array")
    finally:
        ctx.restore(trial)
        lifter.shares = shares
        lifter.doubt, lifter.loops = state
    raise Unsupported("MDSL304", "a loop that never appends")


def _loops(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in children(body):
        if isinstance(child, (cst.For, cst.While)):
            yield child
        elif not isinstance(child, (cst.FunctionDef, cst.Lambda)):
            yield from _loops(child)
