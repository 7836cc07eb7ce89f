"""What does a diagnostic's code mean? The pages of docs/diagnostics, one for each code."""

from __future__ import annotations

import difflib
from pathlib import Path

from .diagnostics import Diagnostic, MdslError

PAGES = Path(__file__).resolve().parent.parent / "docs" / "diagnostics"


def known_codes() -> list[str]:
    return sorted(page.stem for page in PAGES.glob("MDSL*.md"))


def page_of(code: str) -> str:
    """The page of a code, `MDSL204` or `204`. Raises MdslError (MDSL415) where there is none."""
    name = code.upper().strip()
    name = name if name.startswith("MDSL") else f"MDSL{name}"
    page = PAGES / f"{name}.md"
    if name.isalnum() and page.is_file():
        return page.read_text(encoding="utf-8")
    close = difflib.get_close_matches(name, known_codes(), 1)
    hint = f"did you mean {close[0]}?" if close else f"the codes are {', '.join(known_codes())}"
    raise MdslError(Diagnostic("MDSL415", f"there is no code {code}", None, hints=(hint,)))


def first_sentence(code: str) -> str | None:
    """A code's title: what its page is headed with, behind the code."""
    if code not in known_codes():
        return None
    return page_of(code).splitlines()[0].removeprefix(f"# {code}: ")
