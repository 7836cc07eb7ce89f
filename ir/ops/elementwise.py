"""Elementwise operations: NumPy's ufuncs, and the few functions like them that are none.

A template runs as Python on NumPy scalars, where it may call NumPy, and inside numba.njit(error_model="numpy"); another
one is given where Numba has no such function or computes something else. Both are tested on every loop of the ufunc.
A loop without a template, and a ufunc in LEFT_TO_NUMPY, is left to NumPy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .base import Algebra, Op, OpKind, OpTable

Templates = Mapping[str, str]
Domain = Callable[[np.random.Generator, np.dtype, int], np.ndarray]
_KINDS = {"i": "int", "u": "uint", "f": "float", "c": "complex"}
_RUNTIME_CALL = re.compile(r"(?<![\w.])(\w+)\(")
_BUILTINS = {"abs", "min", "max", "complex"}

# Laws of numbers. For floats they hold but for rounding, signed zeros and NaN: passes/rules says what that permits.
_SUM = Algebra(commutative=True, associative=True, identity=0)
_PRODUCT = Algebra(commutative=True, associative=True, identity=1, annihilator=0)
_SYMMETRIC = Algebra(commutative=True)
_LATTICE = Algebra(commutative=True, associative=True)
_ALL = Algebra(commutative=True, associative=True, identity=True, annihilator=False)
_ANY = Algebra(commutative=True, associative=True, identity=False, annihilator=True)
_PARITY = Algebra(commutative=True, associative=True, identity=False)


def _op(
    ufunc: np.ufunc, py: Templates | None = None, runtime: str = "", numba: Templates | None = None, **columns: Any
) -> Op:
    """A row: NumPy's own function, but for the kinds in `py`; compiled, `numba`, or for the kinds in `runtime` the
    function `<ufunc>_<kind>` of runtime/scalar.py."""
    name, call = ufunc.__name__, f"({', '.join(f'{{{k}}}' for k in range(ufunc.nin))})"
    compiled = {kind: f"{name}_{_KINDS[kind]}{call}" for kind in runtime} | dict(numba or {})
    scalar: dict[str, Templates] = {"py": dict.fromkeys(compiled, f"np.{name}{call}") | dict(py or {})}
    if compiled:
        scalar["numba"] = compiled
    called = [function for code in compiled.values() for function in _RUNTIME_CALL.findall(code)]
    requires = tuple(dict.fromkeys(function for function in called if function not in _BUILTINS))
    return Op(name, OpKind.ELEMENTWISE, (ufunc,), ufunc, scalar=scalar, requires=requires, **columns)


def _kinds(kinds: str, template: str) -> dict[str, str]:
    return dict.fromkeys(kinds, template)


def register(ops: OpTable) -> None:
    """Every family, in the order of NumPy's own documentation."""
    for family in (_arithmetic, _comparison, _logic, _bits, _extrema, _rounding, _elementary, _floating, _other):
        for op in family():
            ops.add(op)


def _arithmetic() -> list[Op]:
    ring = "iufc"
    return [
        _op(np.add, _kinds(ring, "{0} + {1}") | {"b": "{0} or {1}"}, symbol="+", algebra=_SUM),
        _op(np.subtract, _kinds(ring, "{0} - {1}"), symbol="-"),
        _op(np.multiply, _kinds(ring, "{0} * {1}") | {"b": "{0} and {1}"}, symbol="*", algebra=_PRODUCT),
        _op(np.divide, {"f": "{0} / {1}"}, "c", symbol="/", cost=4),
        _op(np.floor_divide, runtime="iuf", symbol="//", by_constant=_kinds("iu", "{0} // {1}"), cost=10),
        _op(np.remainder, runtime="iuf", symbol="%", by_constant=_kinds("iu", "{0} % {1}"), cost=10),
        _op(np.fmod, {"f": "np.fmod({0}, {1})"}, "i", {"u": "remainder_uint({0}, {1})"}, cost=10),
        # a negative exponent of an integer raises ValueError: what is lifted has none
        _op(
            np.power, _kinds("iufc", "{0} ** {1}"), "c", _kinds("iu", "power_int({0}, {1})"),
            symbol="**", cost=25, ulp=4, may_raise=True,
        ),
        _op(np.float_power, numba={"f": "{0} ** {1}", "c": "power_complex({0}, {1})"}, cost=25, ulp=4),
        _op(np.negative, _kinds(ring, "-{0}"), symbol="-"),
        _op(np.positive, _kinds(ring, "{0}"), cost=0),
        _op(np.absolute, _kinds("if", "abs({0})") | _kinds("bu", "{0}"), "c"),
        _op(np.fabs, {"f": "abs({0})"}),
        _op(np.sign, {"i": "np.sign({0})"}, "fc", {"u": "{0} != 0"}),
        _op(np.square, _kinds(ring, "{0} * {0}")),
        # of the integer 0 it is infinity converted to an integer, which C does not define
        _op(np.reciprocal, {"f": "np.reciprocal({0})"}, "c", cost=4, unsupported={"py": "undefined for the integer 0"}),
        _op(np.conjugate, _kinds("iuf", "{0}") | {"c": "{0}.conjugate()"}),
    ]  # fmt: skip


def _comparison() -> list[Op]:
    every = "biufc"
    real = "biuf"
    return [
        _op(np.less, _kinds(real, "{0} < {1}"), "c", symbol="<"),
        _op(np.less_equal, _kinds(real, "{0} <= {1}"), "c", symbol="<="),
        _op(np.greater, _kinds(real, "{0} > {1}"), numba={"c": "less_complex({1}, {0})"}, symbol=">"),
        _op(np.greater_equal, _kinds(real, "{0} >= {1}"), numba={"c": "less_equal_complex({1}, {0})"}, symbol=">="),
        _op(np.equal, _kinds(every, "{0} == {1}"), symbol="==", algebra=_SYMMETRIC),
        _op(np.not_equal, _kinds(every, "{0} != {1}"), symbol="!=", algebra=_SYMMETRIC),
    ]


def _logic() -> list[Op]:
    numbers = "iufc"
    return [
        _op(np.logical_and, _kinds(numbers, "({0} != 0) and ({1} != 0)") | {"b": "{0} and {1}"}, algebra=_ALL),
        _op(np.logical_or, _kinds(numbers, "({0} != 0) or ({1} != 0)") | {"b": "{0} or {1}"}, algebra=_ANY),
        _op(np.logical_xor, _kinds(numbers, "({0} != 0) != ({1} != 0)") | {"b": "{0} != {1}"}, algebra=_PARITY),
        _op(np.logical_not, _kinds(numbers, "{0} == 0") | {"b": "not {0}"}),
    ]


def _bits() -> list[Op]:
    return [
        _op(
            np.bitwise_and, _kinds("iu", "{0} & {1}") | {"b": "{0} and {1}"},
            symbol="&", algebra=Algebra(True, True, identity=-1, annihilator=0),
        ),
        _op(np.bitwise_or, _kinds("iu", "{0} | {1}") | {"b": "{0} or {1}"}, symbol="|", algebra=_SUM),
        _op(np.bitwise_xor, _kinds("iu", "{0} ^ {1}") | {"b": "{0} != {1}"}, symbol="^", algebra=_SUM),
        _op(np.invert, _kinds("iu", "~{0}") | {"b": "not {0}"}, symbol="~"),
        _op(np.left_shift, runtime="iu", symbol="<<"),
        _op(np.right_shift, runtime="iu", symbol=">>", by_constant=_kinds("iu", "{0} >> {1}")),
        _op(np.bitwise_count, runtime="u", numba={"i": "bitwise_count_uint(abs(np.int64({0})))"}, cost=4),
        _op(np.gcd, runtime="iu", cost=40, algebra=Algebra(True, True, identity=0)),
        _op(np.lcm, runtime="iu", cost=40, algebra=_SYMMETRIC),
    ]  # fmt: skip


def _extrema() -> list[Op]:
    low = _kinds("iu", "min({0}, {1})") | {"b": "{0} and {1}"}
    high = _kinds("iu", "max({0}, {1})") | {"b": "{0} or {1}"}
    rows = []
    for ufunc, templates in ((np.minimum, low), (np.maximum, high), (np.fmin, low), (np.fmax, high)):
        float_code = f"{ufunc.__name__}({{0}}, {{1}})"  # runtime/extrema.py
        rows.append(_op(ufunc, templates, "c", {"f": float_code}, algebra=_LATTICE))
    return rows


def _rounding() -> list[Op]:
    rows = [
        _op(ufunc, _kinds("biu", "{0}") | {"f": f"np.{ufunc.__name__}({{0}})"}, cost=2)
        for ufunc in (np.floor, np.ceil, np.trunc)
    ]
    return [*rows, _op(np.rint, {"f": "np.rint({0})"}, "c", cost=2)]


def _positive(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return np.exp(rng.uniform(-20, 20, size)).astype(dtype)


def _unit(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return rng.uniform(-1, 1, size).astype(dtype)


def _above_one(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return (1 + np.exp(rng.uniform(-10, 10, size))).astype(dtype)


def _above_minus_one(rng: np.random.Generator, dtype: np.dtype, size: int) -> np.ndarray:
    return np.expm1(rng.uniform(-10, 10, size)).astype(dtype)


def _elementary() -> list[Op]:
    def row(ufunc: np.ufunc, complex: str = "", domain: Domain | None = None, cost: float = 20) -> Op:
        """A function that Numba has for real numbers; for complex ones it is `complex` of runtime/scalar.py."""
        call = f"({', '.join(f'{{{k}}}' for k in range(ufunc.nin))})"
        numba = {"c": complex + call} if complex else None
        return _op(ufunc, {"f": f"np.{ufunc.__name__}{call}"}, numba=numba, cost=cost, ulp=4, domain=domain)

    return [
        row(np.exp, "libm_cexp"),
        row(np.exp2, "exp2_complex"),
        row(np.expm1, "expm1_complex"),
        row(np.log, "libm_clog", _positive),
        row(np.log2, "log2_complex", _positive),
        row(np.log10, "log10_complex", _positive),
        row(np.log1p, "log1p_complex", _above_minus_one),
        row(np.sin, "libm_csin"),
        row(np.cos, "libm_ccos"),
        row(np.tan, "libm_ctan"),
        row(np.arcsin, "libm_casin", _unit),
        row(np.arccos, "libm_cacos", _unit),
        row(np.arctan, "libm_catan"),
        row(np.sinh, "libm_csinh"),
        row(np.cosh, "libm_ccosh"),
        row(np.tanh, "libm_ctanh"),
        row(np.arcsinh, "libm_casinh"),
        row(np.arccosh, "libm_cacosh", _above_one),
        row(np.arctanh, "libm_catanh", _unit),
        row(np.cbrt),
        _op(np.sqrt, {"f": "np.sqrt({0})"}, numba={"c": "libm_csqrt({0})"}, cost=6, domain=_positive),
        row(np.arctan2, cost=25),
        row(np.hypot, cost=25),
        row(np.logaddexp, cost=45),
        row(np.logaddexp2, cost=45),
        _op(np.deg2rad, runtime="f"),
        _op(np.rad2deg, runtime="f"),
        _op(np.radians, numba={"f": "deg2rad_float({0})"}),
        _op(np.degrees, numba={"f": "rad2deg_float({0})"}),
    ]


def _floating() -> list[Op]:
    return [
        _op(np.isnan, _kinds("fc", "np.isnan({0})") | _kinds("biu", "False")),
        _op(np.isinf, _kinds("fc", "np.isinf({0})") | _kinds("biu", "False")),
        _op(np.isfinite, _kinds("fc", "np.isfinite({0})") | _kinds("biu", "True")),
        _op(np.signbit, {"f": "np.signbit({0})"}),
        _op(np.copysign, {"f": "np.copysign({0}, {1})"}),
        _op(np.nextafter, {"f": "np.nextafter({0}, {1})"}, cost=10),
        _op(np.spacing, runtime="f", cost=10),
        _op(np.heaviside, runtime="f", cost=2),
        _op(np.ldexp, runtime="f", cost=4),
    ]


def _other() -> list[Op]:
    """Elementwise functions that are no ufuncs: their dtype rules stand where they are lifted."""
    return [
        Op("where", OpKind.ELEMENTWISE, (np.where,), scalar={"py": {"*": "{1} if {0} else {2}"}}),
        Op("cast", OpKind.ELEMENTWISE, (), methods=("astype",), scalar={"py": {"*": "{0}"}}, cost=1),
        Op("real", OpKind.ELEMENTWISE, (np.real,), scalar={"py": {"c": "{0}.real"}}),
        Op("imag", OpKind.ELEMENTWISE, (np.imag,), scalar={"py": {"c": "{0}.imag"}}),
        Op("complex", OpKind.ELEMENTWISE, (), scalar={"py": {"f": "complex({0}, {1})"}}),
        *(
            Op(f.__name__, OpKind.ELEMENTWISE, (), scalar={"py": {"f": f"math.{f.__name__}({{0}})"}}, cost=40, ulp=4)
            for f in (math.erf, math.erfc, math.gamma, math.lgamma)
        ),
    ]


#: Ufuncs without a row, and why they are left to NumPy.
LEFT_TO_NUMPY: dict[str, str] = {
    "divmod": "two results", "modf": "two results", "frexp": "two results",
    "matmul": "a contraction", "vecdot": "a contraction", "matvec": "a contraction", "vecmat": "a contraction",
    "isnat": "of dates only",
}  # fmt: skip
