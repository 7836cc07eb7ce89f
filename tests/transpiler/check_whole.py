"""Calls a function and its compiled form on copies of the same arguments, and compares all that a caller can see."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import mdsl


def check_whole(function: Callable[..., Any], *args: Any, target: str = "python", rtol: float = 1e-13) -> None:
    """Raises AssertionError unless `function` is compiled whole and does what Python does: results, arguments, errors.

    `rtol` is how far floating-point results may be off.
    """
    compiled = mdsl.accelerate(function, target=target, cache=False)
    mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected, got = _outcome(function, mine), _outcome(compiled, theirs)
        same(got, expected, rtol)
        same(theirs, mine, rtol)
        report = compiled.explain(*args)
    assert report.status == "full", "\n".join(map(str, report.diagnostics))


def check_right(function: Callable[..., Any], *args: Any, target: str = "python", rtol: float = 1e-13) -> str:
    """As `check_whole`, for what may be compiled in part or run as Python; the status."""
    compiled = mdsl.accelerate(function, target=target, cache=False)
    mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected, got = _outcome(function, mine), _outcome(compiled, theirs)
        same(got, expected, rtol)
        same(theirs, mine, rtol)
        return str(compiled.explain(*args).status)


def _outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return function(*args)
    except Exception as error:  # whatever the function raises is what is compared
        return error


def same(got: Any, expected: Any, rtol: float = 0.0) -> None:
    """Equal in type, dtype, shape and elements; exceptions in type, and in their message but for NumPy's own."""
    if isinstance(expected, Exception) or isinstance(got, Exception):
        assert type(got) is type(expected), f"{got!r} instead of {expected!r}"
        return
    assert type(got) is type(expected), f"{type(got)} {got!r} instead of {type(expected)} {expected!r}"
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for mine, theirs in zip(got, expected, strict=True):
            same(mine, theirs, rtol)
    elif isinstance(expected, dict):
        same(tuple(got.items()), tuple(expected.items()), rtol)
    elif isinstance(expected, (np.ndarray, np.generic)):
        assert got.dtype == expected.dtype and got.shape == expected.shape, f"{got!r} instead of {expected!r}"
        if expected.dtype.kind in "fc" and rtol:
            np.testing.assert_allclose(got, expected, rtol=max(rtol, 2 * np.finfo(expected.dtype).eps))
        else:
            np.testing.assert_array_equal(got, expected)
    elif isinstance(expected, (float, complex)):
        np.testing.assert_allclose(got, expected, rtol=rtol)
    else:
        assert got == expected or (got != got and expected != expected)
