"""Are sizes affine arithmetic, and types what NumPy says of the values?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsl.ir.types import FLOAT, INT, PY_FLOAT, PY_INT, Size, Type, shape_of, type_of_value, weak_value

NAMES = ("a", "b", "n")
VALUES = st.fixed_dictionaries({name: st.integers(-9, 9) for name in NAMES})


@st.composite
def sizes(draw: Any) -> Size:
    size = Size(draw(st.integers(-5, 5)))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        size = size + draw(st.integers(-3, 3)) * Size.named(name)
    return size


@given(sizes(), sizes(), st.integers(-4, 4), VALUES)
def test_arithmetic_is_that_of_the_values(a: Size, b: Size, k: int, values: dict[str, int]) -> None:
    x, y = a.evaluate(values), b.evaluate(values)
    assert (a + b).evaluate(values) == x + y
    assert (a - b).evaluate(values) == x - y
    assert (a * k).evaluate(values) == (k * a).evaluate(values) == x * k
    assert (-a).evaluate(values) == -x
    assert (k - a).evaluate(values) == k - x and (a + k).evaluate(values) == (k + a).evaluate(values)


@given(sizes(), sizes())
def test_equal_sizes_are_one(a: Size, b: Size) -> None:
    """There is one way to write a size, so that equality is that of the functions."""
    whole = (a + b) - b
    assert whole == a and hash(whole) == hash(a) and whole.terms == a.terms
    assert (a == b) == ((a - b) == 0)
    assert all(k for _, k in a.terms) and list(a.names) == sorted(a.names)


@given(sizes(), VALUES)
def test_the_text_is_python_that_computes_it(size: Size, values: dict[str, int]) -> None:
    assert eval(str(size), {}, values) == size.evaluate(values)


@given(sizes(), sizes(), sizes(), VALUES)
def test_substitution_is_simultaneous(size: Size, a: Size, b: Size, values: dict[str, int]) -> None:
    new = size.substitute({"a": a, "b": b})
    assert new.evaluate(values) == size.evaluate({**values, "a": a.evaluate(values), "b": b.evaluate(values)})


@given(sizes())
def test_parts_of_a_size(size: Size) -> None:
    rebuilt = size.without("n") + size.coefficient("n") * Size.named("n")
    assert rebuilt == size and size.without("n").coefficient("n") == 0
    assert size.is_const == (not size.names) == (size == size.const)


def test_what_a_size_is_made_of() -> None:
    assert shape_of(["n", 3, Size.named("n") + 1]) == (Size.named("n"), Size(3), Size(1, (("n", 1),)))
    assert Size(3) != 4 and Size.named("n") != 0 and Size(3) != "3"
    assert str(Size(0)) == "0" and str(2 * Size.named("n") - 1) == "2 * n - 1" and str(1 - Size.named("n")) == "-n + 1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "bool"), (1, "int"), (1.5, "float"), (1j, "complex"), (np.True_, "bool"), (np.float32(1), "float32"),
        (np.float64(1), "float64"), (np.uint8(1), "uint8"), (np.complex64(1), "complex64"),
    ],
)  # fmt: skip
def test_the_type_of_a_scalar(value: Any, text: str) -> None:
    type = type_of_value(value)
    assert type is not None and str(type) == text and type.is_scalar and not type.rank
    assert type.weak == (not isinstance(value, np.generic))
    assert np.asarray(value).dtype == type.dtype


@pytest.mark.parametrize("value", [None, "a", [1], 2**63, np.datetime64("2020-01-01"), np.ones(2)])
def test_other_values_have_none(value: Any) -> None:
    assert type_of_value(value) is None


def test_types_of_arrays() -> None:
    matrix = Type(FLOAT, shape_of(["n", 3]))
    assert str(matrix) == "float64[n, 3]" and matrix.rank == 2 and not matrix.is_scalar
    assert str(Type(FLOAT)) == "float64[]" and not Type(FLOAT).is_scalar
    assert Type(FLOAT, (), "numpy").with_shape(shape_of([2])) == Type(FLOAT, shape_of([2]), "array")
    assert matrix.with_shape(()).kind == "array"


@pytest.mark.parametrize("dtype", [np.int8, np.float32, np.complex64])
def test_a_weak_scalar_promotes_as_numpy_has_it(dtype: type) -> None:
    """What stands for an operand gives the dtype that NumPy's own addition gives."""
    array = Type(np.dtype(dtype), shape_of([2]))
    for scalar, value in ((PY_INT, 1), (PY_FLOAT, 1.5)):
        found = np.add.resolve_dtypes((weak_value(array), weak_value(scalar), None))[-1]  # type: ignore[arg-type]
        assert found == (np.ones(2, dtype) + value).dtype
    assert weak_value(Type(INT, (), "numpy")) == INT
