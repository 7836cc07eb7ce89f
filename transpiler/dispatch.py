"""How does a call find its specialisation within a microsecond? By probes made for the calls that came before.

The entry point of an accelerated function is a function with the parameters of the original, so that Python itself
binds keywords and defaults. Its body is a chain of tests, one for each kind of call that came: a probe (probe.py) says
whether the arguments are alike. A call that none of them knows goes the slow way: its specialisation is found by a key,
or made, and when one like it comes again a test is added.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..runtime.door import is_distinct
from .probe import FLAGS, make_probe
from .reliance import MISSING
from .signature import IDENTIFIED, LARGE_BITS, is_narrow, may_be_literal, named_fields

if TYPE_CHECKING:
    from .accelerate import Dispatcher, Specialisation

MOST = 8  # kinds of calls that an entry point tests for; the others are found by their key
MOST_VALUES = 16  # values of one number that have code of their own; the others share the general code
MOST_FUNCTIONS = 4  # functions of one body that have code of their own: a `def` or lambda makes one each time it runs
_PLAIN = frozenset({bool, int, float, complex, *(np.dtype(c).type for c in "?bBhHiIlLqQefdFD")})
_PREFIX = "_mdsl_"


class EntryPoint:
    """The function that users call, whose code is written anew when a kind of call is added or all are forgotten."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.entries: list[str] = []
        self.plain: list[str] = []  # for calls that the original serves, which relies on nothing
        self.refused = 0  # calls for which no test could be added
        self.scope: dict[str, Any] = {
            f"{_PREFIX}{name}": value
            for name, value in {
                "slow": self.slow,
                "type": type,
                "len": len,
                "tuple": tuple,
                "original": dispatcher.original,
                "overlaps": overlaps_itself,
                "errors": error_state,
                "missing": MISSING,
                "changed": dispatcher.watch.changed,
                "starred": self.starred,
            }.items()
        }
        self.note_errors()
        self.function = types.FunctionType(self.code(), self.scope)
        self.function.__defaults__, self.function.__kwdefaults__ = self.defaults()
        functools.update_wrapper(self.function, dispatcher.function)
        self.scope[f"{_PREFIX}call"] = self.function

    def clear(self) -> None:
        """Forget all calls that came: the code for them, or what it relies on, is another now."""
        self.entries.clear()
        self.plain.clear()
        self.refused = 0
        self.note_errors()
        self.function.__code__ = self.code()

    def note_errors(self) -> None:
        """Under which settings of np.errstate compiled code runs without asking further."""
        self.scope[f"{_PREFIX}silent"] = object() if errors_matter() else error_state()

    def slow(self, *args: Any) -> Any:
        """A call of a kind that has no test, or after something changed."""
        dispatcher = self.dispatcher
        dispatcher.rebound()
        if dispatcher.waiting:
            dispatcher.waiting -= 1
            self.report(dispatcher.unsettled())
            return dispatcher.original(*args)
        found = dispatcher.known(args)
        if found is None:
            found = dispatcher.specialise(args)
        elif len(self.entries) + len(self.plain) < MOST and self.refused < MOST:
            self.add(args, found)
        self.report(found)
        if found.call is None or (error_state() is not self.scope[f"{_PREFIX}silent"] and errors_matter()):
            return dispatcher.original(*args)
        if any(np.may_share_memory(args[i], args[j]) for i, j in found.disjoint):
            return dispatcher.original(*args)
        if any(overlaps_itself(args[position]) for position in found.loose):
            return dispatcher.original(*args)
        if found.below is not None and sum(args[k].size for k in found.below.arrays) < found.below.elements:
            return found.below.call(*args)
        return found.call(*args)

    def report(self, found: Specialisation) -> None:
        """What became of the latest call."""
        self.function.last_report = found.explanation  # type: ignore[attr-defined]

    def add(self, args: tuple[Any, ...], found: Specialisation) -> None:
        """A test for calls like this one, where there is one."""
        with self.dispatcher.lock:
            if self.dispatcher.known(args) is not found:
                return  # another thread found that something changed
            names, asked = self.dispatcher.names, _Question(self)
            for position, (name, x) in enumerate(zip(names, args, strict=True)):
                if not asked.compare(name, x, position in self.dispatcher.literals):
                    self.refused += 1
                    return
            probe = make_probe(asked.values, asked.how, [(asked.places[i], asked.places[j]) for i, j in found.disjoint])
            if probe is None:
                self.refused += 1
                return
            arguments = ", ".join(names)
            alike, original = f"{_PREFIX}alike", f"return {_PREFIX}original({arguments})"
            report = f"{_PREFIX}call.last_report = {self.hold(found.explanation)}"
            tests = [*asked.before, f"{self.hold(probe)}({', '.join(asked.names)})", *asked.behind]
            lines = [f"if ({alike} := {' and '.join(tests)}):", f"    {report}"]
            if found.call is None:
                lines.append(f"    {original}")
            else:
                for s in found.loose:
                    lines += [f"    if {_PREFIX}overlaps({names[s]}):", f"        {original}"]
                if found.below is not None:
                    size = " + ".join(f"{names[k]}.size" for k in found.below.arrays)
                    lines.append(f"    if {size} < {found.below.elements}:")
                    lines.append(f"        return {self.hold(found.below.call)}({arguments})")
                lines.append(f"    return {self.hold(found.call)}({arguments})")
            if found.disjoint:
                lines += [f"if {alike} is None:", f"    {report}", f"    {original}"]
            entry = "".join(f"    {line}\n" for line in lines)
            (self.plain if found.call is None else self.entries).append(entry)
            self.function.__code__ = self.code()

    def hold(self, value: Any) -> str:
        """The name by which the entry point knows a value; another thread may be running the code before this one."""
        for name, held in self.scope.items():
            if held is value:
                return name
        name = f"{_PREFIX}{len(self.scope)}"
        self.scope[name] = value
        return name

    def code(self) -> types.CodeType:
        """The entry point as it has to be now."""
        dispatcher, watch = self.dispatcher, self.dispatcher.watch
        names = ", ".join(dispatcher.names)
        text = f"def call({parameters(dispatcher.signature)}):\n"
        if dispatcher.starred:
            text = f"def call(*args, **kwargs):\n    return {_PREFIX}starred(*args, **kwargs)\n"
        text += "".join(self.plain)
        if self.entries:
            changed = [
                f"{self.hold(holder)}.get({name!r}, {_PREFIX}missing) is not {self.hold(value)}"
                for holder, name, value in watch.globals
            ]
            changed += [f"{_PREFIX}changed()"] * bool(watch.others or watch.lists)
            changed.append(f"{_PREFIX}errors() is not {_PREFIX}silent")
            text += f"    if {' or '.join(changed)}:\n        return {_PREFIX}slow({names})\n"
            text += "".join(self.entries)
        if not dispatcher.starred:
            text += f"    return {_PREFIX}slow({names})\n"
        module = compile(text, f"<calls of {dispatcher.function.__name__}>", "exec")
        return next(constant for constant in module.co_consts if isinstance(constant, types.CodeType))

    def defaults(self) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
        """Of the parameters of the original, as functions keep them."""
        if self.dispatcher.starred:
            return None, None
        function = self.dispatcher.function
        return function.__defaults__, function.__kwdefaults__

    def starred(self, *args: Any, **kwargs: Any) -> Any:
        """A call that only the original can take, because of star parameters."""
        self.report(self.dispatcher.refused())
        return self.dispatcher.function(*args, **kwargs)


def parameters(signature: inspect.Signature) -> str:
    """Parameters as source; defaults are None."""
    parts: list[str] = []
    listed = list(signature.parameters.values())
    kinds = [p.kind for p in listed]
    for k, parameter in enumerate(listed):
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.KEYWORD_ONLY not in kinds[:k]:
            parts.append("*")
        parts.append(parameter.name if parameter.default is parameter.empty else f"{parameter.name}=None")
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.POSITIONAL_ONLY not in kinds[k + 1 :]:
            parts.append("/")
    return ", ".join(parts)


class _Question:
    """What is asked of the arguments of a call before it counts as like one that came before."""

    def __init__(self, entry: EntryPoint) -> None:
        self.entry = entry
        self.before: list[str] = []  # conditions without which the probe cannot be asked
        self.behind: list[str] = []  # what the entry point itself has to compare as well
        self.names: list[str] = []  # of what the probe compares: arguments, and items of tuples
        self.values: list[Any] = []
        self.how: list[str] = []
        self.places: list[int] = []  # where among these each argument stands

    def compare(self, name: str, x: Any, shapes_code: bool) -> bool:
        """Ask whether an argument is like this one; False where there is no quick way to tell."""
        self.places.append(len(self.names))
        return self._compare(name, x, shapes_code)

    def _compare(self, name: str, x: Any, shapes_code: bool) -> bool:
        kind = type(x)
        if kind is tuple and len(x) <= MOST:
            self.before.append(f"{_PREFIX}type({name}) is {_PREFIX}tuple and {_PREFIX}len({name}) == {len(x)}")
            return all(self._compare(f"{name}[{k}]", item, shapes_code) for k, item in enumerate(x))
        how = _compared(x, shapes_code)
        if not has_own_code(x, self.entry.dispatcher.own):
            how = "class"
            if kind is types.FunctionType:
                self.behind.append(f"{name}.__code__ is {self.entry.hold(x.__code__)}")
        elif kind is str or (shapes_code and kind is int):
            self.behind.append(f"{name} == {x!r}")
        if how is None:
            return False
        self.names.append(name)
        self.values.append(x)
        self.how.append(how)
        return True


def _compared(x: Any, shapes_code: bool) -> str | None:
    """What a probe has to compare of an argument; None where it cannot tell whether another one is like it."""
    kind = type(x)
    if kind is np.ndarray:
        return "array"
    if x is None or (kind is bool and shapes_code) or isinstance(x, IDENTIFIED):
        return "identity"
    if kind is int:
        return "integer" if is_narrow(x) else None
    if kind in _PLAIN:
        return None if shapes_code else "class"
    if kind is str:
        return "class"
    if kind is tuple or isinstance(x, str) or hasattr(x, "_fields") or named_fields(x) is not None:
        return None
    if hasattr(kind, "__dataclass_fields__"):
        return None  # another object of the class may have plain fields
    return "class"


def key(args: tuple[Any, ...], literals: Mapping[int, set[Any]], own: Mapping[Any, Sequence[Any]]) -> tuple[Any, ...]:
    """What a specialisation depends on.

    `literals` are the numbers, by position, that have code of their own, `own` the functions and texts, by kind.
    """
    parts: list[Any] = []
    for position, x in enumerate(args):
        kind = type(x)
        if kind is np.ndarray:
            shape = x.shape
            parts.append(x.dtype)
            parts.append(x.flags.num & FLAGS)
            parts.append(len(shape) if 1 not in shape else tuple(size == 1 for size in shape))
        elif is_literal(position, x, literals):
            parts.append((kind, repr(x)))
        elif kind in _PLAIN:
            parts.append(_class(x))
        else:
            parts.append(_described(x, own))
    return tuple(parts)


def is_literal(position: int, x: Any, literals: Mapping[int, set[Any]]) -> bool:
    """Whether an argument is a number, or a tuple of some, that has code of its own."""
    seen = literals.get(position)
    return seen is not None and (type(x) in _PLAIN or may_be_literal(x)) and (len(seen) < MOST_VALUES or x in seen)


def _kind(x: Any) -> Any:
    """What functions of one body, and texts, have in common; None for other values."""
    return x.__code__ if type(x) is types.FunctionType else str if isinstance(x, str) else None


def has_own_code(x: Any, own: Mapping[Any, Sequence[Any]]) -> bool:
    """Whether code is made for this value, where it is a function or a text. No call should compile each time."""
    kind = _kind(x)
    seen = own.get(kind, ())
    return len(seen) < (MOST_VALUES if kind is str else MOST_FUNCTIONS) or x in seen


def note_own_code(args: Iterable[Any], own: dict[Any, list[Any]]) -> None:
    """Give the functions and texts among the arguments code of their own, as long as there are few."""
    for x in args:
        if (kind := _kind(x)) is not None:
            if has_own_code(x, own) and x not in own.setdefault(kind, []):
                own[kind].append(x)
        elif isinstance(x, (tuple, list)):
            note_own_code(x, own)
        elif (names := named_fields(x)) is not None:
            note_own_code((getattr(x, name) for name in names), own)


def _described(x: Any, own: Mapping[Any, Sequence[Any]]) -> Any:
    """The key of an argument that is neither an array nor a number."""
    if not has_own_code(x, own):
        return (type(x), _kind(x))
    if x is None or isinstance(x, (str, *IDENTIFIED)):
        return x
    if type(x) is tuple or hasattr(x, "_fields"):
        return (type(x), *(_described_item(item, own) for item in x))
    if (names := named_fields(x)) is not None:
        return (type(x), *(_described_item(getattr(x, name), own) for name in names))
    return type(x)


def _described_item(x: Any, own: Mapping[Any, Sequence[Any]]) -> Any:
    if type(x) is np.ndarray:
        return (x.dtype, x.flags.num & FLAGS, tuple(size == 1 for size in x.shape))
    if type(x) in _PLAIN:
        return _class(x)
    return _described(x, own)


def _class(number: Any) -> Any:
    """The class of a number; of integers of Python's that are not narrow, another thing."""
    if type(number) is not int or is_narrow(number):
        return type(number)
    return "large int" if number.bit_length() <= LARGE_BITS else "int of any size"


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two indices may name one element: an array made with as_strided, or broadcast and made writeable."""
    return not is_distinct(array)


try:
    from numpy._core.umath import _extobj_contextvar as _extobj  # type: ignore[attr-defined]

    #: Gives the object that holds np.errstate's settings: another one wherever they were changed.
    error_state = _extobj.get

except ImportError:  # a NumPy that keeps them elsewhere

    def error_state() -> Any:
        return None if all(v in ("ignore", "warn") for v in np.geterr().values()) else object()


def errors_matter() -> bool:
    """Whether np.errstate asks for more than a warning: then the original runs."""
    return any(value not in ("ignore", "warn") for value in np.geterr().values())
