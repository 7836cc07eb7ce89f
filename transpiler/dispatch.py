"""How does a call find its specialisation within a microsecond? By tests written out for the calls that came before.

The entry point of an accelerated function is a function with the parameters of the original, so that Python itself
binds keywords and defaults. Its body is a chain of tests, one for each kind of call that came, such as
`type(u) is ndarray and u.dtype is float64 and u.flags == owned and u.ndim == 2`. A call that none of them knows goes
the slow way: its specialisation is found by a key, or made, and a test is added.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..runtime.door import is_distinct
from .gain import MANY
from .reliance import MISSING
from .signature import IDENTIFIED, named_fields

if TYPE_CHECKING:
    from .accelerate import Dispatcher, Specialisation

MOST = 8  # kinds of calls that an entry point tests for; the others are found by their key
MOST_VALUES = 16  # values of one number that have code of their own; the others share the general code
MOST_FUNCTIONS = 4  # functions of one body that have code of their own: a `def` or lambda makes one each time it runs
_ALIGNED, _WRITEABLE = 0x100, 0x400
_FLAGS = 1 | 2 | _ALIGNED | _WRITEABLE  # what of ndarray.flags.num a specialisation depends on
_OWN = 4  # the array allocated its elements, which two arrays never do, and a view does not
_PLAIN = frozenset({bool, int, float, complex, *(np.dtype(c).type for c in "?bBhHiIlLqQefdFD")})
_PREFIX = "_mdsl_"


class EntryPoint:
    """The function that runs when an accelerated function is called; `install` gets it each time it is written anew."""

    def __init__(self, dispatcher: Dispatcher, install: Callable[[Callable[..., Any]], None]) -> None:
        self.dispatcher = dispatcher
        self.install = install
        self.entries: list[str] = []
        self.plain: list[str] = []  # for calls that the original serves, which relies on nothing
        self.refused = 0  # calls for which no test could be added
        self.scope: dict[str, Any] = {}
        self.clear()

    def clear(self) -> None:
        """Forget all calls that came: the code for them, or what it relies on, is another now."""
        self.entries.clear()
        self.plain.clear()
        self.refused = 0
        self.scope = {
            f"{_PREFIX}{name}": value
            for name, value in {
                "slow": self.slow,
                "dispatcher": self.dispatcher,
                "original": self.dispatcher.original,
                "array": np.ndarray,
                "type": type,
                "len": len,
                "share": np.may_share_memory,
                "overlaps": overlaps_itself,
                "errors": error_state,
                "missing": MISSING,
                "silent": object() if errors_matter() else error_state(),
                "changed": self.dispatcher.watch.changed,
            }.items()
        }
        self.write()

    def slow(self, *args: Any) -> Any:
        """A call of a kind that was not seen, or after something changed."""
        dispatcher = self.dispatcher
        dispatcher.rebound()
        if dispatcher.waiting:
            dispatcher.waiting -= 1
            dispatcher.last = dispatcher.unsettled()
            return dispatcher.original(*args)
        found = dispatcher.specialisations.get(key(args, dispatcher.literals, dispatcher.own))
        if found is None:
            found = dispatcher.specialise(args)
        dispatcher.last = found
        if len(self.entries) + len(self.plain) < MOST and self.refused < MOST:
            self.add(args, found)
        if found.call is None or (error_state() is not self.scope[f"{_PREFIX}silent"] and errors_matter()):
            return dispatcher.original(*args)
        for position, others in found.disjoint:
            if any(np.may_share_memory(args[position], args[other]) for other in others):
                return dispatcher.original(*args)
        if any(overlaps_itself(args[position]) for position in found.loose):
            return dispatcher.original(*args)
        if found.below is not None and sum(args[position].size for position in found.below[0]) < MANY:
            return found.below[1](*args)
        return found.call(*args)

    def add(self, args: tuple[Any, ...], found: Specialisation) -> None:
        """A test for calls like this one, where there is one."""
        with self.dispatcher.lock:
            if (
                self.dispatcher.specialisations.get(key(args, self.dispatcher.literals, self.dispatcher.own))
                is not found
            ):
                return  # another thread found that something changed
            names = self.dispatcher.names
            own = bool(found.disjoint) and all(
                args[k].flags.num & _OWN for position, others in found.disjoint for k in (position, *others)
            )
            tests = [
                self.test(name, x, position in self.dispatcher.literals, own)
                for position, (name, x) in enumerate(zip(names, args, strict=True))
            ]
            if any(test is None for test in tests):
                self.refused += 1
                return
            head = f"    if {' and '.join(filter(None, tests)) or 'True'}:\n"
            lines = [f"{_PREFIX}dispatcher.last = {self.hold(found)}"]
            arguments = ", ".join(names)
            if found.call is None:
                lines.append(f"return {_PREFIX}original({arguments})")
                self.plain.append(head + "".join(f"        {line}\n" for line in lines))
                self.write()
                return
            away = [
                f"{names[s]} is {names[o]}" if own else f"{_PREFIX}share({names[s]}, {names[o]})"
                for s, others in found.disjoint
                for o in others
            ]
            away += [f"{_PREFIX}overlaps({names[s]})" for s in found.loose]
            if away:
                lines += [f"if {' or '.join(away)}:", f"    return {_PREFIX}original({arguments})"]
            if found.below is not None:
                positions, small = found.below
                lines.append(f"if {' + '.join(f'{names[k]}.size' for k in positions)} < {MANY}:")
                lines.append(f"    return {self.hold(small)}({arguments})")
            lines.append(f"return {self.hold(found.call)}({arguments})")
            entry = head + "".join(f"        {line}\n" for line in lines)
            if own:  # asked first: where not all arrays own their elements, another entry compares addresses
                self.entries.insert(0, entry)
            else:
                self.entries.append(entry)
            self.write()

    def test(self, name: str, x: Any, shapes_code: bool, own: bool) -> str | None:
        """The condition under which an argument is like this one; None where there is no quick one."""
        kind = type(x)
        if kind is np.ndarray:
            return self.test_array(name, x, own)
        if x is None or (kind is bool and shapes_code):
            return f"{name} is {x}"
        if kind in _PLAIN and (not shapes_code or kind is int):
            return f"{_PREFIX}type({name}) is {self.hold(kind)}" + f" and {name} == {x!r}" * shapes_code
        if shapes_code and kind in _PLAIN:
            return None
        if not has_own_code(x, self.dispatcher.own):
            same = f" and {name}.__code__ is {self.hold(x.__code__)}" if kind is types.FunctionType else ""
            return f"{_PREFIX}type({name}) is {self.hold(kind)}{same}"
        if kind is str:
            return f"{_PREFIX}type({name}) is {self.hold(str)} and {name} == {x!r}"
        if isinstance(x, IDENTIFIED):
            return f"{name} is {self.hold(x)}"
        if kind is tuple and len(x) <= MOST:
            items = [self.test(f"{name}[{k}]", item, False, own) for k, item in enumerate(x)]
            if None in items:
                return None
            return " and ".join(
                [f"{_PREFIX}type({name}) is {self.hold(tuple)} and {_PREFIX}len({name}) == {len(x)}", *items]
            )
        if kind is tuple or isinstance(x, str) or hasattr(x, "_fields") or named_fields(x) is not None:
            return None
        if hasattr(kind, "__dataclass_fields__"):
            return None  # another object of the class may have plain fields
        return f"{_PREFIX}type({name}) is {self.hold(kind)}"

    def test_array(self, name: str, x: np.ndarray, own: bool) -> str | None:
        flags = x.flags.num
        alike = [flags] if own else [flags, flags ^ _OWN]
        known = [self.hold(_flags_objects()[f]) for f in alike if f in _flags_objects()]
        if not known:
            return None
        test = f"{_PREFIX}type({name}) is {_PREFIX}array and {name}.dtype is {self.hold(x.dtype)} and "
        if len(known) == 1:
            test += f"{name}.flags == {known[0]}"
        else:
            test += f"(({_PREFIX}f := {name}.flags) == {known[0]} or {_PREFIX}f == {known[1]})"
        ones = [size == 1 for size in x.shape]
        match x.ndim:
            case 0:
                return f"{test} and {name}.ndim == 0"
            case 1:
                return f"{test} and {name}.ndim == 1 and {_PREFIX}len({name}) {'==' if ones[0] else '!='} 1"
            case 2 if flags & 3 in (1, 2):  # an array with a size of 1 is contiguous in both orders, or in none
                return f"{test} and {name}.ndim == 2"
            case rank:
                sizes = f"{_PREFIX}s"
                test += f" and {_PREFIX}len({sizes} := {name}.shape) == {rank}"
                if not any(ones):
                    return f"{test} and 1 not in {sizes}"
                return test + "".join(
                    f" and {sizes}[{axis}] {'==' if one else '!='} 1" for axis, one in enumerate(ones)
                )

    def hold(self, value: Any) -> str:
        """The name by which the entry point knows a value."""
        for name, held in self.scope.items():
            if held is value:
                return name
        name = f"{_PREFIX}{len(self.scope)}"
        self.scope[name] = value
        return name

    def write(self) -> None:
        """Compile the entry point and put it in the place of the one before."""
        watch, function = self.dispatcher.watch, self.dispatcher.function
        names = ", ".join(self.dispatcher.names)
        text = f"def call({self.parameters()}):\n"
        if self.dispatcher.starred:
            text = "def call(*args, **kwargs):\n    return _mdsl_starred(*args, **kwargs)\n"
            self.scope[f"{_PREFIX}starred"] = self.starred
        text += "".join(self.plain)
        if self.entries and not self.dispatcher.starred:
            missing = f"{_PREFIX}missing"
            changed = [
                f"{self.hold(holder)}.get({name!r}, {missing}) is not {self.hold(value)}"
                for holder, name, value in watch.globals
            ]
            changed += [f"{_PREFIX}changed()"] * bool(watch.others or watch.lists)
            changed.append(f"{_PREFIX}errors() is not {_PREFIX}silent")
            text += f"    if {' or '.join(changed)}:\n        return {_PREFIX}slow({names})\n"
            text += "".join(self.entries)
        if not self.dispatcher.starred:
            text += f"    return {_PREFIX}slow({names})\n"
        made: dict[str, Any] = {}
        exec(compile(text, f"<calls of {function.__name__}>", "exec"), self.scope, made)
        call = made["call"]
        call.__name__, call.__qualname__ = function.__name__, function.__qualname__  # for the TypeErrors of Python
        self.install(call)

    def parameters(self) -> str:
        """The parameters of the original, as source; defaults are held."""
        parts: list[str] = []
        kinds = [p.kind for p in self.dispatcher.signature.parameters.values()]
        for k, parameter in enumerate(self.dispatcher.signature.parameters.values()):
            if parameter.kind is parameter.KEYWORD_ONLY and parameter.KEYWORD_ONLY not in kinds[:k]:
                parts.append("*")
            default = parameter.default
            parts.append(parameter.name if default is parameter.empty else f"{parameter.name}={self.hold(default)}")
            if parameter.kind is parameter.POSITIONAL_ONLY and parameter.POSITIONAL_ONLY not in kinds[k + 1 :]:
                parts.append("/")
        return ", ".join(parts)

    def starred(self, *args: Any, **kwargs: Any) -> Any:
        """A call that only the original can take, because of star parameters."""
        self.dispatcher.last = self.dispatcher.refused()
        return self.dispatcher.function(*args, **kwargs)


@functools.cache
def _flags_objects() -> dict[int, Any]:
    """Flags of arrays by their number: comparing with one takes half the time of asking for the number."""
    square = np.zeros((2, 2))
    cube = np.zeros((2, 2, 2)).transpose(1, 0, 2).copy(order="K")  # in neither order, and it owns its elements
    made = {}
    for array in (np.zeros(2), square, np.zeros((2, 2), order="F"), cube, np.zeros(4)[::2]):
        for view in (False, True):
            for writeable in (True, False):
                one = array[:] if view else array.copy(order="K") if array.flags.owndata else array[:]
                one.flags.writeable = writeable
                made[one.flags.num] = one.flags
    return made


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
            parts.append(x.flags.num & _FLAGS)
            parts.append(len(shape) if 1 not in shape else tuple(size == 1 for size in shape))
        elif kind in _PLAIN:
            parts.append((kind, repr(x)) if is_literal(position, x, literals) else kind)
        else:
            parts.append(_described(x, own))
    return tuple(parts)


def is_literal(position: int, x: Any, literals: Mapping[int, set[Any]]) -> bool:
    """Whether an argument is a number that has code of its own."""
    seen = literals.get(position)
    return seen is not None and type(x) in _PLAIN and (len(seen) < MOST_VALUES or x in seen)


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
        return (x.dtype, x.flags.num & _FLAGS, tuple(size == 1 for size in x.shape))
    if type(x) in _PLAIN:
        return type(x)
    return _described(x, own)


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two indices may name one element: an array made with as_strided, or broadcast and made writeable."""
    return not is_distinct(array)


try:
    from numpy._core.umath import _extobj_contextvar as _extobj  # type: ignore[attr-defined]

    def error_state() -> Any:
        """The object that holds np.errstate's settings: another one wherever they were changed."""
        return _extobj.get()

except ImportError:  # a NumPy that keeps them elsewhere

    def error_state() -> Any:
        return None if all(v in ("ignore", "warn") for v in np.geterr().values()) else object()


def errors_matter() -> bool:
    """Whether np.errstate asks for more than a warning: then the original runs."""
    return any(value not in ("ignore", "warn") for value in np.geterr().values())
