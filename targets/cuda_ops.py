"""The scalar code of each operation in a CUDA kernel: what the op table does not say for this target.

Names of runtime/cuda_scalar.py are device functions; `libm` is Python's math, which numba-cuda compiles to libdevice.
"""

from __future__ import annotations

import re

import numpy as np

from ..ir.ops.base import Op

_EXTREMA = {"minimum": ("min", "and"), "maximum": ("max", "or"), "fmin": ("min", "and"), "fmax": ("max", "or")}

#: operation -> dtype kind of its first operand -> template
TEMPLATES: dict[str, dict[str, str]] = {
    **{name: {kind: f"{name}_{word}({{0}}, {{1}})" for kind, word in zip("iuf", ("int", "uint", "float"), strict=True)}
       for name in ("floor_divide", "remainder")},
    "fmod": {"i": "fmod_int({0}, {1})", "u": "remainder_uint({0}, {1})", "f": "libm.fmod({0}, {1})"},
    "power": {"i": "power_int({0}, {1})", "u": "power_int({0}, {1})", "f": "{0} ** {1}"},
    "float_power": {"f": "{0} ** {1}"},
    "sign": {"i": "min(max({0}, -1), 1)", "u": "{0} != 0", "f": "sign_float({0})"},
    "reciprocal": {"f": "1.0 / {0}"},
    "divide": {"f": "{0} / {1}", "c": "{0} / {1}"},
    "left_shift": {"i": "left_shift_any({0}, {1})", "u": "left_shift_any({0}, {1})"},
    "right_shift": {"i": "right_shift_int({0}, {1})", "u": "right_shift_uint({0}, {1})"},
    "bitwise_count": {"u": "cuda.popc({0})"},
    "gcd": {"i": "gcd_any(abs({0}), abs({1}))", "u": "gcd_any({0}, {1})"},
    "lcm": {"i": "lcm_any(abs({0}), abs({1}))", "u": "lcm_any({0}, {1})"},
    "absolute": {**dict.fromkeys("if", "abs({0})"), **dict.fromkeys("bu", "{0}"), "c": "np.hypot({0}.real, {0}.imag)"},
    "cbrt": {"f": "cuda.cbrt({0})"},
    "rint": {"f": "rint_float({0})"},
    "heaviside": {"f": "heaviside_float({0}, {1})"},
    "logaddexp": {"f": "logaddexp_float({0}, {1})"},
    "logaddexp2": {"f": "logaddexp2_float({0}, {1})"},
    "deg2rad": {"f": "{0} * 0.017453292519943295"},
    "radians": {"f": "{0} * 0.017453292519943295"},
    "rad2deg": {"f": "{0} * 57.29577951308232"},
    "degrees": {"f": "{0} * 57.29577951308232"},
    "isnan": {"f": "{0} != {0}", **dict.fromkeys("biu", "False")},
    "isinf": {"f": "libm.isinf({0})", **dict.fromkeys("biu", "False")},
    "isfinite": {"f": "libm.isfinite({0})", **dict.fromkeys("biu", "True")},
    "signbit": {"f": "libm.copysign(1.0, {0}) < 0.0"},
    "copysign": {"f": "libm.copysign({0}, {1})"},
    **{name: {**dict.fromkeys("iu", f"{python}({{0}}, {{1}})"), "b": f"{{0}} {word} {{1}}",
              "f": f"np.{name}({{0}}, {{1}})"} for name, (python, word) in _EXTREMA.items()},
    **{name: {"f": f"libm.{name}({{0}})", **dict.fromkeys("biu", "{0}")} for name in ("floor", "ceil", "trunc")},
    **{name: {"f": f"libm.{name}({{0}})"} for name in ("exp", "exp2", "expm1", "log1p", "sqrt")},
    **{name: {"f": f"np.{name}({{0}})"} for name in (
        "log", "log2", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh",
        "arccosh", "arctanh",
    )},
    **{name: {"f": f"np.{name}({{0}}, {{1}})"} for name in ("arctan2", "hypot")},
    **{name: {"f": f"libm.{name}({{0}})"} for name in ("erf", "erfc", "gamma", "lgamma")},
}  # fmt: skip

#: Operations of floats whose code computes in float64: a float32 result is cast back.
WIDENING = frozenset(
    "reciprocal rint sign heaviside logaddexp logaddexp2 deg2rad radians rad2deg degrees floor_divide remainder".split()
)

_CALL = re.compile(r"(?<![\w.])([a-z]\w*)(?=[(.])")
_KNOWN = {"abs", "min", "max", "np", "cuda"}


def template(op: Op, dtype: np.dtype) -> str:
    """The code of `op` for a first operand of `dtype`. Raises ValueError where this target has none."""
    code = TEMPLATES.get(op.name, {}).get(dtype.kind)
    if code is None and op.name not in TEMPLATES:
        code = op.template("py", dtype)
        if code is not None and "np." in code:
            code = None
    if code is None:
        raise ValueError(f"{op.name} of {dtype} has no code on a GPU")
    return code


def device_functions(code: str) -> list[str]:
    """The names of runtime/ that a template mentions."""
    return [name for name in _CALL.findall(code) if name not in _KNOWN]
