"""Library calls as Python: the call, and the extents that only the run knows where the text uses them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .ops.library import Called


def call_text(called: Called, names: Sequence[str], operands: Sequence[str]) -> str:
    """`u, s, v = np.linalg.svd(a)`."""
    text = called.text.format(*operands)
    if not names:
        return text
    return f"{', '.join(names)}{',' if called.unpacked and len(names) == 1 else ''} = {text}"


def size_text(name: str, array: str, axis: int) -> str:
    return f"{name} = {array}.shape[{axis}]"


class SizeLines:
    """The lines that name extents, so that those can be dropped which nothing below them uses."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found: list[tuple[int, str]] = []

    def add(self, name: str) -> None:
        """The line that was written last names an extent."""
        self.found.append((len(self.lines) - 1, name))

    def drop_unused(self) -> None:
        for at, name in reversed(self.found):
            used = re.compile(rf"\b{re.escape(name)}\b")
            if not any(used.search(line) for line in self.lines[at + 1 :]):
                del self.lines[at]
        self.found = []
