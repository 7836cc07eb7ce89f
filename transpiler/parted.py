"""Which parts of a function that is not compiled whole are worth their calls? All others go back to Python.

What a part is, is known when it is reached first. So the function runs with all its parts at first, and is made again
without those that were refused, or gain nothing. Where none is left, the original runs.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .explain import Explanation
from .partial import Part, split
from .worth import MANY

if TYPE_CHECKING:
    from .accelerate import Below, Dispatcher
    from .source import FunctionSource

_CALLS = 3  # after which the parts that no call has come to yet are waited for no more


class Parted:
    """A function in parts, for one signature; `specialisation` is what the calls get until it is settled."""

    def __init__(self, dispatcher: Dispatcher, source: FunctionSource, whole: Explanation) -> None:
        from .accelerate import Specialisation

        self.dispatcher, self.source, self.whole = dispatcher, source, whole
        self.parts: dict[str, tuple[Dispatcher, Callable[..., Any]]] = {}
        self.left: frozenset[str] = frozenset()
        self.calls = 0
        self.call = self.split(self.left)
        explanation = whole if self.call is None else replace(whole, status="partial")
        self.specialisation = Specialisation(None if self.call is None else self.first, explanation)

    def split(self, left: frozenset[str]) -> Callable[..., Any] | None:
        """The function without the parts that are left to Python; None where that is all of it."""
        from .accelerate import positional

        reason = self.whole.diagnostics[0] if self.whole.diagnostics else None
        if reason is None:
            return None
        call = split(self.dispatcher.function, self.source, reason, self.part, self.helper, left)
        return None if call is None else positional(call, self.dispatcher.keywords)

    def part(self, part: Part) -> Callable[..., Any]:
        return self.made(part.name, part.function, source=part.source)

    def helper(self, name: str, function: types.FunctionType) -> Callable[..., Any]:
        return self.made(name, function, nested=True)

    def made(self, name: str, function: types.FunctionType, **what: Any) -> Callable[..., Any]:
        """A part as it is called, the same one in each split."""
        from .accelerate import Dispatcher

        if name not in self.parts:
            outer = self.dispatcher
            inner = Dispatcher(function, outer.target, outer.options, outer.cache, True, **what)
            outer.parts.append(inner)
            self.parts[name] = (inner, inner.wrapper())
        return self.parts[name][1]

    # -- settling

    def first(self, *args: Any) -> Any:
        """One of the first calls; what it has shown is looked at when it is over."""
        call = self.call or self.dispatcher.original
        try:
            return call(*args)
        finally:
            self.settle(args)

    def settle(self, args: tuple[Any, ...]) -> None:
        """Leave to Python what the calls so far have shown to be no gain."""
        with self.dispatcher.lock:
            self.calls += 1
            met = {name: [*inner.specialisations.values()] for name, (inner, _) in self.parts.items()}
            refused = {name for name, found in met.items() if found and all(s.call is None for s in found)}
            slow = {
                name for name, found in met.items() if found and not any(s.small for s in found if s.call is not None)
            } - refused
            sized = tuple(k for k, x in enumerate(args) if type(x) is np.ndarray)
            if not sized:  # nothing tells how large the arrays of a call are but those of the calls so far
                refused |= {name for name in slow if self.parts[name][0].largest < MANY}
                slow -= refused
            if refused != self.left:
                self.left = frozenset(refused)
                self.call = self.split(self.left)
            if self.calls < _CALLS and not all(met.values()):
                return
            from .accelerate import Below

            below = None
            if slow and self.call is not None:
                below = Below(sized, MANY, self.split(self.left | slow) or self.dispatcher.original)
            self.replace(below if sized else None)

    def replace(self, below: Below | None) -> None:
        """Put what is settled in the place of the first specialisation."""
        dispatcher, found = self.dispatcher, self.specialisation
        explanation = self.whole if self.call is None else found.explanation
        self.specialisation = replace(found, call=self.call, explanation=explanation, below=below)
        for key, value in dispatcher.specialisations.items():
            if value is found:
                dispatcher.specialisations[key] = self.specialisation
        dispatcher.entry.clear()
