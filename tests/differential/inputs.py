"""Which arguments does a drawn program get? They are drawn as source text: `def inputs_0(): …`.

Arrays share a few extents, so that most of them broadcast. The later sets of one case keep the names and mostly the
dtypes, and change extents, values, layout and overlap: what a compiled function is guarded against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

T = TypeVar("T")
Choose = Callable[[int, int], int]

INTEGERS = ("int64", "int32", "uint8", "int8", "int16", "uint16", "uint32", "uint64")
DTYPES = ("float64", "int64", "float32", "bool", "int32", *INTEGERS[2:], "complex128", "complex64", "float16")

_EXTENTS = (3, 4, 2, 5, 1, 0, 7, 6)
_LONG = (17, 300, 523, 64)
_LAYOUTS = ("C", "F", "strided", "reversed", "offset", "reversed last", "transposed", "read-only", "swapped bytes")
_VIEWS = {"same": "", "shifted": "[1:]", "reversed": "[::-1]", "whole": "[...]", "row": "[0:1]", "transposed": ".T"}
_ALIASES = tuple(_VIEWS)

_PALETTE: dict[str, Sequence[str]] = {
    "b": ("True", "False"),
    "i": ("1", "2", "0", "3", "-1", "5", "-4", "7", "10", "-128", "127"),
    "u": ("1", "2", "0", "3", "5", "4", "7", "10", "255", "128"),
    "f": "1.0 2.0 0.5 -1.5 0.0 3.0 0.1 -0.7 -2.0 10.0 1e3 -0.0 np.nan np.inf -np.inf 1e-310 -1e30".split(),
    "c": ("1.0", "2j", "(0.5+1j)", "(-1.5-0.25j)", "0.0", "(3-2j)"),
}
_LIMITS = {"int64": "-9223372036854775808", "int32": "2147483647", "uint64": "18446744073709551615", "int16": "-32768"}


@dataclass(frozen=True)
class Array:
    """One array argument. An entry of `shape` is an index into the case's extents, or -1 for an axis of length 1."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    layout: str
    palette: tuple[str, ...]
    alias: tuple[str, str] | None = None  # (how, of which array)


@dataclass(frozen=True)
class Inputs:
    """One set of arguments."""

    extents: tuple[int, ...]
    arrays: tuple[Array, ...]
    scalars: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(array.name for array in self.arrays) + tuple(name for name, _ in self.scalars)

    def source(self, number: int) -> str:
        """The text of `inputs_<number>`."""
        lines = [f"def inputs_{number}():"]
        for array in self.arrays:
            lines += _array_lines(array, self.extents)
        lines += [f"    {name} = {value}" for name, value in self.scalars]
        return "\n".join([*lines, f"    return ({', '.join(self.names)},)"]) + "\n"


class Drawing:
    """Short spellings of random choices; the first alternative is what shrinking prefers.

    `choose(low, high)` makes the choices: hypothesis's draws or `random.Random(seed).randint`.
    """

    def __init__(self, choose: Choose) -> None:
        self._choose = choose

    def pick(self, alternatives: Sequence[T]) -> T:
        return alternatives[self.number(0, len(alternatives) - 1)]

    def number(self, low: int, high: int) -> int:
        return low if high <= low else self._choose(low, high)

    def chance(self, percent: int) -> bool:
        """True in about `percent` of 100 cases; shrinks to False."""
        return self._choose(0, 99) >= 100 - percent


def draw_inputs(drawing: Drawing) -> Inputs:
    """The first set of arguments, which the program is written for."""
    extents = tuple(drawing.pick(_EXTENTS[:4] if drawing.chance(70) else _EXTENTS) for _ in range(3))
    rank = drawing.pick((1, 2, 1, 2, 3, 0))
    themes = (drawing.pick(("float64", *DTYPES)), drawing.pick(DTYPES))
    arrays: list[Array] = []
    for name in "abcd"[: drawing.pick((2, 1, 3, 2, 4))]:
        dtype = drawing.pick((themes[0], themes[0], themes[1])) if drawing.chance(85) else drawing.pick(DTYPES)
        own_rank = rank if drawing.chance(70) else drawing.number(0, 3)
        shape = tuple(range(3 - own_rank, 3))  # trailing axes agree, so that arrays of different rank broadcast
        if drawing.chance(8) and shape:
            axis = drawing.number(0, len(shape) - 1)
            shape = (*shape[:axis], -1, *shape[axis + 1 :])
        array = Array(name, dtype, shape, _draw_layout(drawing), _draw_palette(drawing, dtype))
        if arrays and drawing.chance(15):
            other = drawing.pick(arrays)
            array = replace(array, alias=(drawing.pick(_ALIASES), other.name), dtype=other.dtype, shape=other.shape)
        arrays.append(array)
    scalars = [(name, value) for name, value in _draw_scalars(drawing) if drawing.chance(50)]
    return Inputs(extents, tuple(arrays), tuple(scalars))


def draw_variation(drawing: Drawing, first: Inputs) -> Inputs:
    """Another set of arguments for the same program."""
    larger = _EXTENTS if drawing.chance(25) else (4, 5, 6, 8, 7)
    fresh = {extent: drawing.pick(larger) for extent in dict.fromkeys(first.extents)}  # equal extents stay equal
    extents = tuple(fresh[extent] for extent in first.extents) if drawing.chance(60) else first.extents
    once = [e for e in extents if all([extents[axis] for axis in a.shape].count(e) <= 1 for a in first.arrays)]
    if once and drawing.chance(12):  # sums in blocks, vectorised loops and their remainders
        chosen = drawing.pick(once)
        extents = tuple(drawing.pick(_LONG) if extent == chosen else extent for extent in extents)
    arrays: list[Array] = []
    for array in first.arrays:
        dtype = drawing.pick(DTYPES) if drawing.chance(4) else array.dtype
        changed = replace(array, dtype=dtype, palette=_draw_palette(drawing, dtype))
        if drawing.chance(25):
            changed = replace(changed, layout=_draw_layout(drawing))
        same = [other.name for other in arrays if (other.dtype, other.shape) == (dtype, array.shape)]
        if array.alias is not None and drawing.chance(50):
            changed = replace(changed, alias=None)
        elif same and drawing.chance(25):
            changed = replace(changed, alias=(drawing.pick(_ALIASES[:4]), drawing.pick(same)))
        arrays.append(changed)
    values = dict(_draw_scalars(drawing))
    return Inputs(extents, tuple(arrays), tuple((name, values[name]) for name, _ in first.scalars))


def _draw_layout(drawing: Drawing) -> str:
    return "C" if drawing.chance(60) else drawing.pick(_LAYOUTS)


def _draw_palette(drawing: Drawing, dtype: str) -> tuple[str, ...]:
    """A few values, which the array repeats."""
    values = _PALETTE["b" if dtype == "bool" else dtype[0]]
    if dtype[0] == "f" and drawing.chance(70):
        values = values[:10]
    if dtype in _LIMITS and drawing.chance(10):
        values = [*values, _LIMITS[dtype]]
    length, start = drawing.pick((3, 1, 2, 4, 5, 7)), drawing.number(0, len(values) - 1)
    stride = drawing.pick((1, 1, 2, 3, 5))
    return tuple(values[(start + stride * place) % len(values)] for place in range(length))


def _draw_scalars(drawing: Drawing) -> list[tuple[str, str]]:
    number = drawing.pick(("2", "1", "3", "0", "4", "-1"))
    real = drawing.pick(("0.5", "2.0", "-1.25", "0.0", "0.1", "3.0"))
    kind = drawing.number(0, 99)
    flag = drawing.pick(("True", "False"))
    if kind > 92:
        number, real = f"np.int32({number})", f"np.float32({real})"
    elif kind > 88:
        number, real, flag = f"np.int64({number})", f"np.float64({real})", f"np.bool_({flag})"
    elif kind > 85:
        real = drawing.pick(("2", "True", "(1.5-2j)", "np.float16(0.5)", "np.int8(-3)", "np.complex64(2j)"))
    return [("n", number), ("s", real), ("flag", flag)]


def _array_lines(array: Array, extents: tuple[int, ...]) -> list[str]:
    shape = tuple(1 if axis < 0 else extents[axis] for axis in array.shape)
    name = array.name
    if array.alias is not None:
        how, other = array.alias
        return [f"    {name} = {other}{_VIEWS[how] if shape else ''}"]

    def filled(size: tuple[int, ...], dtype: str = array.dtype) -> str:
        return f'np.resize(np.array([{", ".join(array.palette)}], "{dtype}"), {size})'

    match array.layout:
        case "F" if len(shape) > 1:
            text = f"np.asfortranarray({filled(shape)})"
        case "strided" if shape:
            text = f"{filled((*shape[:-1], 2 * shape[-1]))}[..., ::2]"
        case "reversed" if shape:
            text = f"{filled(shape)}[::-1]"
        case "offset" if shape:
            text = f"{filled((shape[0] + 1, *shape[1:]))}[1:]"
        case "reversed last" if shape:
            text = f"{filled(shape)}[..., ::-1]"
        case "transposed" if len(shape) > 1:
            text = f"{filled(shape[::-1])}.T"
        case "swapped bytes" if array.dtype[0] in "if":
            text = filled(shape) + f'.astype(np.dtype("{array.dtype}").newbyteorder())'
        case "read-only":
            return [f"    {name} = {filled(shape)}", f"    {name}.flags.writeable = False"]
        case _:
            text = filled(shape)
    return [f"    {name} = {text}"]
