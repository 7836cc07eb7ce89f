"""The decorator: look up the specialisation of a call, make it where it is new, run the original where it cannot be."""

from __future__ import annotations

import functools
import inspect
import os
import threading
import types
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

import numpy as np

from ..passes.context import Options
from ..runtime.waiting import bound_spinning
from .diagnostics import Diagnostic, MdslError, render
from .explain import Explanation
from .reliance import Watch
from .signature import LiteralSpec, Spec, named_fields, spec_of

if TYPE_CHECKING:
    from .source import FunctionSource

P = ParamSpec("P")
R = TypeVar("R")

_ALIGNED, _WRITEABLE = 0x100, 0x400
_FLAGS = 1 | 2 | _ALIGNED | _WRITEABLE  # what of ndarray.flags.num a specialisation depends on
_MAX_LITERALS = 8  # values of one literal argument that get code of their own
_PLAIN = frozenset({bool, int, float, complex, *(np.dtype(c).type for c in "?bBhHiIlLqQefdFD")})
_REMEMBERED = 512  # shapes that a function remembers before it forgets them all


class MdslWarning(UserWarning):
    """A function, or a part of it, runs as the Python that it was; the message says why. Once for each signature."""


@dataclass(frozen=True)
class Specialisation:
    """The compiled function for one key, or the reason why there is none (`call` None: the original runs)."""

    call: Callable[..., Any] | None
    explanation: Explanation
    #: for each stored parameter its position and those of the arrays that it must not overlap
    disjoint: tuple[tuple[int, tuple[int, ...]], ...] = ()
    #: positions of stored parameters of any layout, whose own elements must not overlap
    loose: tuple[int, ...] = ()


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
        self.memo: dict[tuple[Any, ...], Specialisation] = {}  # by dtypes, flags and sizes as they are: quick to ask
        self.literals: dict[int, set[Any]] = {}
        self.lock = threading.RLock()
        self.last: Specialisation | None = None
        self.watch = Watch()  # of what compiled code took as constants
        self.signature = inspect.signature(function)
        self.names = tuple(self.signature.parameters)
        kinds = [p.kind for p in self.signature.parameters.values()]
        self.starred = any(kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD) for kind in kinds)
        self.keywords = self.names[len(kinds) - kinds.count(inspect.Parameter.KEYWORD_ONLY) :]
        self.original = positional(function, self.keywords)

    # -- calling

    def wrapper(self) -> Callable[..., Any]:
        function, original, memo, changed = self.function, self.original, self.memo, self.watch.changed
        count = len(self.names) if self.original is self.function and not self.starred else -1
        exact_key = _exact_key(len(self.names))
        default_errors = _error_state()

        def call(*args: Any, **kwargs: Any) -> Any:
            if kwargs or len(args) != count:
                bound = self.bind(args, kwargs)
                if bound is None:
                    self.last = self.refused()
                    return function(*args, **kwargs)
                args = bound
            exact = exact_key(*args)
            found = memo.get(exact)
            if found is None or changed():
                found = self.find(args, exact)
            self.last = found
            if found.call is None or (_error_state() is not default_errors and _errors_matter()):
                return original(*args)
            for position, others in found.disjoint:
                for other in others:
                    if np.may_share_memory(args[position], args[other]):
                        return original(*args)
            for position in found.loose:
                if _overlaps_itself(args[position]):
                    return original(*args)
            return found.call(*args)

        # the call is a static method of a class of its own: nothing stands between it and its arguments
        kind = type("accelerated", (_Accelerated,), {"__call__": staticmethod(call), "__module__": __name__})
        return kind(self)

    def find(self, args: tuple[Any, ...], exact: tuple[Any, ...]) -> Specialisation:
        """The specialisation for a call that was not seen with these sizes, or after something changed."""
        self.rebound()
        found = self.specialisations.get(self.key(args))
        if found is None:
            found = self.specialise(args)
        if not self.literals and all(type(x) is np.ndarray or type(x) in _PLAIN for x in args):
            if len(self.memo) >= _REMEMBERED:
                self.memo.clear()
            self.memo[exact] = found
        return found

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

    def refused(self) -> Specialisation | None:
        """What stands for a call that only the original can take, because of star parameters."""
        if not self.starred:
            return self.last
        found = self.specialisations.get(None)
        if found is None:
            reason = Diagnostic("MDSL201", "a function with star parameters is not compiled", None)
            found = Specialisation(None, Explanation(self.function.__name__, "none", (reason,), target=self.target))
            self.specialisations[None] = found
            if not self.nested:
                self.complain(found.explanation)
        return found

    def key(self, args: tuple[Any, ...]) -> Any:
        """What the specialisation depends on, cheap to read off."""
        key: list[Any] = []
        for position, x in enumerate(args):
            kind = type(x)
            if kind is np.ndarray:
                shape = x.shape
                key.append(x.dtype)
                key.append(x.flags.num & _FLAGS)
                key.append(len(shape) if 1 not in shape else tuple(size == 1 for size in shape))
            elif kind in _PLAIN:
                key.append(kind if position not in self.literals else (kind, x))
            else:
                key.append(_described(x))
        return tuple(key)

    # -- compiling

    def rebound(self) -> bool:
        """Whether something that compiled code relies on is another now; then all is forgotten."""
        if not self.watch.changed():
            return False
        with self.lock:
            self.memo.clear()
            self.specialisations.clear()
            self.watch.clear()
        return True

    def specialise(self, args: tuple[Any, ...]) -> Specialisation:
        with self.lock:
            key = self.key(args)
            found = self.specialisations.get(key)
            if found is None:
                found = self._specialise(args)
                self.memo.clear()  # a number may shape the code from now on
                self.specialisations[self.key(args)] = found
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
            found = self.refused()
            assert found is not None
            return found.explanation
        if bound is None:
            raise TypeError(f"these are not the arguments of {self.function.__name__}{self.signature}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MdslWarning)
            return self.specialise(bound).explanation


class _Accelerated:
    """A function that is accelerated: calls, binds as a method, and answers what the original answers."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        functools.update_wrapper(self, dispatcher.function)
        self.dispatcher = dispatcher
        self.py_func = dispatcher.function
        self.explain = dispatcher.explain
        self.__signature__ = dispatcher.signature

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    @property
    def last_report(self) -> Explanation | None:
        """What became of the latest call; None before the first."""
        return None if self.dispatcher.last is None else self.dispatcher.last.explanation

    def __repr__(self) -> str:
        return f"<accelerated {self.dispatcher.function!r}>"

    def __reduce__(self) -> str:
        return self.dispatcher.function.__qualname__


def positional(function: Callable[..., Any], keywords: Sequence[str]) -> Callable[..., Any]:
    """`function` called with all its arguments in order, of which it takes the last, `keywords`, by name alone."""
    if not keywords:
        return function
    first = -len(keywords)

    def call(*args: Any) -> Any:
        return function(*args[:first], **dict(zip(keywords, args[first:], strict=True)))

    return call


@functools.cache
def _exact_key(count: int) -> Callable[..., tuple[Any, ...]]:
    """A function that tells `count` arguments apart: arrays by dtype, flags and sizes, all else by its class.

    Written out for the count, which takes half the time of a loop over the arguments; and flat where all are arrays,
    which takes two thirds of the time of a tuple for each.
    """
    names = [f"a{k}" for k in range(count)]
    flat = [f"{n}.dtype, {n}.flags.num, {n}.shape, " for n in names]
    parts = [f"({n}.dtype, {n}.flags.num, {n}.shape) if type({n}) is ndarray else type({n}), " for n in names]
    scope: dict[str, Any] = {"ndarray": np.ndarray}
    exec(
        f"def exact({', '.join(names)}):\n"
        f"    if {' and '.join(f'type({n}) is ndarray' for n in names) or 'False'}:\n"
        f"        return ({''.join(flat)})\n"
        f"    return ({''.join(parts)})",
        scope,
    )
    return scope["exact"]


def disabled() -> bool:
    return os.environ.get("MDSL_DISABLE", "0") not in ("", "0")


def signature_for(names: Sequence[str], args: Sequence[Any], literals: Sequence[int] = ()) -> dict[str, Spec]:
    """The signature of a call. Raises Unsupported for an argument that no specialisation is made for."""
    specs: dict[str, Spec] = {}
    for position, (name, value) in enumerate(zip(names, args, strict=True)):
        specs[name] = LiteralSpec(value) if position in literals else spec_of(value)
    return specs


def _described(x: Any) -> Any:
    """The key of an argument that is neither an array nor a number."""
    if x is None or isinstance(x, (str, np.dtype, type, types.FunctionType, types.BuiltinFunctionType, np.ufunc)):
        return x
    if type(x) in (tuple, list) or hasattr(x, "_fields"):
        return (type(x), *(_described_item(item) for item in x))
    if (names := named_fields(x)) is not None:
        return (type(x), *(_described_item(getattr(x, name)) for name in names))
    return type(x)


def _described_item(x: Any) -> Any:
    if type(x) is np.ndarray:
        return (x.dtype, x.flags.num & _FLAGS, tuple(size == 1 for size in x.shape))
    if type(x) in _PLAIN:
        return type(x)
    return _described(x)


def _overlaps_itself(array: np.ndarray) -> bool:
    """Whether two indices may name one element: an array made with as_strided, or broadcast and made writeable."""
    reach = 0
    for stride, size in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < max(reach, array.itemsize):
            return True
        reach = stride * (size - 1) + max(reach, array.itemsize)
    return False


def _file_text(diagnostic: Diagnostic) -> str | None:
    if diagnostic.span is None:
        return None
    import linecache

    return "".join(linecache.getlines(diagnostic.span.file)) or None


try:
    from numpy._core.umath import _extobj_contextvar as _extobj  # type: ignore[attr-defined]

    def _error_state() -> Any:
        """The object that holds np.errstate's settings: another one wherever they were changed."""
        return _extobj.get()

except ImportError:  # a NumPy that keeps them elsewhere

    def _error_state() -> Any:
        return None if all(v in ("ignore", "warn") for v in np.geterr().values()) else object()


def _errors_matter() -> bool:
    """Whether np.errstate asks for more than a warning: then the original runs."""
    return any(value not in ("ignore", "warn") for value in np.geterr().values())
