"""What does a compiled function in a user's module ask of a call before it serves it? Where it may not, NumPy runs.

The decorator looks a specialisation up by the arguments; a generated module has one specialisation of each function, so
the function itself checks at its door that the arguments are what it was compiled for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.layout import MARGIN
from ..ir.types import PY_INT
from .signature import (
    LARGE_BITS,
    NARROW_BITS,
    ArraySpec,
    LiteralSpec,
    OpaqueSpec,
    ScalarSpec,
    Signature,
    Spec,
    TupleSpec,
)

_WIDTH = 100
#: The description of an argument that the function never reads: whatever is passed is right.
UNUSED = OpaqueSpec("an argument that is not used")


@dataclass(frozen=True)
class Door:
    """Python expressions that all have to hold, and the functions of runtime/door.py that they call."""

    conditions: tuple[str, ...]
    runtime: tuple[str, ...]

    def lines(self, otherwise: str) -> list[str]:
        """The lines that run `otherwise` where a condition fails."""
        text = " and ".join(self.conditions)
        if len(self.conditions) == 1:
            (only,) = self.conditions
            head = [f"if not {only}:" if re.fullmatch(r"[\w.]+\(.*\)", only) else f"if not ({only}):"]
        elif len(text) <= _WIDTH:
            head = [f"if not ({text}):"]
        else:
            head = ["if not ("]
            for k, condition in enumerate(self.conditions):
                head += _lines("and " * bool(k) + condition)
            head.append("):")
        return [*head, f"    return {otherwise}"]


def door(
    signature: Signature,
    stored: Collection[str],
    constants: Mapping[str, Any] | None = None,
    either_float: bool = False,
    sizes_matter: bool = False,
    narrow: Collection[str] = (),
) -> Door:
    """The conditions under which code compiled for `signature` may serve a call.

    stored        parameters whose elements are stored to: writeable, distinct, apart from every other array
    constants     the module's own names whose values the code took as constants
    either_float  Python's floats and NumPy's float64 give the same code, so that both may come
    sizes_matter  the code relies on no size being 1
    narrow        Python integers that the code adds and multiplies: they need room in int64

    >>> f8 = ArraySpec(np.dtype(float), (False, False))
    >>> print(*door({"u": f8, "v": f8}, {"u"}).lines("_step_numpy(u, v)"), sep="\\n")
    if not (
        type(u) is np.ndarray and u.dtype == np.float64 and u.ndim == 2 and u.flags.behaved
        and type(v) is np.ndarray and v.dtype == np.float64 and v.ndim == 2 and v.flags.aligned
        and (u.flags.forc or is_distinct(u))
        and not np.may_share_memory(u, v)
        and errors_are_silent()
    ):
        return _step_numpy(u, v)
    """
    conditions: list[str] = []
    runtime: dict[str, None] = {}
    arrays: list[tuple[str, str, ArraySpec]] = []
    for name, spec in signature.items():
        for parameter, place, part in _parts(name, name, spec):
            conditions.append(_condition(place, part, parameter in stored, either_float, parameter in narrow))
            if isinstance(part, ArraySpec):
                arrays.append((parameter, place, part))
                if sizes_matter and not any(part.ones):
                    conditions.append(f"1 not in {place}.shape")
    for at, (parameter, place, spec) in enumerate(arrays):
        if parameter not in stored:
            continue
        if spec.layout == "A" and spec.rank:
            conditions.append(f"({place}.flags.forc or is_distinct({place}))")
            runtime["is_distinct"] = None
        for other_at, (other, other_place, _) in enumerate(arrays):
            if other_at != at and (other not in stored or other_at > at):
                conditions.append(f"not np.may_share_memory({place}, {other_place})")
    for name, value in (constants or {}).items():
        conditions.append(_same(name, value))
    conditions.append("errors_are_silent()")
    runtime["errors_are_silent"] = None
    return Door(tuple(c for c in conditions if c), tuple(runtime))


def _lines(condition: str) -> list[str]:
    """A condition in lines that keep the margin, four spaces in the function."""
    lines = [""]
    for part in re.split(r" (?=and )", condition):
        if lines[-1] and len(lines[-1]) + 1 + len(part) > MARGIN - 12:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + part
    return ["    " + line for line in lines]


def _parts(name: str, place: str, spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    """The argument, or a tuple's own condition and those of its items, with the names that the lifter gives to them."""
    yield name, place, spec
    if isinstance(spec, TupleSpec):
        for k, item in enumerate(spec.items):
            yield from _parts(f"{name}_{k}", f"{place}[{k}]", item)


def _condition(place: str, spec: Spec, stored: bool, either_float: bool, narrow: bool) -> str:
    match spec:
        case ArraySpec(dtype, ones, layout, _):
            parts = [
                f"type({place}) is np.ndarray",
                f"{place}.dtype == np.{dtype_name(dtype)}",
                f"{place}.ndim == {len(ones)}",
            ]
            parts += [f"{place}.flags.{'behaved' if stored else 'aligned'}"]
            if layout != "A":
                parts.append(f"{place}.flags.{'c' if layout == 'C' else 'f'}_contiguous")
            parts += [f"{place}.shape[{axis}] == 1" for axis, one in enumerate(ones) if one]
            return " and ".join(parts)
        case ScalarSpec(type_) if either_float and type_.dtype == np.float64:
            return f"type({place}) in (float, np.float64)"
        case ScalarSpec(type_) if type_ == PY_INT:
            return f"type({place}) is int and {place}.bit_length() <= {NARROW_BITS if narrow else LARGE_BITS}"
        case ScalarSpec(type_) if type_.weak:
            return f"type({place}) is {type_}"
        case ScalarSpec(type_):
            return f"type({place}) is np.{dtype_name(type_.dtype)}"
        case LiteralSpec(value):
            return _same(place, value)
        case TupleSpec(items, mutable):
            return f"type({place}) is {'list' if mutable else 'tuple'} and len({place}) == {len(items)}"
        case OpaqueSpec():
            # compiled code can ask one thing of it, whether it is None, and takes it that it is not
            return "" if spec == UNUSED else f"{place} is not None"
        case _:
            raise TypeError(spec)


def _same(place: str, value: Any) -> str:
    """Whether `place` holds a value that the code was made for, of the same type."""
    if value is None or isinstance(value, bool):
        return f"{place} is {value}"
    if isinstance(value, np.generic):
        kind, text = f"np.{dtype_name(value.dtype)}", repr(value.item())
    elif isinstance(value, np.dtype):
        return f"{place} == np.dtype({value.str!r})"
    elif isinstance(value, type):
        return f"{place} is {'np.' if value.__module__ == 'numpy' else ''}{value.__name__}"
    else:
        kind, text = type(value).__name__, repr(value)
    if isinstance(value, (float, np.floating)) and not np.isfinite(value):
        if value != value:
            return f"type({place}) is {kind} and {place} != {place}"
        text = f"float({str(float(value))!r})"
    return f"type({place}) is {kind} and {place} == {text}"


def dtype_name(dtype: np.dtype) -> str:
    """The name under which NumPy has the dtype as a type."""
    return "bool" if dtype.kind == "b" else dtype.name
