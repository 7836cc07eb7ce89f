"""What does mdsl find on this machine? Versions, processor, threads, vector maths, its cache, its variables."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .. import __version__
from ..runtime.blocks import most_bytes
from ..runtime.pool import threads

_PACKAGES = ("numpy", "numba", "llvmlite", "egglog", "libcst", "numba-cuda")
#: Every variable that mdsl reads, and what it does.
VARIABLES = {
    "MDSL_DISABLE": "run the originals",
    "MDSL_CACHE_DIR": "where generated modules and machine code are kept",
    "MDSL_NUM_THREADS": "how many threads a parallel loop may use",
    "MDSL_HOLD_MEMORY": "how many MiB of large arrays that are gone are held for the next ones; 0 holds none",
    "MDSL_LOGS": "what to say while working: fusion, fallback, …",
    "MDSL_RECORD": "the file in which to note what functions are called with; `mdsl record` sets it",
    "MDSL_VERIFY": "check each step of a compilation: for mdsl's own tests",
}


def describe() -> Iterator[str]:
    """Lines of `name  value`; nothing heavy is imported for them."""
    facts = list(_facts())
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        yield f"{name:<{width}}  {value}"


def _facts() -> Iterator[tuple[str, str]]:
    yield "mdsl", __version__
    yield "python", f"{platform.python_version()} ({sys.executable})"
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, "not installed"
    yield "system", f"{platform.system()} {platform.release()} {platform.machine()}"
    yield "processor", _processor()
    yield "threads", str(threads())
    yield "vector maths", _vector_maths()
    yield "held memory", f"at most {most_bytes() >> 20} MiB"
    yield "cache", _cache()
    for name, meaning in VARIABLES.items():
        value = os.environ.get(name)
        yield name, f"not set ({meaning})" if value is None else f"{value!r} ({meaning})"


def _processor() -> str:
    """The model's name and the widest vectors that it has."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    facts = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    named = {key.strip(): value.strip() for key, value in facts.items()}
    flags = set(named.get("flags", named.get("Features", "")).split())
    widest = next(
        (name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON")) if flag in flags), ""
    )
    return " with ".join(part for part in (named.get("model name", platform.machine()), widest) if part)


def _vector_maths() -> str:
    if not sys.platform.startswith("linux"):
        return "none: elementary functions are not vectorised"
    try:
        ctypes.CDLL("libmvec.so.1")
    except OSError:
        return "none: there is no libmvec.so.1"
    return "glibc's libmvec"


def _cache() -> str:
    root, files, size = cache_facts()
    return f"{root} ({files} files, {size / 1e6:.1f} MB)"


def cache_facts() -> tuple[str, int, int]:
    """The folder, without making it; how many files are in it, and their bytes."""
    root = os.environ.get("MDSL_CACHE_DIR")
    if not root:
        import platformdirs

        root = platformdirs.user_cache_dir("mdsl", appauthor=False)
    sizes = []
    for file in _files(root):
        with contextlib.suppress(OSError):  # another process may clear it too
            sizes.append(file.stat().st_size)
    return root, len(sizes), sum(sizes)


def clear_cache() -> int:
    """Delete what mdsl keeps there, and nothing else; how many files that were."""
    root, _, _ = cache_facts()
    deleted = 0
    for folder in Path(root).glob("v[0-9]*"):
        deleted += sum(1 for _ in _files(str(folder)))
        shutil.rmtree(folder, ignore_errors=True)
    return deleted


def _files(root: str) -> Iterator[Path]:
    return (file for file in Path(root).rglob("*") if file.is_file())
