"""A table of small programs: each is a function, the arguments that it is compared on, and how far it compiles."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from check_whole import _outcome, same

import mdsl


@dataclass(frozen=True)
class Program:
    """A function, tuples of arguments, and its status: "full", or "" where being right is enough."""

    function: Callable[..., Any]
    calls: tuple[tuple[Any, ...], ...]
    status: str
    target: str

    def check(self) -> None:
        """Raises AssertionError unless every call does what Python does: results, arguments, exceptions."""
        compiled = mdsl.accelerate(self.function, target=self.target, cache=False)
        for args in self.calls:
            mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                expected, got = _outcome(self.function, mine), _outcome(compiled, theirs)
                report = compiled.explain(*args)
            same(got, expected, 1e-12)
            if isinstance(expected, Exception):
                assert str(got) == str(expected)
            for after, before in zip(theirs, mine, strict=True):
                if isinstance(before, (np.ndarray, list, tuple)):
                    same(after, before, 1e-12)
            reasons = "\n".join(f"{d.code}: {d.message}" for d in report.diagnostics)
            assert self.status in ("", report.status), f"{report.status}\n{reasons}"
            assert "MDSL9" not in reasons, reasons


class Table:
    """The programs of one file: `@table(args, …)` adds one, `table.test()` is the test of them all."""

    def __init__(self) -> None:
        self.programs: list[Program] = []

    def __call__(self, *calls: tuple[Any, ...], status: str = "full", target: str = "python") -> Callable[..., Any]:
        """Add the decorated function, to be compared on each of `calls`."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            self.programs.append(Program(function, calls, status, target))
            return function

        return add

    def test(self) -> Callable[..., None]:
        """A test of every program."""

        @pytest.mark.parametrize("program", self.programs, ids=[p.function.__name__ for p in self.programs])
        def test_program(program: Program) -> None:
            program.check()

        return test_program
