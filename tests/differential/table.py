"""Does mdsl do what NumPy does with the lines of lines.py, on edgy inputs? `python tests/differential/table.py`

Random programs seldom meet an infinity in `np.corrcoef` or a list of integers that do not fit. Here every line meets
every input of its table: exit code 1, and a line for each difference, where one is not NumPy's.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import pathlib
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import conftest  # noqa: F401  (registers the package `differential`)
from differential import lines, lines_dtypes, lines_linear, lines_rules, lines_scalars, lines_ufuncs
from differential.compare import Mismatch, compare
from differential.noise import helpers, perturbed

import mdsl

nan, inf = np.nan, np.inf


def _rounded(*shape: int) -> np.ndarray:
    return np.round(np.random.default_rng(len(shape) + shape[0]).random(shape) * 4 - 2, 2)


def _f(*values: complex, dtype: str = "f8") -> np.ndarray:
    return np.array(values, dtype)


_SQUARE = _rounded(4, 4)

#: Pairs of arguments for lines about any arrays.
VECTORS: dict[str, tuple[Any, ...]] = {
    "float64": (_f(1.5, -2.0, 0.0, 3.25, -0.0), _f(0.5, 2.0, -1.0, 0.0, 4.0)),
    "limits": (_f(nan, inf, -inf, -0.0, 1e308, 5e-324), _f(1.0, inf, 0.0, -0.0, 1e308, -2.0)),
    "float32": (_f(1.5, -2.0, 0.0, 3.3, dtype="f4"), _f(0.5, 2.1, -1.0, 0.0, dtype="f4")),
    "float32, float64": (_f(1.5, -2.0, 1e30, 3.3, dtype="f4"), _f(0.5, 2.1, -1.0, 0.0)),
    "int64": (_f(3, -2, 0, 7, dtype="i8"), _f(2, 1, -3, 0, dtype="i8")),
    "int8": (_f(100, -128, 0, 7, dtype="i1"), _f(100, 1, -3, 0, dtype="i1")),
    "uint8": (_f(200, 255, 0, 7, dtype="u1"), _f(100, 1, 3, 0, dtype="u1")),
    "uint64, int64": (np.array([2**63, 5, 0], np.uint64), _f(3, -1, 2, dtype="i8")),
    "int32, float32": (_f(3, -2, 0, 7, dtype="i4"), _f(2.5, 1, -3, 0, dtype="f4")),
    "bool": (np.array([True, False, True]), np.array([False, False, True])),
    "complex128": (_f(1 + 2j, -1j, 0, nan + 1j, dtype="c16"), _f(2 - 1j, 1, 0j, 3, dtype="c16")),
    "complex64": (_f(1 + 2j, -1j, 0, dtype="c8"), _f(2 - 1j, 1, 0j, dtype="c8")),
    "empty": (np.zeros(0), np.zeros(0)),
    "empty integers": (np.zeros(0, int), np.zeros(0, int)),
    "one": (_f(2.0), _f(-3.0)),
    "two axes": (_rounded(3, 4), _rounded(3, 4)[::-1]),
    "square": (np.round(_rounded(3, 3)), np.round(_rounded(3, 3) + 2)),
    "no rows": (np.zeros((0, 3)), np.zeros((0, 3))),
    "Fortran": (np.asfortranarray(_rounded(3, 4)), _rounded(3, 4)[::-1]),
    "strided": (_rounded(8)[::2], _rounded(8)[::-2]),
    "rank 0": (np.array(2.5), np.array(-1.0)),
    "scalars": (np.float64(2.5), np.float32(-1.0)),
    "Python's": (3, -2),
    "broadcast": (_rounded(3, 4), np.arange(4)),
}

#: Pairs of arguments for lines about arrays of two axes.
MATRICES: dict[str, tuple[Any, ...]] = {
    "C": (_rounded(3, 4), _rounded(3, 4) + 1),
    "Fortran": (np.asfortranarray(_rounded(3, 4)), np.asfortranarray(_rounded(3, 4) - 1)),
    "C, Fortran": (_rounded(3, 4), np.asfortranarray(_rounded(3, 4) - 1)),
    "transposed": (_rounded(4, 3).T, _rounded(3, 4)),
    "turned": (_rounded(3, 4)[::-1], _rounded(3, 4)[:, ::-1]),
    "strided": (_rounded(6, 8)[::2, ::2], _rounded(3, 8)[:, 1::2]),
    "square": (_rounded(3, 3), _rounded(3, 3) + 1),
    "row": (_rounded(1, 4), _rounded(1, 4) - 1),
    "column": (_rounded(4, 1), _rounded(4, 1) - 1),
    "no rows": (np.zeros((0, 4)), np.zeros((0, 4))),
    "no columns": (np.zeros((3, 0)), np.zeros((3, 0))),
    "float32": (_rounded(3, 4).astype("f4"), (_rounded(3, 4) + 1).astype("f4")),
    "int64": (np.round(_rounded(3, 4) * 2).astype(int), np.round(_rounded(3, 4)).astype(int)),
    "uint8, int64": (np.round(np.abs(_rounded(3, 4)) * 4).astype("u1"), np.round(_rounded(3, 4)).astype(int)),
    "bool": (_rounded(3, 4) > 0, _rounded(3, 4) > 1),
    "complex128": (_rounded(3, 4) + 1j, _rounded(3, 4) + 0j),
    "not finite": (np.where(_rounded(3, 4) > 1, nan, 1.0), np.where(_rounded(3, 4) > 1, inf, -0.0)),
    "one row": (_rounded(3, 4), _rounded(1, 4)),
    "a vector": (_rounded(3, 4), _rounded(4)),
    "three axes": (_rounded(2, 3, 4), _rounded(2, 3, 4) + 1),
    "long rows": (_rounded(20, 300), _rounded(20, 300) + 1),
    "long columns": (np.asfortranarray(_rounded(300, 20)), _rounded(300, 20) + 1),
    "overlapping": (_SQUARE[:3], _SQUARE[1:]),
}

#: An array, and a Python integer.
INTEGERS: dict[str, tuple[Any, ...]] = {
    f"{dtype}, {n}": (np.array([1, 0, 3, 2]).astype(dtype), n)
    for dtype in ("int8", "uint8", "int64", "uint64", "float32", "bool")
    for n in (3, 300, -1, -200, 2**40)
}

_NUMBERS = (
    0,
    1,
    -1,
    3,
    7,
    -7,
    2**31,
    2**62,
    -(2**63),
    2**64,
    True,
    False,
    2.5,
    -0.0,
    0.1,
    1e308,
    nan,
    inf,
    -inf,
    1 + 2j,
    *map(np.int64, (0, 5, -3, 2**62)),
    *map(np.int8, (100, -128)),
    *map(np.uint8, (200, 0)),
    np.uint64(2**63),
    np.int32(-(2**31)),
    np.float32(0.1),
    np.float64(-2.5),
    np.float64(nan),
    np.float16(3.5),
    np.bool_(True),
    np.complex64(1 - 1j),
)

#: Pairs of scalars.
SCALARS: dict[str, tuple[Any, ...]] = {
    f"{a!r}, {b!r}": (a, b)
    for a, b in (
        *zip(_NUMBERS, _NUMBERS[7:] + _NUMBERS[:7], strict=True),
        *((7, 3), (7, -3), (-7, 3), (3, 2), (4, 2), (1, 4), (2.5, 2), (3.0, 1.5)),
    )
}

_DTYPES = "bool int8 uint8 int32 uint32 int64 uint64 float32 float64 complex64 complex128".split()
_VALUES = np.array([[3, 250, 7, 0], [100, 2, 200, 1], [5, 6, 255, 90], [1, 0, 3, 4]])


def _of_dtype(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers on both sides of zero where the dtype has them; some of them do not fit into small integers."""
    return (values if name[0] in "bu" else values - 130 * (values > 130)).astype(name)


#: Two arrays of four by four of each pair of dtypes.
DTYPES: dict[str, tuple[Any, ...]] = {
    f"{a}, {b}": (_of_dtype(a, _VALUES), _of_dtype(b, _VALUES[::-1, ::-1] // 2)) for a in _DTYPES for b in _DTYPES
}

_KINDS = (1j, 2.0, 3, -7, True, 0, 0.0, 2 + 0j, *map(np.float64, (2.0, -0.5, 0.0)), np.float32(2.0), np.float32(0.3))
_KINDS = (*_KINDS, *map(np.int64, (3, 0, -2)), np.complex128(2j), np.complex64(2), np.bool_(True), np.uint8(3))
_KINDS = (*_KINDS, np.int8(-128), np.uint64(5), np.int32(7))

#: Numbers of each kind of Python's and NumPy's with each other.
KINDS: dict[str, tuple[Any, ...]] = {f"{a!r}, {b!r}": (a, b) for a in _KINDS for b in _KINDS}


_EDGY = np.array([[1.5, -2.0, 0.0, 3.0], [-0.5, 2.0, 1.0, -3.25], [0.25, -1.0, 4.0, 2.5], [-2.5, 0.5, -0.0, -1.5]])

#: Two matrices of each pair of dtypes, and ones that are not finite.
RULES: dict[str, tuple[Any, ...]] = {
    **{
        f"{a}, {b}": tuple(
            (m * (1 + 2j) if d[0] == "c" else np.abs(m) if d[0] == "u" else m).astype(d)
            for m, d in ((_EDGY, a), (_EDGY[::-1].T, b))
        )
        for a in ("bool", "int8", "int64", "uint64", "float32", "float64", "complex128")
        for b in ("bool", "int64", "uint8", "float64", "complex64")
    },
    "not finite": (np.where(_EDGY > 2, nan, np.where(_EDGY < -2, -inf, _EDGY)), np.where(_EDGY.T > 2, inf, _EDGY)),
    "positive": (np.abs(_EDGY) + 0.25, np.abs(_EDGY[::-1]) + 0.5),
}


@dataclass
class Table:
    """Functions of two parameters made of lines, the arguments that each meets, and NumPy's scatter for each."""

    inputs: dict[str, tuple[Any, ...]]
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)  # by their line
    texts: dict[str, str] = field(default_factory=dict)

    def compare(self, line: str, inputs: Sequence[str], target: str) -> Iterator[tuple[str, Mismatch]]:
        """The differences, each with the name of its input."""
        function = self.functions[line]
        rivals = list(_rivals(self.texts[line], function.__name__))
        for name in inputs:
            compiled = mdsl.accelerate(function, target=target, cache=False)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                for mismatch in compare(function, compiled, self.inputs[name], rivals):
                    yield name, mismatch


def tables(folder: pathlib.Path) -> dict[str, Table]:
    """All tables; their functions are written to files of this folder, whence mdsl reads them."""
    return {
        "expressions": _table(folder / "expressions.py", "a, b", lines.EXPRESSIONS, VECTORS, "return {}"),
        "statements": _table(folder / "statements.py", "a, b", lines.STATEMENTS, VECTORS, "{}\nreturn a, b"),
        "axes": _table(folder / "axes.py", "a, b", lines.AXES, MATRICES, "{}\nreturn a, b"),
        "integers": _table(folder / "integers.py", "a, n", lines.INTEGERS, INTEGERS, "made = {}\nreturn made, a"),
        "ufuncs": _table(folder / "ufuncs.py", "a, b", lines_ufuncs.UFUNCS, VECTORS, "{}\nreturn a, b"),
        "dtypes": _table(folder / "dtypes.py", "a, b", lines_dtypes.DTYPES, DTYPES, "{}\nreturn a, b"),
        "kinds": _table(folder / "kinds.py", "a, b", lines_dtypes.KINDS, KINDS, "{}"),
        "rules": _table(
            folder / "rules.py", "a, b", lines_rules.RULES, RULES, "n, c, d = len(a), a[::-1], b.T\nreturn {}"
        ),
        "linear": _table(folder / "linear.py", "a, b", lines_linear.LINEAR, MATRICES, "{}\nreturn a, b"),
        "scalars": _table(folder / "scalars.py", "a, b", lines_scalars.SCALARS, SCALARS, "{}"),
    }


def _table(file: pathlib.Path, parameters: str, rows: Sequence[str], inputs: dict[str, Any], body: str) -> Table:
    table, rows = Table(inputs), list(dict.fromkeys(rows))
    for k, row in enumerate(rows):
        text = body.format(row.replace("\\n", "\n"))
        table.texts[row] = "\n    ".join([f"def line_{k}({parameters}):", *text.split("\n")]) + "\n"
    file.write_text("import math\n\nimport numpy as np\n\n\n" + "\n\n".join(table.texts.values()))
    spec = importlib.util.spec_from_file_location(f"mdsl_table_{file.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    table.functions = {row: getattr(module, f"line_{k}") for k, row in enumerate(rows)}
    return table


def _rivals(text: str, name: str) -> Iterator[Callable[..., Any]]:
    for seed in range(12):  # a zero's sign is drawn: each of many elements is to have had either
        space: dict[str, Any] = {"np": np, "math": math, **helpers(seed)}
        exec(perturbed(text), space)
        yield space[name]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="table.py", description="Compare mdsl with NumPy, line by line.")
    parser.add_argument("--target", default="python", choices=("python", "numpy", "numba"))
    parser.add_argument("--only", default="", help="lines that contain this text")
    parser.add_argument("--table", default="", help="tables whose names contain this text")
    parser.add_argument("--part", default="0/1", metavar="K/N", help="every N-th line, from the K-th on")
    options = parser.parse_args(argv)
    os.environ.setdefault("MDSL_LOGS", "internal")  # a failure of mdsl itself is one of the line's
    first, step = map(int, options.part.split("/"))
    found = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for title, table in tables(pathlib.Path(folder)).items():
            if options.table not in title:
                continue
            for line in [row for row in table.functions if options.only in row][first::step]:
                compared += len(table.inputs)
                for name, mismatch in table.compare(line, list(table.inputs), options.target):
                    found += 1
                    print(f"{line} | {name} | {mismatch}"[:400], flush=True)
    print(f"{compared} cases on {options.target}, {found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
