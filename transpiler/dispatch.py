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
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..runtime.door import is_distinct
from .gain import FEW
from .probe import FLAGS, make_probe
from .reliance import MISSING
from .signature import IDENTIFIED, is_narrow, named_fields

if TYPE_CHECKING:
    from .accelerate import Dispatcher, Specialisation

MOST = 8  # kinds of calls that an entry point tests for; the others are found by their key
MOST_VALUES = 16  # values of one number that have code of their own; the others share the general code
_PLAIN = frozenset({bool, int, float, complex, *(np.dtype(c).type for c in "?bBhHiIlLqQefdFD")})
_PREFIX = "_mdsl_"


class EntryPoint:
    """The function that users call, whose code is written anew when a kind of call is added or all are forgotten."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.entries: list[str] = []
        self.refused = 0  # calls for which no test could be added
        self.scope: dict[str, Any] = {
            f"{_PREFIX}{name}": value
            for name, value in {
                "slow": self.slow,
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
        found = dispatcher.specialisations.get(key(args, dispatcher.literals))
        if found is None:
            found = dispatcher.specialise(args)
        elif len(self.entries) < MOST and self.refused < MOST:
            self.add(args, found)
        self.report(found)
        if found.call is None or (error_state() is not self.scope[f"{_PREFIX}silent"] and errors_matter()):
            return dispatcher.original(*args)
        if any(np.may_share_memory(args[i], args[j]) for i, j in found.disjoint):
            return dispatcher.original(*args)
        if any(overlaps_itself(args[position]) for position in found.loose):
            return dispatcher.original(*args)
        return found.call(*args)

    def report(self, found: Specialisation) -> None:
        """What became of the latest call."""
        self.function.last_report = found.explanation  # type: ignore[attr-defined]

    def add(self, args: tuple[Any, ...], found: Specialisation) -> None:
        """A test for calls like this one, where there is one."""
        with self.dispatcher.lock:
            if self.dispatcher.specialisations.get(key(args, self.dispatcher.literals)) is not found:
                return  # another thread found that something changed
            names = self.dispatcher.names
            how = [compared(x, position in self.dispatcher.literals) for position, x in enumerate(args)]
            probe = None if None in how else make_probe(args, how, found.disjoint)  # type: ignore[arg-type]
            if probe is None:
                self.refused += 1
                return
            arguments = ", ".join(names)
            alike, original = f"{_PREFIX}alike", f"return {_PREFIX}original({arguments})"
            report = f"{_PREFIX}call.last_report = {self.hold(found.explanation)}"
            tests = [f"{self.hold(probe)}({arguments})"]
            for position, (name, x) in enumerate(zip(names, args, strict=True)):
                if isinstance(x, str) or (position in self.dispatcher.literals and type(x) is int):
                    tests.append(f"{name} == {x!r}")
            lines = [f"if ({alike} := {' and '.join(tests)}):", f"    {report}"]
            if found.call is None:
                lines.append(f"    {original}")
            else:
                if found.few is not None:
                    lines += [f"    if {names[found.few]}.size < {FEW}:", f"        {original}"]
                for s in found.loose:
                    lines += [f"    if {_PREFIX}overlaps({names[s]}):", f"        {original}"]
                lines.append(f"    return {self.hold(found.call)}({arguments})")
            if found.disjoint:
                lines += [f"if {alike} is None:", f"    {report}", f"    {original}"]
            self.entries.append("".join(f"    {line}\n" for line in lines))
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
        elif self.entries:
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


def compared(x: Any, shapes_code: bool) -> str | None:
    """What a probe has to compare of an argument; None where it cannot tell whether another one is like it.

    Of texts and of integers that shape the code the value is compared as well, by the entry point itself.
    """
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
    if kind in (tuple, list) or isinstance(x, str) or hasattr(x, "_fields") or named_fields(x) is not None:
        return None
    if hasattr(kind, "__dataclass_fields__"):
        return None  # another object of the class may have plain fields
    return "class"


def key(args: tuple[Any, ...], literals: Mapping[int, set[Any]]) -> tuple[Any, ...]:
    """What a specialisation depends on. `literals` are the numbers, by position, that have code of their own."""
    parts: list[Any] = []
    for position, x in enumerate(args):
        kind = type(x)
        if kind is np.ndarray:
            shape = x.shape
            parts.append(x.dtype)
            parts.append(x.flags.num & FLAGS)
            parts.append(len(shape) if 1 not in shape else tuple(size == 1 for size in shape))
        elif kind in _PLAIN:
            parts.append((kind, repr(x)) if is_literal(position, x, literals) else _kind(x))
        else:
            parts.append(_described(x))
    return tuple(parts)


def is_literal(position: int, x: Any, literals: Mapping[int, set[Any]]) -> bool:
    """Whether an argument is a number that has code of its own."""
    seen = literals.get(position)
    return seen is not None and type(x) in _PLAIN and (len(seen) < MOST_VALUES or x in seen)


def _described(x: Any) -> Any:
    """The key of an argument that is neither an array nor a number."""
    if x is None or isinstance(x, (str, *IDENTIFIED)):
        return x
    if type(x) in (tuple, list) or hasattr(x, "_fields"):
        return (type(x), *(_described_item(item) for item in x))
    if (names := named_fields(x)) is not None:
        return (type(x), *(_described_item(getattr(x, name)) for name in names))
    return type(x)


def _described_item(x: Any) -> Any:
    if type(x) is np.ndarray:
        return (x.dtype, x.flags.num & FLAGS, tuple(size == 1 for size in x.shape))
    if type(x) in _PLAIN:
        return _kind(x)
    return _described(x)


def _kind(number: Any) -> Any:
    """The class of a number; of integers of Python's that no machine word holds, another thing."""
    return type(number) if type(number) is not int or is_narrow(number) else "int of any size"


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
