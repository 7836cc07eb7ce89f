"""What does an annotation say about an argument? It is read, never evaluated.

Understood are strings in Numba's manner (`"float64[:, ::1]"`), Numba's types themselves, `numpy.typing`, jaxtyping
(`Float64[Array, "n m"]`), Python's and NumPy's scalar types, `tuple[...]`, `Literal`, `Optional`, `Annotated`, strings
that hold any of these, and module-level names for them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..ir.types import PY_BOOL, PY_COMPLEX, PY_FLOAT, PY_INT, Type
from .signature import DTYPES, ArraySpec, Layout, LiteralSpec, OpaqueSpec, ScalarSpec, Spec, TupleSpec
from .statics import ModuleNames


@dataclass(frozen=True)
class Array:
    """An array of which something may be left open: `dtype` None, `rank` None."""

    dtype: np.dtype | None = None
    rank: int | None = None
    layout: Layout = "A"
    ones: tuple[int, ...] = ()  # axes that are 1

    def spec(self) -> ArraySpec:
        """The specification; the dtype and the rank have to be known."""
        assert self.dtype is not None and self.rank is not None
        return ArraySpec(self.dtype, tuple(axis in self.ones for axis in range(self.rank)), self.layout)


Described = Array | ScalarSpec | LiteralSpec | TupleSpec | OpaqueSpec

_PYTHON: dict[str, Type] = {"float": PY_FLOAT, "int": PY_INT, "bool": PY_BOOL, "complex": PY_COMPLEX}
_NUMBA = re.compile(r"(\w+)\s*(?:\[\s*([:\d\s,]*)\s*\])?")
#: jaxtyping's and nptyping's names: what is before the digits, and NumPy's dtype where they leave the width open
_JAXTYPING = {
    "Float": "float64", "Float16": "float16", "Float32": "float32", "Float64": "float64", "Real": "float64",
    "Num": "float64", "Inexact": "float64", "Shaped": None, "Int": "int64", "Integer": "int64", "Int8": "int8",
    "Int16": "int16", "Int32": "int32", "Int64": "int64", "UInt": "uint64", "UInt8": "uint8", "UInt16": "uint16",
    "UInt32": "uint32", "UInt64": "uint64", "Bool": "bool", "Complex": "complex128", "Complex64": "complex64",
    "Complex128": "complex128",
}  # fmt: skip
_ABSTRACT = {
    "floating": "float64",
    "number": "float64",
    "inexact": "float64",
    "integer": "int64",
    "signedinteger": "int64",
}
_ABSTRACT |= {"complexfloating": "complex128", "unsignedinteger": "uint64", "generic": "float64"}
_DEPTH = 8  # of strings in strings and names for names


def describe(annotation: ast.expr | None, names: ModuleNames, depth: int = 0) -> Described | None:
    """What the annotation says; None where it says nothing that mdsl understands."""
    if annotation is None or depth > _DEPTH:
        return None
    match annotation:
        case ast.Constant(value=str(text)):
            return _string(text, names, depth)
        case ast.Constant(value=None):
            return LiteralSpec(None)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either([left, right], names, depth)
        case ast.Subscript(value=value, slice=index):
            return _generic(names.dotted(value) or "", index, names, depth)
        case ast.Name() | ast.Attribute():
            return _named(annotation, names, depth)
        case _:
            return None


def _sizes(index: ast.expr) -> list[str] | None:
    """Sizes that stand in brackets without quotes: float64[:, ::1]"""
    items = list(index.elts) if isinstance(index, ast.Tuple) else [index]
    return [ast.unparse(item) for item in items] if any(isinstance(item, ast.Slice) for item in items) else None


def _string(text: str, names: ModuleNames, depth: int) -> Described | None:
    numba = _NUMBA.fullmatch(text.strip())
    if numba is not None:
        word, sizes = numba.groups()
        dtype = _dtype_named(word)
        if dtype is not None and sizes is not None:
            return _numba_array(dtype, [size.strip() for size in sizes.split(",")])
        if dtype is not None and word not in _PYTHON:
            return ScalarSpec(Type(dtype, (), "numpy"))
    try:
        return describe(ast.parse(text.strip(), mode="eval").body, names, depth + 1)
    except SyntaxError:
        return None


def _numba_array(dtype: np.dtype, sizes: list[str]) -> Array | None:
    if dtype.char not in DTYPES or not all(size in (":", "::1", "1") for size in sizes):
        return None
    layout: Layout = "A"
    if sizes[-1] == "::1":
        layout = "C"
    elif sizes[0] == "::1":
        layout = "F"
    return Array(dtype, len(sizes), layout, tuple(k for k, size in enumerate(sizes) if size == "1"))


def _named(node: ast.Name | ast.Attribute, names: ModuleNames, depth: int) -> Described | None:
    dotted = names.dotted(node)
    if dotted is None:
        # an alias of the module: Grid = npt.NDArray[np.float64]
        bound = names.binding(node.id) if isinstance(node, ast.Name) else None
        return describe(bound, names, depth + 1) if isinstance(bound, ast.expr) else None
    last = dotted.rpartition(".")[2]
    if dotted in _PYTHON:
        return ScalarSpec(_PYTHON[dotted])
    if dotted in ("str", "dict", "set", "list", "callable", "object", "typing.Callable", "bytes"):
        return None if dotted == "object" else OpaqueSpec(f"a {last}")
    if dotted in ("numpy.ndarray", "numpy.typing.NDArray", "jaxtyping.Array", "jax.Array", "numpy.typing.ArrayLike"):
        return Array()
    if dotted.startswith("jaxtyping.") and last in _JAXTYPING:
        return Array(_dtype_or_none(_JAXTYPING[last]))
    dtype = _dtype(node, names)
    return None if dtype is None else ScalarSpec(Type(dtype, (), "numpy"))


def _generic(dotted: str, index: ast.expr, names: ModuleNames, depth: int) -> Described | None:
    items = list(index.elts) if isinstance(index, ast.Tuple) else [index]
    module, _, last = dotted.rpartition(".")
    if module in ("numba", "numba.types", "numba.core.types") and (sizes := _sizes(index)) is not None:
        dtype = _dtype_named(last)
        return None if dtype is None else _numba_array(dtype, sizes)
    if dotted == "numpy.typing.NDArray":
        return Array(_dtype(items[0], names))
    if dotted == "numpy.ndarray":
        dtype = _dtype(items[1], names) if len(items) > 1 else None
        return Array(dtype, _rank_of_tuple(items[0], names))
    if dotted == "numpy.dtype":
        return None
    if (dotted.startswith("jaxtyping.") or dotted == last) and last in _JAXTYPING and len(items) == 2:
        return _jaxtyping(_dtype_or_none(_JAXTYPING[last]), items[1])
    match last:
        case "Annotated":
            # Annotated[np.ndarray, "float64[:, :]"]: what is said about the type tells more than the type
            notes = [describe(item, names, depth + 1) for item in items[1:] if isinstance(item, ast.Constant)]
            told = [note for note in notes if isinstance(note, (Array, ScalarSpec))]
            return told[0] if told else describe(items[0], names, depth + 1)
        case "Optional":
            return describe(items[0], names, depth + 1)
        case "Union":
            return _either(items, names, depth)
        case "Literal" if len(items) == 1 and isinstance(items[0], ast.Constant):
            return LiteralSpec(items[0].value)
        case "Final" | "ClassVar":
            return describe(items[0], names, depth + 1)
        case "tuple" | "Tuple":
            return _tuple(items, names, depth)
        case _:
            return None


def _either(sides: list[ast.expr], names: ModuleNames, depth: int) -> Described | None:
    """A union: the one side that is not None, or that an array is said by."""
    found = [d for side in sides if (d := describe(side, names, depth + 1)) is not None and d != LiteralSpec(None)]
    arrays = [d for d in found if isinstance(d, Array)]
    if len(found) == 1:
        return found[0]
    return arrays[0] if len(arrays) == 1 else None


def _tuple(items: list[ast.expr], names: ModuleNames, depth: int) -> Described | None:
    specs: list[Spec] = []
    for item in items:
        found = describe(item, names, depth + 1)
        if isinstance(found, Array):
            if found.rank is None:
                return OpaqueSpec("a tuple with an array of unknown rank")
            found = replace(found, dtype=found.dtype or np.dtype(float)).spec()
        if found is None:
            return OpaqueSpec("a tuple")
        specs.append(found)
    return TupleSpec(tuple(specs))


def _jaxtyping(dtype: np.dtype | None, shape: ast.expr) -> Array | None:
    """The rank from jaxtyping's text of sizes: "n m", "batch 3", "*batch n" (any rank), "..." (any rank), "" (none)."""
    if not (isinstance(shape, ast.Constant) and isinstance(shape.value, str)):
        return None
    sizes = [size.lstrip("#_?") for size in shape.value.split()]
    if any("..." in size or size.startswith("*") for size in sizes):
        return Array(dtype)
    ones = tuple(k for k, size in enumerate(sizes) if size.rpartition("=")[2] == "1")
    return Array(dtype, len(sizes), "A", ones)


def _rank_of_tuple(node: ast.expr, names: ModuleNames) -> int | None:
    """`np.ndarray[tuple[int, int], …]` says 2; `tuple[int, ...]` and `Any` say nothing."""
    if isinstance(node, ast.Subscript) and (names.dotted(node.value) or "").rpartition(".")[2] in ("tuple", "Tuple"):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return None if any(isinstance(i, ast.Constant) and i.value is ... for i in items) else len(items)
    return None


# -- dtypes ------------------------------------------------------------------------------------------------------------


def _dtype(node: ast.expr, names: ModuleNames) -> np.dtype | None:
    match node:
        case ast.Constant(value=str(text)):
            found = _dtype_named(text)
            if found is not None:
                return found
            try:
                return _dtype(ast.parse(text, mode="eval").body, names)
            except SyntaxError:
                return None
        case ast.Subscript(value=value, slice=index) if (names.dotted(value) or "").rpartition(".")[2] in (
            "dtype",
            "type",
        ):
            return _dtype(index, names)
        case ast.Subscript(value=value):  # np.floating[Any]
            return _dtype(value, names)
        case ast.Name() | ast.Attribute():
            dotted = names.dotted(node)
            if dotted is None:
                bound = names.binding(node.id) if isinstance(node, ast.Name) else None
                return _dtype(bound, names) if isinstance(bound, ast.expr) and not isinstance(bound, ast.Name) else None
            module, _, last = dotted.rpartition(".")
            if module in ("numpy", "") and (module or last in _PYTHON):
                return _dtype_named(last)
            return None
        case _:
            return None


def _dtype_named(name: str) -> np.dtype | None:
    """The dtype of NumPy's, Numba's or Python's name for it."""
    name = _ABSTRACT.get(name, name)
    if name in ("boolean", "b1"):
        name = "bool"
    found: Any
    try:
        found = np.dtype(vars(np).get(name, name))
    except TypeError:
        return None
    return found if found.char in DTYPES else None


def _dtype_or_none(name: str | None) -> np.dtype | None:
    return None if name is None else np.dtype(name)
