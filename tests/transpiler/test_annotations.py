"""What do annotations say?"""

from __future__ import annotations

import ast
import warnings

import numpy as np
import pytest

from mdsl.transpiler.annotations import Array, describe
from mdsl.transpiler.module import read_module
from mdsl.transpiler.signature import LiteralSpec, OpaqueSpec, ScalarSpec, TupleSpec

PRELUDE = """
import typing
import numpy as np
import numpy as xp
import numpy.typing as npt
import numba as nb
import jaxtyping as jt
from numba import float64, types
from numpy import float32 as f32
from numpy.typing import NDArray
from typing import Annotated, Any, Literal, Optional, Tuple, Union
from jaxtyping import Array, Bool, Float, Float32, Float64, Shaped
Grid = npt.NDArray[np.float32]
Plane = "float32[:, :]"
Alias = Plane
Knot = Loop
Loop = Knot
"""
NAMES = read_module(PRELUDE, "types.py").names


def read(text):
    return describe(ast.parse(text, mode="eval").body, NAMES)


@pytest.mark.parametrize(
    ("text", "dtype", "rank", "layout"),
    [
        ('"float64[:, :]"', "float64", 2, "A"),
        ('"float64[:,:]"', "float64", 2, "A"),
        ('"f4[:]"', "float32", 1, "A"),
        ('"double[:]"', "float64", 1, "A"),
        ('"boolean[:]"', "bool", 1, "A"),
        ('"uint8[:, :, :]"', "uint8", 3, "A"),
        ('"complex128[:, ::1]"', "complex128", 2, "C"),
        ('"int32[::1, :]"', "int32", 2, "F"),
        ("nb.float64[:, ::1]", "float64", 2, "C"),
        ("float64[:]", "float64", 1, "A"),
        ("types.int8[:, :]", "int8", 2, "A"),
        ("npt.NDArray[np.float32]", "float32", None, "A"),
        ("NDArray[f32]", "float32", None, "A"),
        ('npt.NDArray["xp.int16"]', "int16", None, "A"),
        ("npt.NDArray[np.floating[Any]]", "float64", None, "A"),
        ("npt.NDArray[Any]", None, None, "A"),
        ("np.ndarray", None, None, "A"),
        ("np.ndarray[Any, np.dtype[np.float32]]", "float32", None, "A"),
        ("np.ndarray[tuple[int, int], np.dtype[np.float32]]", "float32", 2, "A"),
        ("np.ndarray[tuple[int, ...], np.dtype[np.float32]]", "float32", None, "A"),
        ('Float[Array, "n m"]', "float64", 2, "A"),
        ('Float32[np.ndarray, "batch n m"]', "float32", 3, "A"),
        ('jt.Float64[jt.Array, "n+1"]', "float64", 1, "A"),
        ('Bool[Array, "n"]', "bool", 1, "A"),
        ('Shaped[Array, "n n"]', None, 2, "A"),
        ('Float64[Array, "*batch n"]', "float64", None, "A"),
        ('Float64[Array, "..."]', "float64", None, "A"),
        ('Float64[Array, ""]', "float64", 0, "A"),
        ("\"Float32[np.ndarray, 'n']\"", "float32", 1, "A"),
        ("Grid", "float32", None, "A"),
        ("Alias", "float32", 2, "A"),
        ('Annotated[np.ndarray, "float64[:, :]"]', "float64", 2, "A"),
        ("Annotated[npt.NDArray[np.float32], (3, 3)]", "float32", None, "A"),
        ("Optional[Grid]", "float32", None, "A"),
        ("Grid | None", "float32", None, "A"),
        ('Union[None, "float64[:]"]', "float64", 1, "A"),
        ('float | "float64[:]"', "float64", 1, "A"),
    ],
)
def test_arrays(text, dtype, rank, layout):
    found = read(text)
    assert isinstance(found, Array)
    assert (found.dtype, found.rank, found.layout) == (None if dtype is None else np.dtype(dtype), rank, layout)


@pytest.mark.parametrize(
    ("text", "ones"),
    [('"float64[:, 1]"', (1,)), ('Float[Array, "1 n"]', (0,)), ('Float[Array, "n dim=1"]', (1,))],
)
def test_sizes_of_one(text, ones):
    assert read(text).ones == ones


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("float", "float"), ("int", "int"), ("bool", "bool"), ("complex", "complex"), ('"float"', "float"),
        ("np.float64", "float64"), ("f32", "float32"), ('"int8"', "int8"), ('Annotated[float, "metres"]', "float"),
        ("Optional[int]", "int"),
    ],
)  # fmt: skip
def test_scalars(text, shown):
    found = read(text)
    assert isinstance(found, ScalarSpec)
    assert str(found) == shown


def test_values_and_tuples():
    assert read('Literal["valid"]') == LiteralSpec("valid")
    assert read("None") == LiteralSpec(None)
    assert str(read("tuple[int, float]")) == "(int, float)"
    assert str(read('Tuple["float64[:]", int]')) == "(float64[:], int)"
    assert isinstance(read('Tuple["float64[:]", int]'), TupleSpec)
    assert isinstance(read("tuple[int, ...]"), OpaqueSpec)
    assert isinstance(read("dict"), OpaqueSpec)


@pytest.mark.parametrize(
    "text",
    [
        "Any", "object", "int | float", 'Literal["a", "b"]', '"no type at all"', '"float64["', '"float64[]"', "f()",
        '"longdouble[:]"', '"datetime64[:]"', '"object"', '"U3"', "Knot", "unknown.Thing", "list[float]", "...", "3",
    ],
)  # fmt: skip
def test_what_says_nothing(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(text) is None
