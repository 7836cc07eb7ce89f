"""Library calls: what is known of a call of NumPy that is kept whole, in both levels of the IR."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Called:
    """How a call is written, and what it does besides giving its results.

    text      the call, with {0}, {1} … for the operands
    unpacked  whether it gives a tuple, whose items are the results
    written   the operands whose elements it changes
    stateful  whether it changes something that the program does not name (the state of np.random): it may run only once
    loose     the results that need not lie in C order
    """

    text: str
    unpacked: bool = False
    written: tuple[int, ...] = ()
    stateful: bool = False
    loose: tuple[int, ...] = ()

    @property
    def function(self) -> str:
        """The name of what is called."""
        return self.text.partition("(")[0]
