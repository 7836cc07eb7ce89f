"""Did two functions do the same with the same arguments? Results, dtypes, shapes, mutation, aliasing and errors.

>>> compare(lambda a: a + 1, lambda a: a + 1.0, (np.arange(3),))
[Mismatch(kind='dtype', where='result', expected='int64', got='float64')]

A float that differs by more than a few units in the last place is looked at again with the help of `rivals`: runs of
the original in which rounding errors were moved about (`differential.noise`). What they scatter over is no mismatch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import Copies, address, arrays_in, copy_arguments

ULPS = 4
_SCATTER = 16  # how far outside of the scatter of the rivals a value may lie, in widths of that scatter


@dataclass(frozen=True)
class Mismatch:
    """One difference. `kind` is value, dtype, shape, type, mutation, overrun, aliasing or exception."""

    kind: str
    where: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.kind} of {self.where}: expected {self.expected}, got {self.got}"


@dataclass
class Outcome:
    """What one call did: its result or exception, and its arguments as it left them."""

    result: Any
    error: Exception | None
    copies: Copies
    before: Copies
    messages: tuple[str, ...]  # of the warnings raised on the way

    @property
    def undefined(self) -> bool:
        """Whether a float was cast to an integer that cannot hold it: the hardware decides what comes out."""
        return any("encountered in cast" in message for message in self.messages)


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
    """Call `function` on a copy of `arguments`, warnings silenced but kept."""
    copies, before = copy_arguments(arguments), copy_arguments(arguments)
    result, error = None, None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*copies.arguments)
        except Exception as raised:  # every exception is an outcome to be compared
            error = raised.with_traceback(None)
    return Outcome(result, error, copies, before, tuple(str(warning.message) for warning in caught))


def compare(
    original: Callable[..., Any],
    candidate: Callable[..., Any],
    arguments: tuple[Any, ...],
    rivals: Sequence[Callable[..., Any]] = (),
) -> list[Mismatch]:
    """Every difference between what `original` and `candidate` do with `arguments`; neither touches `arguments`."""
    return judge(call(original, arguments), call(candidate, arguments), rivals, arguments)


def judge(
    expected: Outcome, got: Outcome, rivals: Sequence[Callable[..., Any]] = (), arguments: tuple[Any, ...] = ()
) -> list[Mismatch]:
    """Every difference between two outcomes of calls with the same `arguments`."""
    found = list(_differences(expected, got, []))
    if found and rivals:
        noisy = [call(rival, arguments) for rival in rivals]
        if any(not _same_form(expected, other) for other in noisy):
            return [one for one in found if one.kind == "overrun"]  # rounding decides which way the program goes
        if any(other.undefined for other in noisy):
            return [one for one in found if one.kind == "overrun"]
        found = list(_differences(expected, got, noisy))
    return found


def _differences(expected: Outcome, got: Outcome, noisy: list[Outcome]) -> Iterator[Mismatch]:
    if got.copies.overrun():
        yield Mismatch("overrun", "arguments", "no write outside of the arrays", "a write beside one")
    if expected.error is not None or got.error is not None:
        if type(expected.error) is not type(got.error):
            yield Mismatch("exception", "call", _describe_error(expected.error), _describe_error(got.error))
        elif any(_mutations(got.before, got, [])):  # either nothing was stored, or what NumPy stores before it raises
            yield from _mutations(expected.copies, got, noisy)
        return
    yield from _mutations(expected.copies, got, noisy)
    leaves, others = list(_leaves(expected.result)), list(_leaves(got.result))
    if [path for path, _ in leaves] != [path for path, _ in others]:
        yield Mismatch("type", "result", _describe(expected.result), _describe(got.result))
        return
    scatter = [[leaf for _, leaf in _leaves(other.result)] for other in noisy]
    for index, ((path, one), (_, two)) in enumerate(zip(leaves, others, strict=True)):
        yield from _leaf(path, one, two, [row[index] for row in scatter])
    yield from _aliasing(expected, got)


def _leaf(path: str, expected: Any, got: Any, noisy: list[Any]) -> Iterator[Mismatch]:
    """Differences between two results that are no containers: arrays, NumPy's scalars, Python's scalars, others."""
    if isinstance(expected, np.ndarray | np.generic) and isinstance(got, np.ndarray | np.generic):
        if isinstance(expected, np.ndarray) != isinstance(got, np.ndarray):
            yield Mismatch("type", path, _describe(expected), _describe(got))
        elif expected.dtype != got.dtype:
            yield Mismatch("dtype", path, str(expected.dtype), str(got.dtype))
        elif expected.shape != got.shape:
            yield Mismatch("shape", path, str(expected.shape), str(got.shape))
        elif type(expected) is not type(got):
            yield Mismatch("type", path, type(expected).__name__, type(got).__name__)
        else:
            wrong = wrong_elements(np.asarray(expected), np.asarray(got), [np.asarray(other) for other in noisy])
            if wrong.any():
                yield Mismatch("value", path, _describe(expected), _describe(got))
    elif type(expected) is not type(got):
        yield Mismatch("type", path, _describe(expected), _describe(got))
    elif isinstance(expected, bool | int | float | complex):
        if abs(expected) < 2**63 or isinstance(expected, float | complex):
            same = not wrong_elements(
                np.asarray(expected), np.asarray(got), [np.asarray(other) for other in noisy]
            ).any()
        else:
            same = expected == got  # beyond int64: exact, as Python's integers are
        if not same:
            yield Mismatch("value", path, _describe(expected), _describe(got))
    elif not isinstance(expected, np.ndarray | np.generic) and not callable(expected) and expected != got:
        yield Mismatch("value", path, _describe(expected), _describe(got))


def wrong_elements(expected: np.ndarray, got: np.ndarray, noisy: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Mask of the elements of `got` that neither rounding nor the scatter of `noisy` explains."""
    if expected.dtype != got.dtype or expected.shape != got.shape:
        return np.ones(expected.shape, dtype=bool)
    if expected.dtype.kind not in "fc":
        wrong = expected != got
        for other in noisy:
            wrong &= expected == other
        return np.asarray(wrong)
    with np.errstate(all="ignore"):
        wrong = ~_close(expected, got)
        if noisy and wrong.any():
            scatter = np.max([_distance(expected, other) for other in noisy], axis=0)
            wrong &= ~(_distance(expected, got) <= _SCATTER * scatter)
    return np.asarray(wrong)


def _close(expected: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Equal up to ULPS; NaN equals NaN, infinities and the signs of zeros count."""
    if expected.dtype.kind == "c":
        near = np.abs(expected - got) <= 2 * ULPS * np.spacing(np.abs(expected))
        return near | (expected == got) | ~(np.isfinite(expected) | np.isfinite(got))
    size = np.minimum(np.abs(expected), np.abs(got))
    near = (np.abs(expected - got) <= ULPS * np.spacing(size)) & np.isfinite(expected) & np.isfinite(got)
    signed = (expected != 0) | (np.signbit(expected) == np.signbit(got))
    return ((expected == got) | near) & signed | (np.isnan(expected) & np.isnan(got))


def _distance(expected: np.ndarray, other: np.ndarray) -> np.ndarray:
    """|expected - other|; 0 for the same infinity or NaN, infinite where one only is that, or zeros differ in sign."""
    distance = np.abs(np.asarray(expected, dtype=np.result_type(expected, np.float64)) - other)
    same = (expected == other) | (np.isnan(expected) & np.isnan(other))
    if expected.dtype.kind == "f":
        zeros = (expected == 0) & (other == 0) & (np.signbit(expected) != np.signbit(other))
        same &= ~zeros
        distance = np.where(zeros, np.inf, distance)
    return np.where(same, 0.0, np.where(np.isfinite(distance), distance, np.inf))


def _mutations(wanted: Copies, got: Outcome, noisy: list[Outcome]) -> Iterator[Mismatch]:
    """Array arguments that do not hold what is `wanted`, and bytes changed that are in none of their elements."""
    theirs = [list(arrays_in(other.copies.arguments)) for other in noisy]
    pairs = zip(arrays_in(wanted.arguments), arrays_in(got.copies.arguments), strict=True)
    for index, (one, two) in enumerate(pairs):
        if wrong_elements(one, two, [row[index] for row in theirs]).any():
            yield Mismatch("mutation", f"argument array {index}", _describe(one), _describe(two))
    for index, (old, new) in enumerate(zip(got.before.contents(), got.copies.contents(), strict=True)):
        if ((old != new) & ~_covered(got.copies, index)).any():
            yield Mismatch("overrun", f"buffer {index}", "no write between the elements", "a write between them")


def _covered(copies: Copies, index: int) -> np.ndarray:
    """Mask of a buffer's bytes that belong to an element of some argument."""
    content = copies.contents()[index]
    mask = np.zeros(content.size, dtype=np.uint8)
    start = address(content)
    for array in arrays_in(copies.arguments):
        offset = address(array) - start
        if array.size and 0 <= offset < content.size:
            parts = np.ndarray(
                (*array.shape, array.itemsize), np.uint8, buffer=mask.data, offset=offset, strides=(*array.strides, 1)
            )
            parts[...] = 1
    return mask.astype(bool)


def _aliasing(expected: Outcome, got: Outcome) -> Iterator[Mismatch]:
    """Which results share memory with which arguments and with each other, where in them, and whether writable."""
    one, two = _relations(expected), _relations(got)
    for key, (same, relation) in one.items():
        theirs_same, theirs = two.get(key, (False, "absent"))
        if relation != theirs:
            yield Mismatch("aliasing", key, relation, theirs)
        elif same and not theirs_same:  # a whole view where NumPy gives the array; the other way round is as good
            yield Mismatch("aliasing", key, "the same object", theirs)


def _relations(outcome: Outcome) -> dict[str, tuple[bool, str]]:
    """For each result, and each pair of it and another array: whether they are one object, how they share memory."""
    owners = [(f"argument array {i}", array) for i, array in enumerate(arrays_in(outcome.copies.arguments))]
    results = [(path, leaf) for path, leaf in _leaves(outcome.result) if isinstance(leaf, np.ndarray)]
    found = {}
    for i, (path, array) in enumerate(results):
        found[path] = (False, "writable" if array.flags.writeable else "read-only")
        for name, owner in owners + results[:i]:
            if not shares_memory(array, owner):
                relation = "no shared memory"
            elif name.startswith("argument"):
                relation = f"a view at byte {address(array) - address(owner)}, strides {_strides(array)}"
            else:
                relation = "shared memory"
            found[f"{path} and {name}"] = (array is owner and name.startswith("argument"), relation)
    return found


def _strides(array: np.ndarray) -> tuple[int, ...]:
    """The strides that matter: along an axis of length 1 any will do."""
    return tuple(stride if size > 1 else 0 for stride, size in zip(array.strides, array.shape, strict=True))


def shares_memory(one: np.ndarray, two: np.ndarray) -> bool:
    try:
        return bool(np.shares_memory(one, two, max_work=100_000))
    except np.exceptions.TooHardError:
        return bool(np.may_share_memory(one, two))


def _leaves(value: Any, path: str = "result") -> Iterator[tuple[str, Any]]:
    """The parts of a result that are no containers; the paths spell out the containers' types."""
    match value:
        case tuple() | list():
            yield f"{path}:{type(value).__name__}{len(value)}", None
            for index, item in enumerate(value):
                yield from _leaves(item, f"{path}[{index}]")
        case dict():
            yield f"{path}:dict{list(value)}", None
            for key, item in value.items():
                yield from _leaves(item, f"{path}[{key!r}]")
        case _:
            yield path, value


def _same_form(one: Outcome, two: Outcome) -> bool:
    """Whether two outcomes raise alike and return the same containers, types, dtypes and shapes."""

    def form(outcome: Outcome) -> list[Any]:
        if outcome.error is not None:
            return [type(outcome.error)]
        return [(p, type(v), getattr(v, "dtype", None), getattr(v, "shape", None)) for p, v in _leaves(outcome.result)]

    return form(one) == form(two)


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        with np.printoptions(threshold=60, edgeitems=4, floatmode="unique"):
            return f"{value.dtype}{list(value.shape)} {value!r}".replace("\n", "")
    return f"{type(value).__name__} {value!r}"


def _describe_error(error: Exception | None) -> str:
    return "no exception" if error is None else f"{type(error).__name__}: {str(error)[:300]}"
