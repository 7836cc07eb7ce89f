"""How does an output say what mdsl wrote into it? A header, marked regions and commented-out lines, all undone again.

Nothing is imported for it, so that a file whose output is up to date costs a hook next to nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .textfile import lines_of

#: In front of a line of the source that the output does without.
WAS = "# mdsl: was: "
#: The region of what all functions of a file share. No function has a name with a space in it.
SHARED = "shared code"

_HEADER = re.compile(
    r"# mdsl (?P<version>[\w.+-]+): (?:generated from (?P<origin>.+)|compiled in place) "
    r"\(sha256 (?P<key>[0-9a-f]{16})(?P<problems>, with problems)?\)"
)
_OTHER = re.compile(r"# mdsl: also from (?P<file>.+) \(sha256 (?P<digest>[0-9a-f]{16})\)\s*")
_HEADER_LINES = 3  # below the interpreter's and the encoding's lines
_BEGIN = re.compile(r"# mdsl: begin (?P<name>\w+|shared code) \(sha256 (?P<digest>[0-9a-f]{16})\)\s*")
_WAS_LINE = re.compile(rf"([ \t\f]*)(?:pass  )?{WAS}")
_CONFLICT = re.compile(r"(<{7}|={7}|>{7})(\s|$)")


@dataclass(frozen=True)
class Output:
    """What an output says of itself: the text that it was made from, the name of that file (None: compiled in place).

    `key` stands for all that it was made from but for `others`, files of which something was inlined, with their
    digests; `edited` are the regions that are not as mdsl left them.
    """

    source: str
    origin: str | None
    key: str
    version: str
    problems: bool
    edited: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def key_of(version: str, source: str, asked: str) -> str:
    """Stands for all that an output is made from: while it is the same, the output is."""
    return digest(version, source, asked)


def header(version: str, origin: str | None, key: str, problems: bool = False) -> str:
    """The line that says what an output was made from."""
    made, advice = f"generated from {origin}", "edit that file, not this one"
    if origin is None:
        made, advice = "compiled in place", "edit the functions `_…_numpy`, and run mdsl again"
    return f"# mdsl {version}: {made} (sha256 {key}{', with problems' * problems}); {advice}."


def other_line(file: str, digest: str) -> str:
    """The line below the header that says which other file an output holds something of."""
    return f"# mdsl: also from {file} (sha256 {digest})"


def region(name: str, lines: Iterable[str]) -> list[str]:
    """Lines with marks around them: `begin` with a digest by which an edit is noticed, and `end`."""
    content = list(lines)
    return [f"# mdsl: begin {name} (sha256 {digest(*content)})", *content, f"# mdsl: end {name}"]


def read_output(text: str) -> Output | None:
    """What mdsl wrote into `text`, and the source that it was made from; None where it is no output."""
    lines = lines_of(text)
    head = next(((k, m) for k, line in enumerate(lines[:_HEADER_LINES]) if (m := _HEADER.match(line))), None)
    if head is None:
        return None
    at, match = head
    others = list(itertools.takewhile(bool, map(_OTHER.fullmatch, lines[at + 1 :])))
    source: list[str] = []
    names: list[str] = []
    edited: list[str] = []
    k = 0
    while k < len(lines):
        begin = _BEGIN.fullmatch(lines[k])
        end = None if begin is None else _end_of(begin["name"], lines, k)
        if begin is not None and end is not None:
            name = begin["name"]
            if digest(*(line.rstrip("\r\n") for line in lines[k + 1 : end])) != begin["digest"]:
                edited.append(name)
            if name == SHARED:
                k = end + 3  # two empty lines below it
            else:
                names.append(name)
                del source[len(source) - 2 :]  # two empty lines above it
                if source:  # the line above had its end from mdsl, and its own stands behind the region
                    source[-1] = source[-1].rstrip("\r\n") + lines[end][len(lines[end].rstrip("\r\n")) :]
                k = end + 1
            continue
        if not at <= k <= at + len(others):
            source.append(_WAS_LINE.sub(r"\1", lines[k], count=1) if _WAS_LINE.match(lines[k]) else lines[k])
        k += 1
    return Output(
        "".join(_renamed(source, names)),
        match["origin"],
        match["key"],
        match["version"],
        match["problems"] is not None,
        tuple(edited),
        tuple((other["file"], other["digest"]) for other in others if other is not None),
    )


def _end_of(name: str, lines: Sequence[str], start: int) -> int | None:
    end = f"# mdsl: end {name}"
    return next((k for k in range(start + 1, len(lines)) if lines[k].rstrip("\r\n") == end), None)


def _renamed(lines: list[str], names: Sequence[str]) -> list[str]:
    """The functions under their own names."""
    for name in names:
        definition = re.compile(rf"(\f*def\s+)_{name}_numpy\b")
        lines = [definition.sub(rf"\g<1>{name}", line) if definition.match(line) else line for line in lines]
    return lines


def in_conflict(text: str) -> bool:
    """Whether a merge left both sides in the text."""
    return sum(_CONFLICT.match(line) is not None for line in lines_of(text)) >= 3
