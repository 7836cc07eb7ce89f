"""Elementwise operations: NumPy's ufuncs, and the few functions like them that are none.

A template runs as Python on NumPy scalars and inside numba.njit(error_model="numpy"). A dtype kind without a template
is left to NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .base import Algebra, Op, OpKind, OpTable

Templates = Mapping[str, str]


def _op(ufunc: np.ufunc, py: Templates, numba: Templates | None = None, **columns: Any) -> Op:
    scalar: dict[str, Templates] = {"py": py}
    if numba is not None:
        scalar["numba"] = numba
    return Op(ufunc.__name__, OpKind.ELEMENTWISE, (ufunc,), ufunc, scalar=scalar, **columns)


def _kinds(kinds: str, template: str) -> dict[str, str]:
    return dict.fromkeys(kinds, template)


def register(ops: OpTable) -> None:
    """Every family, in the order of NumPy's own documentation."""
    for family in (_arithmetic, _comparison, _logic, _bits, _extrema, _rounding, _elementary, _floating, _other):
        for op in family():
            ops.add(op)


def _arithmetic() -> list[Op]:
    ring = "iufc"
    sums = Algebra(commutative=True, associative=True, identity=0)
    products = Algebra(commutative=True, associative=True, identity=1, annihilator=0)
    return [
        _op(np.add, _kinds(ring, "{0} + {1}") | {"b": "{0} or {1}"}, symbol="+", algebra=sums),
        _op(np.subtract, _kinds(ring, "{0} - {1}"), symbol="-"),
        _op(np.multiply, _kinds(ring, "{0} * {1}") | {"b": "{0} and {1}"}, symbol="*", algebra=products),
        _op(np.divide, _kinds("fc", "{0} / {1}"), symbol="/", cost=4),
        _op(
            np.floor_divide,
            _kinds("iu", "floor_divide({0}, {1})") | {"f": "floor_divide_real({0}, {1})"},
            symbol="//",
            requires=("floor_divide", "floor_divide_real"),
            by_constant=_kinds("iu", "{0} // {1}"),
            cost=10,
        ),
        _op(
            np.remainder,
            _kinds("iu", "remainder({0}, {1})") | {"f": "remainder_real({0}, {1})"},
            symbol="%",
            requires=("remainder", "remainder_real"),
            by_constant=_kinds("iu", "{0} % {1}"),
            cost=10,
        ),
        _op(np.fmod, {"f": "np.fmod({0}, {1})"}, cost=10),
        _op(np.power, _kinds("if", "{0} ** {1}"), symbol="**", cost=25, ulp=4),
        _op(np.float_power, {"f": "{0} ** {1}"}, cost=25, ulp=4),
        _op(np.negative, _kinds(ring, "-{0}"), symbol="-"),
        _op(np.positive, _kinds(ring, "{0}"), cost=0),
        _op(np.absolute, _kinds("ifc", "abs({0})") | _kinds("bu", "{0}")),
        _op(np.fabs, {"f": "abs({0})"}),
        _op(np.sign, _kinds("if", "np.sign({0})")),
        _op(np.square, _kinds(ring, "{0} * {0}")),
        _op(np.reciprocal, {"f": "np.reciprocal({0})"}, cost=4),
        _op(np.conjugate, _kinds("iuf", "{0}") | {"c": "{0}.conjugate()"}),
    ]


def _comparison() -> list[Op]:
    every = "biufc"
    ordered = "biuf"
    return [
        _op(np.less, _kinds(ordered, "{0} < {1}"), symbol="<"),
        _op(np.less_equal, _kinds(ordered, "{0} <= {1}"), symbol="<="),
        _op(np.greater, _kinds(ordered, "{0} > {1}"), symbol=">"),
        _op(np.greater_equal, _kinds(ordered, "{0} >= {1}"), symbol=">="),
        _op(np.equal, _kinds(every, "{0} == {1}"), symbol="==", algebra=Algebra(commutative=True)),
        _op(np.not_equal, _kinds(every, "{0} != {1}"), symbol="!=", algebra=Algebra(commutative=True)),
    ]


def _logic() -> list[Op]:
    numbers = "iufc"
    both = Algebra(True, True, True, False)
    either = Algebra(True, True, False, True)
    return [
        _op(np.logical_and, _kinds(numbers, "({0} != 0) and ({1} != 0)") | {"b": "{0} and {1}"}, algebra=both),
        _op(np.logical_or, _kinds(numbers, "({0} != 0) or ({1} != 0)") | {"b": "{0} or {1}"}, algebra=either),
        _op(np.logical_xor, _kinds(numbers, "({0} != 0) != ({1} != 0)") | {"b": "{0} != {1}"}),
        _op(np.logical_not, _kinds(numbers, "{0} == 0") | {"b": "not {0}"}),
    ]


def _bits() -> list[Op]:
    laws = Algebra(commutative=True, associative=True)
    return [
        _op(np.bitwise_and, _kinds("iu", "{0} & {1}") | {"b": "{0} and {1}"}, symbol="&", algebra=laws),
        _op(np.bitwise_or, _kinds("iu", "{0} | {1}") | {"b": "{0} or {1}"}, symbol="|", algebra=laws),
        _op(np.bitwise_xor, _kinds("iu", "{0} ^ {1}") | {"b": "{0} != {1}"}, symbol="^", algebra=laws),
        _op(np.invert, _kinds("iu", "~{0}") | {"b": "not {0}"}, symbol="~"),
        # a shift by the width or more gives 0, or the sign, as NumPy's does
        _op(np.left_shift, {"i": "left_shift({0}, {1})"}, symbol="<<", requires=("left_shift",)),
        _op(np.right_shift, {"i": "right_shift({0}, {1})"}, symbol=">>", requires=("right_shift",)),
        _op(np.gcd, {"i": "np.gcd({0}, {1})"}, cost=40),
        _op(np.lcm, {"i": "np.lcm({0}, {1})"}, cost=40),
    ]


def _extrema() -> list[Op]:
    laws = Algebra(commutative=True, associative=True)
    low, high = _kinds("iu", "min({0}, {1})") | {"b": "{0} and {1}"}, _kinds("iu", "max({0}, {1})") | {"b": "{0} or {1}"}
    return [
        _op(
            ufunc,
            templates | {"f": f"np.{ufunc.__name__}({{0}}, {{1}})"},
            {"f": f"{ufunc.__name__}({{0}}, {{1}})"},
            algebra=laws,
            requires=(ufunc.__name__,),
        )
        for ufunc, templates in ((np.minimum, low), (np.maximum, high), (np.fmin, low), (np.fmax, high))
    ]


def _rounding() -> list[Op]:
    return [
        _op(ufunc, _kinds("iu", "{0}") | {"f": f"np.{ufunc.__name__}({{0}})"}, cost=2)
        for ufunc in (np.floor, np.ceil, np.trunc)
    ] + [_op(np.rint, {"f": "np.rint({0})"}, cost=2)]


def _positive(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return np.exp(rng.uniform(-20, 20, size)).astype(dtype)


def _unit(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return rng.uniform(-1, 1, size).astype(dtype)


def _above_one(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return (1 + np.exp(rng.uniform(-10, 10, size))).astype(dtype)


def _elementary() -> list[Op]:
    ulp = 4.0
    domains = {
        np.log: _positive, np.log2: _positive, np.log10: _positive, np.log1p: _positive, np.sqrt: _positive,
        np.arcsin: _unit, np.arccos: _unit, np.arctanh: _unit, np.arccosh: _above_one,
    }  # fmt: skip
    functions = (
        np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos,
        np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.cbrt,
    )  # fmt: skip
    rows = [
        _op(
            f,
            {"f": f"np.{f.__name__}({{0}})"} | ({"c": "np.exp({0})"} if f is np.exp else {}),
            cost=20,
            ulp=ulp,
            domain=domains.get(f),
        )
        for f in functions
    ]
    rows.append(_op(np.sqrt, {"f": "np.sqrt({0})"}, cost=6, domain=_positive))
    rows += [_op(f, {"f": f"np.{f.__name__}({{0}}, {{1}})"}, cost=25, ulp=ulp) for f in (np.arctan2, np.hypot)]
    rows += [_op(f, {"f": f"np.{f.__name__}({{0}}, {{1}})"}, cost=45, ulp=ulp) for f in (np.logaddexp, np.logaddexp2)]
    rows += [_op(f, {"f": f"np.{f.__name__}({{0}})"}, ulp=1) for f in (np.deg2rad, np.rad2deg, np.degrees, np.radians)]
    return rows


def _floating() -> list[Op]:
    return [
        _op(np.isnan, {"f": "np.isnan({0})"} | _kinds("biu", "False")),
        _op(np.isinf, {"f": "np.isinf({0})"} | _kinds("biu", "False")),
        _op(np.isfinite, {"f": "np.isfinite({0})"} | _kinds("biu", "True")),
        _op(np.signbit, {"f": "np.signbit({0})"}),
        _op(np.copysign, {"f": "np.copysign({0}, {1})"}),
        _op(np.nextafter, {"f": "np.nextafter({0}, {1})"}, cost=10),
    ]


def _other() -> list[Op]:
    """Elementwise functions that are no ufuncs: their dtype rules stand where they are lifted."""
    return [
        Op("where", OpKind.ELEMENTWISE, (np.where,), scalar={"py": {"*": "{1} if {0} else {2}"}}),
        Op("cast", OpKind.ELEMENTWISE, (), methods=("astype",), scalar={"py": {"*": "{0}"}}, cost=1),
        Op("real", OpKind.ELEMENTWISE, (np.real,), scalar={"py": {"c": "{0}.real"}}),
        Op("imag", OpKind.ELEMENTWISE, (np.imag,), scalar={"py": {"c": "{0}.imag"}}),
    ]


#: Ufuncs without a row, and why they are left to NumPy.
LEFT_TO_NUMPY: dict[str, str] = {
    "divmod": "two results", "modf": "two results", "frexp": "two results",
    "matmul": "a contraction", "vecdot": "a contraction", "matvec": "a contraction", "vecmat": "a contraction",
    "isnat": "of dates only", "heaviside": "Numba does not compile it", "spacing": "Numba does not compile it",
    "ldexp": "15 times slower in Numba than in NumPy", "bitwise_count": "Numba does not compile it",
}  # fmt: skip
