"""Each row of the table that is not elementwise, and each decomposition, against NumPy: dtypes, axes, layouts, sizes.

An expression is compiled as the one thing that a function returns. Whether the row's own result rule agrees with what
NumPy gives is checked by the verifier on the way (tests/conftest.py).
"""

from __future__ import annotations

import importlib.util
import itertools
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import mdsl
from mdsl.ir.ops import OpKind, table
from mdsl.ir.ops.gather import UPDATES

DTYPES = ("bool", "int8", "int32", "int64", "uint8", "uint64", "float32", "float64", "complex64", "complex128")
RNG = np.random.default_rng(3)
SERIAL = itertools.count()


def array(dtype: str, *shape: int) -> np.ndarray:
    """Small numbers of either sign: their sums and products are exact in every dtype."""
    values = RNG.integers(-2, 3, shape)
    if dtype == "bool":
        return values > 0
    if dtype.startswith("u"):
        values = np.abs(values)
    if dtype.startswith("c"):
        return (values + 1j * RNG.integers(-2, 3, shape)).astype(dtype)
    return values.astype(dtype)


def module(folder: Path, texts: list[str], parameters: str) -> ModuleType:
    """A module with a function f0, f1 … for each expression."""
    path = folder / f"expressions_{next(SERIAL)}.py"
    lines = [f"def f{k}({parameters}):\n    return {text}\n" for k, text in enumerate(texts)]
    path.write_text("import numpy as np\n\n\n" + "\n\n".join(lines), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def same(got: Any, expected: Any, exact: bool) -> None:
    assert type(got) is type(expected)
    assert np.asarray(got).dtype == np.asarray(expected).dtype and np.shape(got) == np.shape(expected)
    if exact:
        np.testing.assert_array_equal(got, expected)
    else:
        rtol = 16 * np.finfo(np.asarray(expected).dtype).eps
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol)


def check(folder: Path, texts: list[str], values: dict[str, Any], target: str = "python", exact: bool = True) -> None:
    """Compile each expression for `values` and compare with NumPy. All of it has to compile."""
    made = module(folder, texts, ", ".join(values))
    for k, text in enumerate(texts):
        plain: Callable[..., Any] = getattr(made, f"f{k}")
        compiled = mdsl.accelerate(plain, target=target, cache=False, fallback=False)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                same(compiled(*values.values()), plain(*values.values()), exact)
            except (AssertionError, mdsl.MdslError) as error:
                raise AssertionError(
                    f"{text} of {[getattr(v, 'dtype', v) for v in values.values()]}: {error}"
                ) from error


# -- reductions --------------------------------------------------------------------------------------------------------

REDUCTIONS = [op for op in table() if op.kind is OpKind.REDUCTION]  # type: ignore[attr-defined]
AXES = ("", ", axis=0", ", axis=-1", ", axis=(0, 2)", ", axis=1, keepdims=True", ", axis=(2, 0), keepdims=True")
#: Left to NumPy: complex numbers are compared part by part.
NOT_COMPLEX = ("min", "max", "argmin", "argmax")


def reductions(name: str) -> list[str]:
    axes = [axis for axis in AXES if not (name.startswith("arg") and "(" in axis)]
    return [f"np.{name}(x{axis})" for axis in axes] + [f"x.{name}()"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda op: op.name)
def test_a_reduction(op: Any, dtype: str, tmp_path: Path) -> None:
    if dtype.startswith("c") and op.name in NOT_COMPLEX:
        check(tmp_path, [f"np.{op.name}(x)"], {"x": array(dtype, 3)})  # as a library call
        return
    check(tmp_path, reductions(op.name), {"x": array(dtype, 2, 3, 4)})


@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda op: op.name)
def test_a_reduction_of_other_layouts(op: Any, tmp_path: Path) -> None:
    whole = array("float64", 5, 6, 7)
    for x in (np.asfortranarray(whole), whole[::2, ::-1, 1:], whole.transpose(2, 0, 1), whole[:1]):
        check(tmp_path, [f"np.{op.name}(x)", f"np.{op.name}(x, axis=1)"], {"x": x})


@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda op: op.name)
def test_a_reduction_of_nothing(op: Any, tmp_path: Path) -> None:
    """Its identity, or NumPy's own error where it has none."""
    x = np.zeros((0, 3))
    if op.may_raise:
        made = module(tmp_path, [f"np.{op.name}(x, axis=0)"], "x")
        with pytest.raises(ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mdsl.accelerate(made.f0, target="python", cache=False)(x)
        check(tmp_path, [f"np.{op.name}(x, axis=1)"], {"x": x})
    else:
        check(tmp_path, [f"np.{op.name}(x)", f"np.{op.name}(x, axis=0)", f"np.{op.name}(x, axis=1)"], {"x": x})


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax", "sum", "any"])
def test_nan_in_a_reduction(name: str, tmp_path: Path) -> None:
    x = array("float64", 3, 4)
    x[1, 2] = np.nan
    check(tmp_path, [f"np.{name}(x)", f"np.{name}(x, axis=0)"], {"x": x})


@pytest.mark.parametrize("dtype", ["float64", "int8", "complex128"])
def test_reductions_compiled(dtype: str, tmp_path: Path) -> None:
    """All at once, as Numba compiles them."""
    names = [op.name for op in REDUCTIONS if not (dtype == "complex128" and op.name in NOT_COMPLEX)]
    texts = [f"np.{name}(x)" for name in names] + [f"np.{name}(x, axis=0)" for name in names]
    made = module(tmp_path, [f"({', '.join(texts)},)"], "x")
    x = array(dtype, 6, 5)
    got = mdsl.accelerate(made.f0, target="numba", cache=False, fallback=False)(x)
    for one, expected in zip(got, made.f0(x), strict=True):
        same(one, expected, exact=True)


# -- creation and shape ------------------------------------------------------------------------------------------------

CREATIONS = {
    "full": [
        "np.full(n, 2.5)", "np.full((2, n), 7)", "np.full(n, True)", "np.zeros(n)", "np.zeros((n, 0))",
        "np.ones((n, 2), np.int64)", "np.zeros((), np.float32)", "np.full((n, n), 1, np.uint8)", "np.zeros_like(x)",
        "np.ones_like(x, dtype=np.int32)", "np.full_like(x, 3)", "np.full((1, n), x[0, 0])", "np.full(n, -0.0)",
    ],
    "arange": [
        "np.arange(n)", "np.arange(2, n)", "np.arange(n, 0, -1)", "np.arange(1, n, 3)", "np.arange(0)",
        "np.arange(n, dtype=np.float32)", "np.arange(-n, n, 2)", "np.arange(n)[::-1] * 2",
    ],
    "empty": ["np.empty((n, 3)).shape", "np.empty_like(x).shape", "np.empty(n, np.int8).size"],
}  # fmt: skip
SHAPES = {
    "concatenate": [
        "np.concatenate([x, x])", "np.concatenate((x, x[:1], x * 2), axis=1 - 1)", "np.concatenate([x, x], axis=-1)",
        "np.concatenate([x, y])", "np.concatenate([x[:0], x])", "np.stack([x, x])", "np.hstack([x, x])",
        "np.vstack([x, x])",
    ],
    "reshape": [
        "(x + 1).reshape(-1)", "(x * 1).reshape(4, 3)", "(x + 1).reshape(3, 2, 2)",
        "(x + 1).ravel()", "(x + 1).reshape(-1, 1)",
    ],
    "gather": [
        "x[k]", "x[k, k]", "x[k] + x[k]", "x[k[:, None], k]", "(x + 1)[k, 0]", "x[0, k]", "x[-1, k + 1]",
        "x[:, k]", "x[..., k]", "x[k, ::2]", "x[None, :, k]", "x[[0, 2]]", "np.take(x, k, axis=0)", "x.take(k)",
    ],
    "compress": [
        "x[k > 0]", "x[k > 0, 1]", "x[:, y[0] > 0]", "(x + x)[k > 0, ::-1]", "x[x == x[0, 0]]", "x[k > 0].sum()",
        "x[k > 5]", "np.compress(k > 0, x, axis=0)",
    ],
    "nonzero": [
        "np.nonzero(x)", "np.nonzero(x)[1]", "np.argwhere(y > 0)", "np.flatnonzero(k)", "np.where(x)",
        "x[np.nonzero(x)]",
    ],
}  # fmt: skip
#: Rearrangements that are not compiled yet, which NumPy makes then.
LEFT_TO_NUMPY = ("x[:, ::2].ravel()",)


@pytest.mark.parametrize("name", CREATIONS)
def test_a_creation(name: str, tmp_path: Path) -> None:
    check(tmp_path, CREATIONS[name], {"x": array("float64", 3, 4), "n": 5})


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SHAPES)
def test_a_rearrangement(name: str, dtype: str, tmp_path: Path) -> None:
    k = np.array([0, 2, -1])
    values = {"x": array(dtype, 3, 4), "y": array("float64", 2, 4), "k": k}
    check(tmp_path, SHAPES[name], values)


@pytest.mark.parametrize("text", LEFT_TO_NUMPY)
def test_what_is_left_to_numpy_is_refused(text: str, tmp_path: Path) -> None:
    values = {"x": array("float64", 3, 4), "k": np.array([0, 2, -1])}
    with pytest.raises(AssertionError, match="MDSL30"):
        check(tmp_path, [text], values)


def test_an_index_out_of_bounds_raises(tmp_path: Path) -> None:
    made = module(tmp_path, ["x[k]"], "x, k")
    compiled = mdsl.accelerate(made.f0, target="python", cache=False, fallback=False)
    for k in ([3], [-4], [0, 7]):
        with pytest.raises(IndexError):
            compiled(np.ones((3, 2)), np.array(k))


# -- linear algebra ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d != "bool"])
def test_products(dtype: str, tmp_path: Path) -> None:
    values = {"a": array(dtype, 3, 4), "b": array(dtype, 4, 2), "v": array(dtype, 4)}
    check(
        tmp_path,
        ["a @ b", "a @ v", "v @ b", "v @ v", "np.dot(a, b)", "a.dot(v)", "b.T @ a.T", "np.matmul(a, b)",
         "a[::2] @ b[:, ::-1]", "(a + a) @ b"],
        values,
    )  # fmt: skip


def test_products_of_two_dtypes_and_of_stacks(tmp_path: Path) -> None:
    values = {"a": array("float32", 3, 4), "b": array("float64", 4, 2), "s": array("float64", 5, 2, 3)}
    check(tmp_path, ["a @ b", "s @ a", "s @ a[:, 0]", "b.T[None] @ a.T"], values)


def test_products_of_nothing(tmp_path: Path) -> None:
    check(tmp_path, ["a @ b", "a @ b[:, 0]", "b.T @ a.T"], {"a": np.ones((3, 0)), "b": np.ones((0, 2))})


def test_every_row_of_these_families_is_tested() -> None:
    # what replaces elements stands in a statement: tests/transpiler/test_lift_advanced.py
    kinds = {OpKind.CREATION: set(CREATIONS), OpKind.SHAPE: set(SHAPES) | UPDATES, OpKind.CONTRACTION: {"matmul"}}
    for kind, tested in kinds.items():
        assert {op.name for op in table() if op.kind is kind} == tested  # type: ignore[attr-defined]
