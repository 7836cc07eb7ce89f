"""The decorator: look up the specialisation of a call, make it where it is new, run the original where it cannot be."""

from __future__ import annotations

import functools
import inspect
import os
import threading
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

import numpy as np

from ..passes.context import Options
from ..runtime.waiting import bound_spinning
from .diagnostics import Diagnostic, MdslError, render
from .dispatch import EntryPoint, has_own_code, key, note_own_code
from .explain import Explanation
from .reliance import Watch, unwrapped
from .signature import LiteralSpec, OpaqueSpec, Spec, TupleSpec, literal, spec_of

if TYPE_CHECKING:
    from .source import FunctionSource

_CHANGES = 8  # of what code relies on, after which more and more calls are waited for until it is made again
P = ParamSpec("P")
R = TypeVar("R")


class MdslWarning(UserWarning):
    """A function, or a part of it, runs as the Python that it was; the message says why. Once for each signature."""


@dataclass(frozen=True)
class Below:
    """What runs where the arguments at these positions, which are arrays, have fewer elements together."""

    arrays: tuple[int, ...]
    elements: int
    call: Callable[..., Any]


@dataclass(frozen=True)
class Specialisation:
    """The compiled function for one key, or the reason why there is none (`call` None: the original runs)."""

    call: Callable[..., Any] | None
    explanation: Explanation
    #: positions of two arrays, one of them stored to, that must not overlap
    disjoint: tuple[tuple[int, int], ...] = ()
    #: positions of stored parameters of any layout, whose own elements must not overlap
    loose: tuple[int, ...] = ()
    #: whether it is faster than NumPy on a few elements too
    small: bool = True
    #: what runs in place of `call` where the arrays have few elements
    below: Below | None = None


@overload
def accelerate(fn: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def accelerate(
    *,
    target: str = ...,
    parallel: bool = ...,
    fastmath: bool = ...,
    cache: bool = ...,
    boundscheck: bool = ...,
    fallback: bool = ...,
    signatures: Sequence[Any] | None = ...,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def accelerate(
    fn: Callable[P, R] | None = None,
    *,
    target: str = "auto",
    parallel: bool = True,
    fastmath: bool = False,
    cache: bool = True,
    boundscheck: bool = True,
    fallback: bool = True,
    signatures: Sequence[Any] | None = None,
) -> Any:
    """Compile a NumPy function for the arguments that it is called with; it behaves as NumPy would.

    target       "auto", "numba", "numpy", "python", "cuda", or the name of a registered target
    parallel     use several threads where it pays
    fastmath     reassociate, and take NaN, infinities and signed zeros for absent
    cache        keep generated modules and machine code in the user's cache folder
    boundscheck  check computed subscripts (always where the check costs nothing)
    fallback     run the original where a call cannot be compiled; False raises MdslError instead
    signatures   tuples of example arguments to compile for at once

    The result has `__wrapped__` and `py_func` (the original), `explain(*args)`, and `last_report`.
    """
    if fn is None:
        return functools.partial(
            accelerate,
            target=target,
            parallel=parallel,
            fastmath=fastmath,
            cache=cache,
            boundscheck=boundscheck,
            fallback=fallback,
            signatures=signatures,
        )
    if isinstance(fn, (staticmethod, classmethod)):
        return type(fn)(
            accelerate(
                fn.__func__,
                target=target,
                parallel=parallel,
                fastmath=fastmath,
                cache=cache,
                boundscheck=boundscheck,
                fallback=fallback,
                signatures=signatures,
            )
        )
    fn = unwrapped(fn)  # an accelerated function is compiled anew, with these options
    if not isinstance(fn, types.FunctionType):
        raise TypeError(f"accelerate wants a Python function, not {type(fn).__name__}")
    if target not in ("auto", "numba", "numpy", "python", "cuda"):
        from ..targets.base import target_names

        if target not in target_names():
            raise ValueError(f"no target `{target}`; known are auto, {', '.join(target_names())}")
    if parallel and target in ("auto", "numba"):
        bound_spinning()  # before anybody loads the threads' library
    dispatcher = Dispatcher(fn, target, Options(parallel, fastmath, boundscheck), cache, fallback)
    for example in signatures or ():
        dispatcher.explain(*example)
    return dispatcher.wrapper()


class Dispatcher:
    """The specialisations of one function, by the description of the arguments."""

    def __init__(
        self,
        function: types.FunctionType,
        target: str,
        options: Options,
        cache: bool,
        fallback: bool,
        source: FunctionSource | None = None,
        nested: bool = False,
    ) -> None:
        self.function = function
        self.nested = nested or source is not None  # part of another function, which speaks for it
        self.source = source  # of a part of a function, which has no text of its own
        self.parts: list[Dispatcher] = []
        self.target = target
        self.options = options
        self.cache = cache
        self.fallback = fallback
        self.specialisations: dict[Any, Specialisation] = {}
        self.literals: dict[int, set[Any]] = {}
        self.own: dict[Any, list[Any]] = {}  # functions and texts that have code of their own
        self.lock = threading.RLock()
        self.largest = 0  # elements of an array that code was made for
        self.watch = Watch()  # of what compiled code took as constants
        self.changes = 0  # of these
        self.waiting = 0  # calls that the original serves until code is made again
        self.signature = inspect.signature(function)
        self.names = tuple(self.signature.parameters)
        kinds = [p.kind for p in self.signature.parameters.values()]
        self.starred = any(kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD) for kind in kinds)
        self.keywords = self.names[len(kinds) - kinds.count(inspect.Parameter.KEYWORD_ONLY) :]
        self.original = positional(function, self.keywords)
        self.entry = EntryPoint(self)

    # -- calling

    def wrapper(self) -> Callable[..., Any]:
        """The function that users call. It is a plain one: it binds as a method, and is pickled by its name."""
        function: Any = self.entry.function
        function.dispatcher = self
        function.py_func = self.function
        function.explain = self.explain
        function.last_report = None  # of the latest call
        return function

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
        """The arguments in the order of the parameters; None where only the original can take them (or refuse them)."""
        if self.starred:
            return None
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError:
            return None
        bound.apply_defaults()
        return (*bound.args, *bound.kwargs.values())

    def refused(self) -> Specialisation:
        """What stands for a call that only the original can take, because of star parameters."""
        found = self.specialisations.get(None)
        if found is None:
            reason = Diagnostic("MDSL201", "a function with star parameters is not compiled", None)
            found = Specialisation(None, Explanation(self.function.__name__, "none", (reason,), target=self.target))
            self.specialisations[None] = found
            if not self.nested:
                self.complain(found.explanation)
        return found

    # -- compiling

    def rebound(self) -> bool:
        """Whether something that compiled code relies on is another now; then all is forgotten."""
        if not self.watch.changed():
            return False
        with self.lock:
            self.specialisations.clear()
            self.watch.clear()
            self.entry.clear()
            self.changes += 1
            self.waiting = 4 ** (self.changes - _CHANGES) if self.changes > _CHANGES else 0
        return True

    def unsettled(self) -> Specialisation:
        """What stands for a call before which something has changed too often for code to be made."""
        reason = Diagnostic("MDSL306", "a value that compiled code takes as a constant changes from call to call", None)
        return Specialisation(None, Explanation(self.function.__name__, "none", (reason,), target=self.target))

    def known(self, args: tuple[Any, ...]) -> Specialisation | None:
        """The specialisation for arguments like these, where it has been made."""
        return self.specialisations.get(key(args, self.literals, self.own))

    def specialise(self, args: tuple[Any, ...]) -> Specialisation:
        with self.lock:
            found = self.known(args)
            if found is None:
                literals = len(self.literals)
                self.largest = max(self.largest, *(x.size for x in args if type(x) is np.ndarray), 0)
                note_own_code(args, self.own)
                found = self._specialise(args)
                if len(self.literals) != literals:
                    self.entry.clear()  # a number shapes the code from now on
                self.specialisations[key(args, self.literals, self.own)] = found
                if found.explanation.status != "full" and not self.nested:
                    self.complain(found.explanation)
            return found

    def _specialise(self, args: tuple[Any, ...]) -> Specialisation:
        from .build_module import specialise

        if "MDSL_RECORD" in os.environ and not self.nested:
            from .recording import note

            note(self.function, self.names, args)
        return specialise(self, args)

    def complain(self, explanation: Explanation) -> None:
        first = (
            explanation.diagnostics[0] if explanation.diagnostics else Diagnostic("MDSL300", "it is not compiled", None)
        )
        what = "runs as Python" if explanation.status == "none" else "is compiled in part"
        text = f"`{self.function.__name__}` {what}: {render(first, _file_text(first))}"
        if not self.fallback and explanation.status == "none":
            raise MdslError(*explanation.diagnostics)
        warnings.warn(text, MdslWarning, stacklevel=5)

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """What becomes of the function for these arguments: compiles it, does not run it."""
        bound = args if not kwargs and len(args) == len(self.names) else self.bind(args, kwargs)
        if bound is None and self.starred:
            return self.refused().explanation
        if bound is None:
            raise TypeError(f"these are not the arguments of {self.function.__name__}{self.signature}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MdslWarning)
            return self.specialise(bound).explanation


def positional(function: Callable[..., Any], keywords: Sequence[str]) -> Callable[..., Any]:
    """`function` called with all its arguments in order, of which it takes the last, `keywords`, by name alone."""
    if not keywords:
        return function
    names = inspect.signature(function).parameters
    given = ", ".join(f"{n}={n}" if n in keywords else n for n in names)
    return eval(f"lambda {', '.join(names)}: _mdsl_function({given})", {"_mdsl_function": function})


def disabled() -> bool:
    return os.environ.get("MDSL_DISABLE", "0") not in ("", "0")


def signature_for(
    names: Sequence[str], args: Sequence[Any], literals: Sequence[int], own: Mapping[Any, list[Any]]
) -> dict[str, Spec]:
    """The signature of a call. Raises Unsupported for an argument that no specialisation is made for."""
    specs: dict[str, Spec] = {}
    for position, (name, value) in enumerate(zip(names, args, strict=True)):
        spec = spec_of(value)
        if position in literals:
            specs[name] = literal(spec, value) if type(value) is tuple else LiteralSpec(value)
        else:
            specs[name] = _shared(spec, own)
    return specs


def _shared(spec: Spec, own: Mapping[Any, list[Any]]) -> Spec:
    """The description without the functions and texts that have no code of their own."""
    match spec:
        case LiteralSpec(value) if not has_own_code(value, own):
            return OpaqueSpec(f"one of many {'texts' if isinstance(value, str) else 'functions with one body'}")
        case TupleSpec(items):
            return replace(spec, items=tuple(_shared(item, own) for item in items))
        case _:
            return spec


def _file_text(diagnostic: Diagnostic) -> str | None:
    if diagnostic.span is None:
        return None
    import linecache

    return "".join(linecache.getlines(diagnostic.span.file)) or None
