"""The sentences of docs/semantics.md, and which tests stand for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "semantics.md"


def sentences() -> tuple[str, ...]:
    """Every sentence of the page below its introduction, on one line, without marks of emphasis."""
    text = PAGE.read_text(encoding="utf-8").split("\n\n", 2)[2]
    found = []
    for paragraph in text.split("\n\n"):
        plain = re.sub(r"\*\*[^*]+\.\*\*\s*", "", " ".join(paragraph.split()))
        found += re.split(r"(?<=[.]) (?=[A-Z0-9`])", plain)
    return tuple(found)


def says(start: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a test of the sentence that begins with `start`. Raises ValueError where no sentence does."""
    known = [sentence for sentence in sentences() if sentence.startswith(start)]
    if len(known) != 1:
        raise ValueError(f"{len(known)} sentences begin with {start!r}")

    def mark(test: Callable[..., Any]) -> Callable[..., Any]:
        test.sentences = (*getattr(test, "sentences", ()), known[0])  # type: ignore[attr-defined]
        return test

    return mark
