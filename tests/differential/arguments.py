"""How are a call's arguments copied so that layout, overlap and read-only flags survive?

Each buffer is copied once, between two guard zones, and every array is made again at its own offset and strides.
Arrays that shared memory share it in the copy; a write outside of any buffer is found in the guards.
"""

from __future__ import annotations

import copy
import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_GUARD = 256  # bytes on each side of a copied buffer; a multiple of every SIMD width in use
_PATTERN = 0xA5


@dataclass
class Copies:
    """A copied set of arguments and the buffers it lives in."""

    arguments: tuple[Any, ...]
    buffers: list[tuple[np.ndarray, int]] = field(default_factory=list)  # (bytes with both guards, length of content)

    def overrun(self) -> bool:
        """Whether something was written outside of the buffers."""
        return any(
            bool((raw[:_GUARD] != _PATTERN).any() or (raw[_GUARD + size :] != _PATTERN).any())
            for raw, size in self.buffers
        )

    def contents(self) -> list[np.ndarray]:
        """The bytes of each buffer, without the guards: what the caller could see of a mutation."""
        return [raw[_GUARD : _GUARD + size] for raw, size in self.buffers]


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """All arrays in nested tuples, lists and dictionaries, in order."""
    match value:
        case np.ndarray():
            yield value
        case tuple() | list():
            for item in value:
                yield from arrays_in(item)
        case dict():
            for item in value.values():
                yield from arrays_in(item)


def copy_arguments(arguments: tuple[Any, ...]) -> Copies:
    """Copy `arguments` (arrays, scalars, nested tuples, lists and dictionaries of them).

    Raises TypeError for arrays of Python objects, whose references a copy of bytes would not count.
    """
    buffers: list[tuple[np.ndarray, int]] = []
    spans: list[tuple[int, int, int]] = []  # (lowest address, past the highest, index into buffers)
    for low, high in _merged_extents(arguments):
        raw = _aligned_bytes(2 * _GUARD + high - low, like=low)
        raw[:] = _PATTERN
        raw[_GUARD : _GUARD + high - low] = np.frombuffer(ctypes.string_at(low, high - low), dtype=np.uint8)
        spans.append((low, high, len(buffers)))
        buffers.append((raw, high - low))
    made: dict[int, np.ndarray] = {}

    def array(value: np.ndarray) -> np.ndarray:
        if id(value) not in made:  # the same object twice is the same object twice in the copy
            made[id(value)] = _recreate(value, spans, buffers)
        return made[id(value)]

    def walk(value: Any) -> Any:
        match value:
            case np.ndarray():
                return array(value)
            case tuple() | list():
                return type(value)(walk(item) for item in value)
            case dict():
                return {key: walk(item) for key, item in value.items()}
            case _:
                return copy.deepcopy(value)

    return Copies(tuple(walk(value) for value in arguments), buffers)


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def _merged_extents(arguments: tuple[Any, ...]) -> list[tuple[int, int]]:
    """The address ranges to copy: whole owners, so that a store beside a view is seen; overlapping ones merged."""
    extents = []
    for array in arrays_in(arguments):
        if array.dtype.hasobject:
            raise TypeError("arrays of Python objects cannot be copied byte by byte")
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        low, high = np.lib.array_utils.byte_bounds(owner)
        own_low, own_high = np.lib.array_utils.byte_bounds(array)
        extents.append((min(low, own_low), max(high, own_high)))
    merged: list[tuple[int, int]] = []
    for low, high in sorted(extents):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _aligned_bytes(size: int, like: int) -> np.ndarray:
    """`size` bytes whose address equals `like` modulo 64, so that an unaligned array stays as unaligned as it was."""
    raw = np.empty(size + 64, dtype=np.uint8)
    shift = (like - address(raw) - _GUARD) % 64
    return raw[shift : shift + size]


def _recreate(
    value: np.ndarray, spans: list[tuple[int, int, int]], buffers: list[tuple[np.ndarray, int]]
) -> np.ndarray:
    start = address(value)
    for low, high, index in spans:
        if low <= start < high or (value.size == 0 and low <= start <= high):
            made = np.ndarray(
                value.shape,
                value.dtype,
                buffer=buffers[index][0].data,
                offset=_GUARD + start - low,
                strides=value.strides,
            )
            made.flags.writeable = value.flags.writeable
            return made if type(value) is np.ndarray else made.view(type(value))
    raise AssertionError("an array outside of every extent that was collected from it")
