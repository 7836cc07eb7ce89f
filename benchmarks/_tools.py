"""How does each tool make a fast function of a program? Tools are imported only where they are used."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from _measure import summary

#: In this order they take their turns; the first one is whom the others are compared with.
TOOLS = ("numpy", "mdsl", "njit", "numexpr", "jax", "pythran", "dace")

#: What a tool is installed as.
PACKAGES = {"njit": "numba"}

#: These get a version of the program that returns its results; what they leave in the arguments is their own business.
PURE = ("numexpr", "jax")

Builder = Callable[[ModuleType, Sequence[Any], Sequence[Any]], Callable[..., Any]]


class Absent(Exception):
    """There is no version of the program for this tool."""


def installed(tools: Sequence[str]) -> dict[str, str]:
    """Versions of those that are installed."""
    found = {}
    for tool in tools:
        try:
            found[tool] = version(PACKAGES.get(tool, tool))
        except PackageNotFoundError:
            if tool == "mdsl":
                found[tool] = importlib.import_module("mdsl").__version__
    return found


def program(module: ModuleType) -> FunctionType:
    """The NumPy function of a program's file has the file's name."""
    return getattr(module, module.__name__)


def build(tool: str, module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    """The tool's function for arguments like these of two sizes: equal extents in both are the program's own."""
    builders: dict[str, Builder] = {
        "numpy": lambda module, *_: program(module),
        "mdsl": lambda module, *_: importlib.import_module("mdsl").accelerate(program(module)),
        "njit": with_njit,
        "numexpr": with_numexpr,
        "jax": with_jax,
        "pythran": with_pythran,
        "dace": with_dace,
    }
    return builders[tool](module, small, large)


def with_njit(module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    """The same source; in parallel where Numba compiles that, else not."""
    import numba

    parallel = numba.njit(parallel=True, fastmath=True)(program(module))
    try:
        parallel.compile(tuple(map(numba.typeof, small)))
        return parallel
    except Exception:
        return numba.njit(fastmath=True)(program(module))


def with_numexpr(module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    if not hasattr(module, "with_numexpr"):
        raise Absent("no natural version")
    return module.with_numexpr(importlib.import_module("numexpr"))


def with_jax(module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    """The function compiled by jax.jit; a call ends when its results are there."""
    if not hasattr(module, "with_jax"):
        raise Absent("no natural version")
    import jax

    jax.config.update("jax_enable_x64", True)
    static = tuple(k for k, value in enumerate(small) if type(value) is int)
    function = jax.jit(module.with_jax(jax, importlib.import_module("jax.numpy")), static_argnums=static)
    return lambda *arguments: jax.block_until_ready(function(*arguments))


def on_device(tool: str, arguments: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments as a user of the tool has them before the call: JAX's arrays are its own."""
    if tool != "jax":
        return tuple(arguments)
    import jax

    return tuple(jax.device_put(a) if isinstance(a, np.ndarray) else a for a in arguments)


def with_pythran(module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    """The same source, compiled ahead of time for these types with OpenMP for this machine."""
    name = module.__name__
    types = ", ".join(_pythran_type(value) for value in small)
    body = inspect.getsource(program(module))
    folder = Path(tempfile.mkdtemp(prefix="pythran-", dir=os.environ["MDSL_BENCH_SCRATCH"]))
    source, library = folder / f"{name}.py", folder / f"{name}.so"
    source.write_text(f"#pythran export {name}({types})\nimport numpy as np\n\n\n{body}")
    command = [sys.executable, "-m", "pythran.run", "-O3", "-march=native", "-fopenmp", str(source), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        wrong = (line for line in done.stderr.splitlines() if "rror" in line)
        raise RuntimeError(next(wrong, "does not compile"))
    spec = importlib.util.spec_from_file_location(name, library)
    assert spec is not None and spec.loader is not None
    compiled = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compiled)
    return getattr(compiled, name)


def _pythran_type(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{', '.join(':' * value.ndim)}]"
    return str(value.dtype) if isinstance(value, np.generic) else type(value).__name__


def with_dace(module: ModuleType, small: Sequence[Any], large: Sequence[Any]) -> Callable[..., Any]:
    """The same source with the annotations that DaCe wants, optimised by it for the CPU; extents are symbols."""
    import dace
    from dace.transformation.auto.auto_optimize import auto_optimize

    dace.Config.set(
        "default_build_folder", value=tempfile.mkdtemp(prefix="dace-", dir=os.environ["MDSL_BENCH_SCRATCH"])
    )
    letters = itertools.count()
    symbols: dict[tuple[int, int], Any] = {}

    def extent(one: int, other: int) -> Any:
        if one == other:
            return one
        if (one, other) not in symbols:
            symbols[one, other] = dace.symbol(f"extent{next(letters)}")
        return symbols[one, other]

    annotations, names = {}, inspect.signature(program(module)).parameters
    for name, one, other in zip(names, small, large, strict=True):
        scalar = getattr(dace, str(np.asarray(one).dtype))
        shape = [extent(*pair) for pair in zip(np.shape(one), np.shape(other), strict=True)]
        annotations[name] = scalar[tuple(shape)] if shape else scalar
    original = program(module)
    function = FunctionType(original.__code__, original.__globals__, original.__name__)
    function.__annotations__ = annotations
    graph = dace.program(function).to_sdfg(simplify=True)
    auto_optimize(graph, dace.DeviceType.CPU)
    compiled = graph.compile()

    def call(*arguments: Any) -> Any:
        extents = {}
        for value, kind in zip(arguments, annotations.values(), strict=True):
            for size, symbol in zip(np.shape(value), getattr(kind, "shape", ()), strict=False):
                if isinstance(symbol, dace.symbol):
                    extents[symbol.name] = size
        return compiled(**dict(zip(annotations, arguments, strict=True)), **extents)

    return call


def failure(error: BaseException) -> str:
    """In one line."""
    return str(error) if isinstance(error, Absent) else f"{type(error).__name__}: {summary(error)}"
