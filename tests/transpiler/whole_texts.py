"""Expressions as functions of the values that they name: compiled whole, they do what NumPy does."""

from __future__ import annotations

import itertools
import linecache
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from check_whole import check_right, check_whole

_counter = itertools.count()


def function_of(text: str, values: Mapping[str, Any]) -> tuple[Callable[..., Any], list[Any]]:
    """`text`, an expression or the lines of a body, as a function, and the arguments that it takes."""
    names = [n for n in values if re.search(rf"(?<![\w.'\"]){n}(?![\w'\"])(?!\s*=[^=])", text)]
    lines = text.strip("\n").splitlines() if "\n" in text else [f"return {text}"]
    source = f"def f({', '.join(names)}):\n" + "".join(f"    {line}\n" for line in lines)
    file = f"whole_text_{next(_counter)}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope: dict[str, Any] = {"np": np}
    exec(compile(source, file, "exec"), scope)
    return scope["f"], [values[n] for n in names]


def check_text(text: str, values: Mapping[str, Any], target: str = "python", rtol: float = 1e-12) -> None:
    """Raises AssertionError unless the text is compiled whole and does what Python does with it."""
    function, args = function_of(text, values)
    check_whole(function, *args, target=target, rtol=rtol)


def check_text_right(text: str, values: Mapping[str, Any], target: str = "python", rtol: float = 1e-12) -> str:
    """As `check_text`, for what may run as Python; the status."""
    function, args = function_of(text, values)
    return check_right(function, *args, target=target, rtol=rtol)
