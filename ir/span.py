"""Where in the user's file something stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A region of a source file; lines and columns count from 1, the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


Spans = frozenset[Span]
NOWHERE: Spans = frozenset()


def lines_text(spans: Spans) -> str:
    """The lines that `spans` cover, as a reader writes them: "heat.py:12-14, 17".

    >>> first, second = Span("heat.py", 12, 1, 14, 9), Span("heat.py", 17, 1, 17, 2)
    >>> lines_text(frozenset({first, second}))
    'heat.py:12-14, 17'
    """
    texts = []
    for file in sorted({span.file for span in spans}):
        lines = sorted({n for s in spans if s.file == file for n in range(s.line, s.end_line + 1)})
        runs: list[list[int]] = []
        for line in lines:
            if runs and line == runs[-1][1] + 1:
                runs[-1][1] = line
            else:
                runs.append([line, line])
        name = file.replace("\\", "/").rsplit("/", 1)[-1]
        texts.append(f"{name}:" + ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs))
    return "; ".join(texts)
