"""Does a transpiled function compute what its original computes? Both run on random arguments of its signatures."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import click
import numpy as np

from . import report
from .diagnostics import Diagnostic, MdslError
from .marks import read_output
from .outcome import Request
from .signature import ArraySpec, LiteralSpec, ScalarSpec, Spec, TupleSpec
from .signature_file import signatures_of
from .textfile import TextFile, read
from .transpile_module import FunctionResult, transpile_module

_SIZES = (5, 2, 3, 4, 7, 16, 33)
#: In units of the last place of the result's dtype, relative to the largest element: what rounding may come to.
TOLERANCE = 1024


@dataclass
class Comparison:
    """What the runs of one function showed."""

    runs: int = 0
    served: int = 0  # by compiled code
    raised: int = 0  # alike, by both
    deviation: float = 0.0  # the largest, in units in the last place
    difference: str = ""  # what is no matter of rounding

    @property
    def is_good(self) -> bool:
        return not self.difference and self.deviation <= TOLERANCE and self.served > 0


def verify_file(file: str, request: Request, signatures: str | None, runs: int, seed: int) -> int:
    """Compare each compiled function of a file with its original, and say how far they are apart.

    The exit code: 0 where all agree, 1 where one does not or is not compiled. Raises MdslError where there is nothing
    to verify.
    """
    original = read(file)
    made = read_output(original.text)
    source = file if made is None or made.origin is None else os.path.join(os.path.dirname(file), made.origin)
    request = replace(request, recorded=signatures_of(source, signatures))
    result = transpile_module(original.text, file, request)
    if not result.functions:
        raise MdslError(Diagnostic("MDSL406", f"`{file}` has no function to verify", None))
    worst = 0
    # an output is verified as it is, a source as it would be transpiled
    is_output = made is not None
    module = _load(file, original, original.text if is_output else result.text)
    for function in result.functions:
        if is_output and not hasattr(module, f"_{function.name}_numpy"):
            continue
        if function.replacement is None:
            click.echo(f"{function.name}: not compiled")
            report.show((d for d in function.diagnostics if d.code != report.ASSUMED), result.source)
            worst = 1
            continue
        rng = np.random.default_rng([seed, len(function.name), *function.name.encode()])
        comparison = compare(module, function, runs, rng)
        click.echo(f"{function.name}: {said(comparison)}")
        worst = max(worst, int(not comparison.is_good))
    return worst


def said(found: Comparison) -> str:
    if found.difference:
        return f"DIFFERS: {found.difference}"
    if not found.served:
        return (
            f"NOT VERIFIED: none of {found.runs} random arguments suited the compiled code; {found.raised} raised alike"
        )
    text = f"{found.runs} runs, {found.served} of them compiled, at most {found.deviation:.3g} ulp apart"
    if found.raised:
        text += f"; {found.raised} raised alike"
    return text if found.is_good else f"DIFFERS: {text}"


def _load(file: str, original: TextFile, text: str) -> types.ModuleType:
    """The output as a module. It may import what the file may: what lies beside it, and its package."""
    folder = os.path.dirname(os.path.abspath(file))
    name = os.path.splitext(os.path.basename(file))[0]
    package = ""
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, part = os.path.split(folder)
        package = f"{part}.{package}" if package else part
    sys.path.insert(0, folder)
    try:
        return _import(package, name, original.encode(text))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise MdslError(Diagnostic("MDSL417", f"`{file}` cannot be imported: {reason}", None)) from error


def _import(package: str, name: str, data: bytes) -> types.ModuleType:
    if package:
        importlib.import_module(package)
    with tempfile.TemporaryDirectory(prefix="mdsl-verify-") as scratch:
        path = os.path.join(scratch, f"{name}.py")
        with open(path, "wb") as out:
            out.write(data)
        # beside the module itself, which its package may have imported
        full = f"{package}._mdsl_verify_{name}" if package else f"_mdsl_verify_{name}"
        spec = importlib.util.spec_from_file_location(full, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return module


def compare(module: types.ModuleType, function: FunctionResult, runs: int, rng: np.random.Generator) -> Comparison:
    """Run a function of an output, and its original, `runs` times."""
    compiled = getattr(module, function.name)
    original = getattr(module, f"_{function.name}_numpy")
    found = Comparison()

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal fell_back
        fell_back = True
        return original(*args, **kwargs)

    for arguments in arguments_for(function.signature, runs, rng):
        fell_back = False
        ours, theirs = deepcopy(arguments), deepcopy(arguments)
        expected = _outcome(original, function, theirs)
        setattr(module, f"_{function.name}_numpy", counted)
        try:
            actual = _outcome(compiled, function, ours)
        finally:
            setattr(module, f"_{function.name}_numpy", original)
        found.runs += 1
        found.served += not fell_back
        found.raised += isinstance(expected, Exception) and type(expected) is type(actual)
        shapes = ", ".join(f"{name} {_brief(value)}" for name, value in arguments.items())
        _measure(found, "the result", actual, expected, shapes)
        for name in arguments:
            _measure(found, f"`{name}` after the call", ours[name], theirs[name], shapes)
        if found.difference:
            break
    return found


def _outcome(call: Callable[..., Any], function: FunctionResult, arguments: Mapping[str, Any]) -> Any:
    node = function.function.node.args
    positional = [arguments[a.arg] for a in (*node.posonlyargs, *node.args)]
    keywords = {a.arg: arguments[a.arg] for a in node.kwonlyargs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(*positional, **keywords)
        except Exception as error:
            return error


def arguments_for(signature: Mapping[str, Spec], runs: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Random arguments: first all sizes alike, so that what has to agree does, then others."""
    for k in range(runs):
        sizes = [_SIZES[k % len(_SIZES)]] if k < len(_SIZES) or k % 3 else _SIZES
        yield {name: _random(spec, sizes, rng) for name, spec in signature.items()}


def _random(spec: Spec, sizes: Sequence[int], rng: np.random.Generator) -> Any:
    match spec:
        case ArraySpec(dtype, ones, layout, _):
            shape = tuple(1 if one else max(int(rng.choice(sizes)), 2) for one in ones)
            return np.asarray(_values(dtype, shape, rng), order="F" if layout == "F" else "C")
        case ScalarSpec(type_):
            value = _values(type_.dtype, (), rng)[()]
            return value.item() if type_.weak else type_.dtype.type(value)
        case LiteralSpec(value):
            return value
        case TupleSpec(items, _):
            return tuple(_random(item, sizes, rng) for item in items)
        case _:
            return None


def _values(dtype: np.dtype, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    match dtype.kind:
        case "b":
            return np.asarray(rng.integers(0, 2, shape), dtype)
        case "i" | "u":
            return np.asarray(rng.integers(0, 4, shape), dtype)  # small, since they are sizes and subscripts as well
        case "c":
            return np.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape), dtype)
        case _:
            return np.asarray(rng.uniform(0.1, 1.0, shape), dtype)


def _measure(found: Comparison, what: str, actual: Any, expected: Any, shapes: str) -> None:
    """Note how far two values are apart."""
    if found.difference:
        return
    if isinstance(actual, tuple) and isinstance(expected, tuple) and len(actual) == len(expected):
        for k, (a, e) in enumerate(zip(actual, expected, strict=True)):
            _measure(found, f"{what}[{k}]", a, e, shapes)
        return
    if type(actual) is not type(expected):
        found.difference = f"{what} is {_brief(actual)} instead of {_brief(expected)} for {shapes}"
        return
    if isinstance(expected, Exception) or expected is None:
        return
    if not isinstance(expected, (np.ndarray, np.generic, int, float, complex)):
        return
    a, e = np.asarray(actual), np.asarray(expected)
    if a.dtype != e.dtype or a.shape != e.shape:
        found.difference = f"{what} is {_brief(actual)} instead of {_brief(expected)} for {shapes}"
    elif a.dtype.kind not in "fc":
        if not np.array_equal(a, e):
            found.difference = f"{what} has other integers for {shapes}"
    elif not np.array_equal(np.isfinite(a), np.isfinite(e)):
        found.difference = f"{what} is finite elsewhere for {shapes}"
    elif a.size:
        finite = np.isfinite(e)
        scale = np.abs(e[finite]).max(initial=0)
        apart = np.abs(a[finite] - e[finite]).max(initial=0)
        unit = np.spacing(np.asarray(scale, a.real.dtype)) if scale else np.finfo(a.dtype).tiny
        found.deviation = max(found.deviation, float(apart / unit))


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    return repr(value) if isinstance(value, (bool, int, float, complex, str, type(None))) else type(value).__name__
