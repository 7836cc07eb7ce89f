"""How is a function of NumPy called that is kept whole? Its operands, the text of the call, the types of its results.

The table of such functions is call_rows.py. What a call gives is not written down there: NumPy itself is asked, by
calling it on small arrays of the operands' dtypes and ranks. So a function may have a row when the dtypes and ranks
of its results do not depend on values; the sizes are those that the row says, or are read off the results at run time.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Const, Expr, Extent, Param, Ref
from ...ir.ops.library import Called
from ...ir.print_loops import scalar_type
from ...ir.types import PY_INT, Shape, Size, Type
from .. import build
from ..diagnostics import Unsupported
from ..values import NONE, NamedTup, Opaque, Static, Tup, Value, constant, is_handle

if TYPE_CHECKING:
    from ..lift_expr import Expressions

#: The arguments of a call under NumPy's names for them; what is not given is not there.
Bound = Mapping[str, Value]
#: The shapes of the results, in order; None for one that only the run knows.
Rule = Callable[["Expressions", Bound], "list[Shape | None]"]
Refusal = Callable[[Bound], "str | None"]
_EXTENTS = ((5, 6), (41, 44))  # what unknown extents are in a trial; the second pair where the first is too small
_MOST_ELEMENTS = 1 << 25  # of an operand in a trial: it is made, and the function called


@dataclass(frozen=True)
class Row:
    """A function that is called as it is.

    path      how generated code names it, with `np` for NumPy; `.sort` for a method
    shape     the shapes of its results, where they are known before it runs
    refuse    why a call with these arguments is not compiled, where it is not
    written   the argument whose elements it changes
    stateful  whether it draws from np.random's stream or sets it
    """

    path: str
    shape: Rule | None = None
    refuse: Refusal | None = None
    written: str | None = None
    stateful: bool = False

    @property
    def function(self) -> Callable[..., Any]:
        found: Any = np.ndarray if self.path.startswith(".") else np
        for name in self.path.removeprefix("np").split("."):
            found = getattr(found, name) if name else found
        return found


def kept(lifter: Expressions, row: Row, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """The call of `row`'s function as a statement of its own, before the one that it stands in; what it gives.

    Raises Unsupported where an operand is not compiled, or where NumPy refuses such operands.
    """
    ctx = lifter.ctx
    bound = arguments(row, args, kwargs)
    if row.refuse is not None and (reason := row.refuse(bound)) is not None:
        raise Unsupported("MDSL301", f"`{row.path}`: {reason}")
    mask = kwargs.get("where")
    if isinstance(mask, Expr) and mask.type.kind == "array" and mask.type.dtype.kind != "b":
        raise Unsupported("MDSL303", "a `where=` that is no array of bool: NumPy raises TypeError")
    spelled = _Spelled(lifter)
    parts = [*map(spelled.text, args), *(f"{name}={spelled.text(value)}" for name, value in kwargs.items())]
    if row.path.startswith("."):
        text = f"{parts[0]}{row.path}({', '.join(parts[1:])})"
    else:
        text = f"{row.path}({', '.join(parts)})"
    written: tuple[int, ...] = ()
    if row.written is not None:
        target = ctx.current(bound[row.written])  # type: ignore[arg-type]
        written = (_stored_to(lifter, spelled.operands, target),)
    given = _tried(lifter, row, text, spelled.operands)
    for _, operand in given.same:
        spelled.operands[operand] = lifter.materialised(spelled.operands[operand])  # type: ignore[attr-defined]
    shapes = _shapes(lifter, row, bound, given)
    results, sizes = _named(lifter, row, given, shapes)
    called = Called(text, given.unpacked, written, row.stateful, given.loose)
    ctx.emit(arr.Call(tuple(results), called, tuple(spelled.operands), tuple(sizes)))
    for result in results:
        ctx.versions[result.name] = 1
        ctx.types[result.name] = result.type
    for k in written:
        lifter.stored(arr.buffer_of(spelled.operands[k]).name)  # type: ignore[attr-defined]
    for k, result in enumerate(results):
        if result.type.rank == 1 and k not in given.loose:
            lifter.contiguous.add(result.name)  # type: ignore[attr-defined]
    values: tuple[Expr, ...] = tuple(Ref(result.name, 1, result.type) for result in results)
    same = dict(given.same)
    values = tuple(spelled.operands[same[k]] if k in same else value for k, value in enumerate(values))
    if not given.unpacked:
        return values[0] if values else NONE
    return NamedTup(values, False, given.fields) if given.fields else Tup(values)


def arguments(row: Row, args: list[Value], kwargs: dict[str, Value]) -> Bound:
    """The arguments by name. Raises Unsupported for a call that NumPy refuses or that stores into `out=`."""
    try:
        bound = dict(_signature(row.path).bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise Unsupported("MDSL303", f"`{row.path}`: {error}") from error
    for name in ("out", "overwrite_input"):
        if name in bound and bound[name] not in (NONE, constant(False)):
            raise Unsupported("MDSL301", f"`{row.path}` with `{name}=` is not compiled")
    flat: dict[str, Value] = {}
    for name, value in bound.items():
        flat |= value if isinstance(value, dict) and name == "kwargs" else {name: value}
    return {name: Tup(value) if isinstance(value, tuple) else value for name, value in flat.items()}


@cache
def _signature(path: str) -> inspect.Signature:
    try:
        return inspect.signature(Row(path).function)
    except ValueError:  # a function written in C that does not tell
        return inspect.signature(lambda *args, **kwargs: None)


class _Spelled:
    """Arguments as text with {0}, {1} … for what is computed, which is collected in `operands`."""

    def __init__(self, lifter: Expressions) -> None:
        self.lifter = lifter
        self.operands: list[Expr] = []

    def text(self, value: Value) -> str:
        match value:
            case Const(known, type) if type.kind == "python":
                return _number(known)
            case Extent(size) if size.is_const:
                return str(size.const)
            case Expr():
                return self.operand(value)
            case Tup(items, mutable):
                inner = ", ".join(map(self.text, items))
                if mutable:
                    return f"[{inner}]"
                return f"({inner}{',' if len(items) == 1 else ''})"
            case Static(known):
                return _literal(known)
            case Opaque(name, description):
                raise Unsupported("MDSL201", f"`{name}` is {description}, which is not compiled")
            case _:
                raise Unsupported("MDSL301", "an argument that is no array, no number and no literal")

    def operand(self, value: Expr) -> str:
        value = self.lifter.ctx.current(value)
        if value.type.kind == "array" and not value.type.rank:
            value = build.element_of(value)
        self.operands.append(value)
        return f"{{{len(self.operands) - 1}}}"


def _number(value: Any) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def _literal(value: Any) -> str:
    """A Python object that is known, as it is written. Raises Unsupported for one that has no literal."""
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value).replace("{", "{{").replace("}", "}}")
    if isinstance(value, type) and value in (bool, int, float, complex):  # not a dtype, which equals one
        return str(value.__name__)
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        dtype = np.dtype(value)
        if dtype.kind in "biufc" and dtype.isnative:
            return scalar_type(dtype)
    raise Unsupported("MDSL301", f"an argument {value!r} of a library call is not compiled")


def _stored_to(lifter: Expressions, operands: list[Expr], target: Expr) -> int:
    """Which operand is the one whose elements change. Raises Unsupported where NumPy would not store to it."""
    if not isinstance(target, Expr) or target.type.kind != "array" or not is_handle(target):
        raise Unsupported("MDSL301", "what a call stores to is no array")
    lifter.writable(target)  # type: ignore[attr-defined]
    walked = [axis.out for axis in target.axes if axis.out is not None] if isinstance(target, arr.View) else []
    if len(set(walked)) != len(walked):
        raise Unsupported("MDSL301", "a call that stores to a diagonal is not compiled")
    place = next((k for k, operand in enumerate(operands) if operand is target), None)
    if place is None:
        raise Unsupported("MDSL301", "a call that stores to an array without axes is not compiled")
    return place


# -- what a call gives -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """What a trial gave: the type of each result with its extents as numbers, None alone for a call that gives None."""

    dtypes: tuple[np.dtype, ...]
    kinds: tuple[str, ...]
    extents: tuple[tuple[int, ...], ...]
    unpacked: bool
    fields: tuple[str, ...]
    loose: tuple[int, ...]
    same: tuple[tuple[int, int], ...]  # (result, operand): it gives back what it was given
    trials: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...] = ()  # what unknown extents were, and those it gave


def _tried(lifter: Expressions, row: Row, text: str, operands: list[Expr]) -> Given:
    """What NumPy gives for such operands. Raises Unsupported where it refuses them, or where that is not one type."""
    sizes = [size for value in operands for size in value.shape]
    # extents that are known have to fit the others: a matrix of n by n and a vector of 4
    known = sorted({size.const for size in sizes if size.is_const and size.const > 1})
    refused: str | None = None
    for extents in (*_EXTENTS, *((size, size) for size in known)):
        if any(_evaluated(lifter, size, extent) < 1 for extent in extents for size in sizes):
            continue
        if any(_elements(lifter, value, max(extents)) > _MOST_ELEMENTS for value in operands):
            refused = refused or "they have too many elements to be tried"
            continue
        found = [
            _trial(text, tuple(_spec(lifter, value, extent) for value in operands), row.stateful) for extent in extents
        ]
        first, second = found
        if isinstance(first, str) or isinstance(second, str):
            refused = refused or (first if isinstance(first, str) else str(second))
            continue
        if (first.dtypes, first.kinds, first.unpacked) != (second.dtypes, second.kinds, second.unpacked) or any(
            len(a) != len(b) for a, b in zip(first.extents, second.extents, strict=True)
        ):
            raise Unsupported("MDSL301", f"what `{row.path}` gives depends on sizes")
        return replace(first, trials=tuple(zip(extents, (first.extents, second.extents), strict=True)))
    raise Unsupported("MDSL301", f"`{row.path}` of such operands: {refused or 'no sizes fit'}")


_Spec = tuple[str, tuple[int, ...] | None, int | None]


def _spec(lifter: Expressions, value: Expr, extent: int) -> _Spec:
    """What an operand is in a trial: dtype and kind, extents, and its value where it is an integer of extents."""
    shape = tuple(_evaluated(lifter, size, extent) for size in value.shape) if value.type.kind == "array" else None
    known = _evaluated(lifter, value.size, extent) if isinstance(value, Extent) else None
    return f"{value.type.dtype} {value.type.kind}", shape, known


def _elements(lifter: Expressions, value: Expr, extent: int) -> int:
    return math.prod(_evaluated(lifter, size, extent) for size in value.shape)


def _evaluated(lifter: Expressions, size: Size, extent: int) -> int:
    """A size where every extent is `extent`."""
    derived = {d.name: d for d in lifter.ctx.derived.values()}

    def named(name: str) -> int:
        if (d := derived.get(name)) is None:
            return extent
        a, b = (_evaluated(lifter, s, extent) for s in (d.first, d.second))
        return a // b if d.operator == "//" else min(a, b) if d.operator == "min" else max(a, b)

    return size.evaluate({name: named(name) for name in size.names})


@lru_cache(maxsize=2000)
def _trial(text: str, specs: tuple[_Spec, ...], stateful: bool) -> Given | str:
    """Call it on arrays in C order and in Fortran's; why that fails, where it does."""
    ascending = _called(text, specs, stateful, "CF", _ascending)
    # integers may have to be positions
    return _called(text, specs, stateful, "CF", np.ones) if isinstance(ascending, str) else ascending


def _called(
    text: str, specs: tuple[_Spec, ...], stateful: bool, orders: str, numbers: Callable[[int], np.ndarray]
) -> Given | str:
    loose: set[int] = set()
    found: Given | None = None
    for order in orders:
        given: list[tuple[int, int]] = []
        samples = [_sample(*spec, order, numbers) for spec in specs]
        code = text.format(*(f"x{k}" for k in range(len(samples))))
        if stateful:
            code = code.replace("np.random.", "stream.")
        space = {"np": np, "stream": _Stream(), **{f"x{k}": x for k, x in enumerate(samples)}}
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = eval(code, space)  # the text of the call itself, of operands made here
        except Exception as error:  # whatever NumPy raises is why this is not compiled
            return f"{type(error).__name__}: {error}"
        items = result if isinstance(result, tuple) else () if result is None else (result,)
        described = [_described(item) for item in items]
        for k, (item, (kind, _, shape)) in enumerate(zip(items, described, strict=True)):
            if kind is None:
                return f"a result is {shape}"
            if kind == "array":
                sharing = [j for j, x in enumerate(samples) if isinstance(x, np.ndarray) and np.shares_memory(item, x)]
                if len(sharing) == 1 and item is samples[sharing[0]] and isinstance(result, tuple):
                    given.append((k, sharing[0]))
                elif sharing or any(isinstance(x, np.ndarray) and np.shares_memory(item, x) for x in items[:k]):
                    return "a result is a view"
                if not item.flags.c_contiguous:
                    loose.add(k)
        kinds, dtypes, extents = zip(*described, strict=True) if described else ((), (), ())
        fields = getattr(type(result), "_fields", ())
        found = Given(dtypes, kinds, extents, isinstance(result, tuple), fields, tuple(sorted(loose)), tuple(given))  # type: ignore[arg-type]
    assert found is not None
    return found


class _Stream(np.random.RandomState):
    """A stream of its own, so that a trial draws nothing that the program would have drawn."""

    ranf = sample = np.random.RandomState.random_sample

    def __init__(self) -> None:
        super().__init__(0)


def _ascending(count: int) -> np.ndarray:
    return np.arange(1, count + 1)


def _described(item: Any) -> tuple[str | None, np.dtype | None, Any]:
    """Kind, dtype and shape of a result; no kind for what the IR has no type for."""
    if isinstance(item, np.generic) or type(item) is np.ndarray:
        dtype = item.dtype
        if dtype.kind not in "biufc" or dtype.char in "egG":
            return None, None, f"{type(item).__name__} of {dtype}"
        return ("numpy" if isinstance(item, np.generic) else "array"), dtype, item.shape
    if type(item) in (bool, int, float, complex):
        return "python", np.dtype(type(item)), ()
    return None, None, type(item).__name__


def _sample(
    what: str,
    shape: tuple[int, ...] | None,
    known: int | None,
    order: str,
    numbers: Callable[[int], np.ndarray],
) -> Any:
    """An operand of a trial: `numbers` along one axis, well conditioned matrices along two."""
    dtype, kind = what.split()
    if shape is None:
        if kind == "python":
            if known is not None:
                return known
            return {"b": True, "i": 1, "f": 0.5, "c": 0.5j}[np.dtype(dtype).kind]
        return np.dtype(dtype).type(1)
    if len(shape) == 1:
        return numbers(shape[0]).astype(dtype)
    matrix = np.ones(shape[-2:]) + 4 * np.eye(*shape[-2:])
    return np.array(np.broadcast_to(matrix, shape).astype(dtype), order=order)  # type: ignore[call-overload]


def _shapes(lifter: Expressions, row: Row, bound: Bound, given: Given) -> list[Shape | None]:
    """The shapes by the row's rule where it has one and the trials agree with it."""
    unknown: list[Shape | None] = [None] * len(given.kinds)
    if row.shape is None:
        return unknown
    shapes = row.shape(lifter, bound)
    for k, shape in enumerate(shapes[: len(unknown)]):
        if shape is None or given.kinds[k] != "array":
            continue
        if all(tuple(_evaluated(lifter, size, e) for size in shape) == extents[k] for e, extents in given.trials):
            unknown[k] = tuple(lifter.ctx.normal(size) for size in shape)
    return unknown


def _named(
    lifter: Expressions, row: Row, given: Given, shapes: list[Shape | None]
) -> tuple[list[Param], list[tuple[str, int, int]]]:
    """A variable for each result, a name for each extent that only the run knows."""
    ctx = lifter.ctx
    results: list[Param] = []
    sizes: list[tuple[str, int, int]] = []
    hint = row.path.rpartition(".")[2]
    for k, (dtype, kind, extents) in enumerate(zip(given.dtypes, given.kinds, given.extents, strict=True)):
        field = given.fields[k].lower() if given.fields else hint
        name = ctx.fresh(field)
        shape = shapes[k]
        if kind == "array" and shape is None:
            found = []
            for axis in range(len(extents)):
                extent = ctx.fresh("count" if len(extents) == 1 else ("rows", "columns", "layers")[min(axis, 2)])
                ctx.versions[extent] = 1
                ctx.types[extent] = PY_INT
                ctx.frozen.add(extent)
                ctx.facts.add(Size.named(extent))
                sizes.append((extent, k, axis))
                found.append(Size.named(extent))
            shape = tuple(found)
        results.append(Param(name, Type(dtype, shape or (), kind)))  # type: ignore[arg-type]
    return results, sizes
