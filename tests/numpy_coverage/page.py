"""Writes docs/coverage.md: each public function of NumPy, and whether it is compiled, called, or left to the host.

`python tests/numpy_coverage/page.py` writes it anew.
"""

from __future__ import annotations

import re
import sys
import types
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

if __name__ == "__main__":  # run as a script, the folder's parent is where its package lies
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from numpy_coverage.calls import arguments, calls

from mdsl.ir import array as arr
from mdsl.ir.ops.decompositions import decomposition
from mdsl.transpiler.diagnostics import Unsupported
from mdsl.transpiler.lift_text import lift_text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
COMPILED, DECOMPOSED, LIBRARY, HOST = "compiled", "decomposed", "library call", "host"

#: What has no call of its own here, and why it stays where it is.
_REASONS = (
    ("takes a function", "apply_along_axis apply_over_axes frompyfunc vectorize piecewise fromfunction mask_indices"),
    ("reads or writes files", "fromfile fromregex genfromtxt load loadtxt save savetxt savez savez_compressed .tofile "
     ".dump"),
    ("text", "array2string array_repr array_str base_repr binary_repr datetime_as_string format_float_positional "
     "format_float_scientific typename mintypecode fromstring"),
    ("settings of NumPy", "get_include get_printoptions getbufsize geterr geterrcall printoptions set_printoptions "
     "setbufsize seterr seterrcall show_config show_runtime info test errstate"),
    ("dates", "busday_count busday_offset is_busday datetime_data busdaycalendar datetime64 timedelta64"),
    ("about dtypes, known when it is compiled", "isdtype issubdtype promote_types finfo iinfo dtype"),
    ("iterates in Python", "nested_iters nditer ndenumerate ndindex flatiter broadcast"),
    ("buffers and foreign objects", "frombuffer fromiter from_dlpack memmap .setfield .setflags .resize"),
    ("reads a path, no values", "einsum_path"),
    ("another kind of array", "matrix record recarray poly1d asmatrix bmat"),
    ("state of the generator", "get_state set_state get_bit_generator set_bit_generator bit_generator bytes "
     "default_rng"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What the page says of one name; `note` is the call that shows it, or why it is left to the host."""

    path: str
    status: str
    note: str


def public() -> dict[str, list[str]]:
    """The public names of each part of NumPy: functions, and what is called like one; of arrays, all attributes."""
    found: dict[str, list[str]] = {}
    for title, module, prefix in (
        ("numpy", np, "np."), ("numpy.linalg", np.linalg, "np.linalg."), ("numpy.fft", np.fft, "np.fft."),
        ("numpy.random", np.random, "np.random."),
    ):  # fmt: skip
        found[title] = [prefix + name for name in dir(module) if _is_function(name, getattr(module, name))]
    found["methods and attributes of arrays"] = [f".{name}" for name in dir(np.ndarray) if not name.startswith("_")]
    return found


def _is_function(name: str, value: object) -> bool:
    if name.startswith("_") or isinstance(value, types.ModuleType) or not callable(value):
        return False
    return not (isinstance(value, type) and issubclass(value, Exception))


def is_array_function(path: str) -> bool:
    """Whether the name is a function that computes with arrays: no class, no setting, no file, no text."""
    if path.startswith("."):
        return False
    value: object = np
    for part in path.split(".")[1:]:
        value = getattr(value, part)
    return not isinstance(value, type) and reason(path) in (None, *_ARRAYS)


_ARRAYS = ("takes a function",)


def reason(path: str) -> str | None:
    name = path if path.startswith(".") else path.rpartition(".")[2]
    return next((why for why, names in _REASONS if name in names.split()), None)


def source(call: str) -> str:
    """A function that makes the call."""
    *changes, result = call.split("; ")
    used = [name for name in arguments() if re.search(rf"\b{name}\b", call)]
    lines = [*changes, f"return {result}"]
    return f"def f({', '.join(used)}):\n" + "".join(f"    {line}\n" for line in lines)


def row(path: str) -> Row:
    call = calls().get(path)
    if call is None:
        return Row(path, HOST, reason(path) or _kind(path))
    text = source(call)
    given = arguments()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = lift_text("import numpy as np\n" + text, *(given[name] for name in _parameters(text)))
    except Unsupported as error:
        return Row(path, HOST, reason(path) or error.diagnostics[0].message.replace("|", "\\|"))
    if any(isinstance(stmt, arr.Call) for stmt in arr.statements(program.body)):
        return Row(path, LIBRARY, f"`{call}`")
    value: object = np
    for part in path.split(".")[1:] if not path.startswith(".") else ():
        value = getattr(value, part)
    return Row(path, DECOMPOSED if decomposition(value) is not None else COMPILED, f"`{call}`")


def _parameters(text: str) -> list[str]:
    return [name for name in re.match(r"def f\(([^)]*)\)", text).group(1).split(", ") if name]  # type: ignore[union-attr]


def _kind(path: str) -> str:
    value: object = np.ndarray if path.startswith(".") else np
    for part in path.split(".")[1:]:
        value = getattr(value, part, None)
    if isinstance(value, type):
        return "a class"
    return "an attribute of memory" if path.startswith(".") else "not compiled"


@cache
def rows() -> tuple[tuple[str, list[Row]], ...]:
    """The parts of NumPy, each with a row for every name."""
    return tuple((title, [row(path) for path in paths]) for title, paths in public().items())


def share(found: list[Row]) -> tuple[int, int]:
    """How many of NumPy's array functions are compiled or called, and how many there are."""
    functions = [r for r in found if is_array_function(r.path)]
    return sum(r.status != HOST for r in functions), len(functions)


def page() -> str:
    parts = rows()
    done, everything = share([r for _, found in parts for r in found])
    counts = {s: sum(r.status == s for _, found in parts for r in found) for s in (COMPILED, DECOMPOSED, LIBRARY, HOST)}
    lines = [
        "# Which functions of NumPy are compiled?",
        "",
        "Written by `python tests/numpy_coverage/page.py` from what mdsl does with one call of each; a test makes the",
        "same calls and compares what they give with NumPy. Other arguments may be left to the host: `explain` says",
        "which.",
        "",
        f"NumPy {'.'.join(np.__version__.split('.')[:2])}: of {everything} functions of arrays, {done} "
        f"({100 * done / everything:.0f} %) are compiled or called from compiled code.",
        "Of all names: " + ", ".join(f"{count} {status}" for status, count in counts.items()) + ".",
        "",
        "- *compiled*: loops that mdsl writes",
        "- *decomposed*: written in simpler NumPy, which is compiled",
        "- *library call*: a call of NumPy between kernels; what goes in and what comes out is compiled",
        "- *host*: the statement runs as Python, between what is compiled",
    ]  # fmt: skip
    for title, found in parts:
        lines += ["", f"## {title}", "", "| name | | shown by, or why |", "|---|---|---|"]
        lines += [f"| `{r.path}` | {r.status} | {r.note} |" for r in found]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
