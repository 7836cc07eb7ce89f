"""Lines that call ufuncs with their keywords and methods, a line each; tests/differential/lines.py has the rest."""

from .lines import BINARY, UNARY

_UNARY = [name for name in UNARY if name not in ("angle", "real", "imag", "sinc", "i0", "fix", "isreal", "iscomplex")]
_UNARY = [
    name for name in _UNARY if not name.startswith(("isposinf", "isneginf", "real_if", "nan_to", "modf", "frexp"))
]
_BINARY = BINARY[:35]

#: Each form meets each function; `a` and `b` are looked at afterwards.
UNARY_FORMS = r"""
np.{}(a, out=b)
np.{}(a, out=a)
b = np.{}(a, where=a != 0, out=np.ones(a.shape))
b = np.{}(a, dtype=np.float32)
b = np.{}(a, out=np.zeros(a.shape, np.float32))
b = np.{}(a, casting="unsafe", dtype=np.float64)
b = np.{}(a[1:], out=b[:-1])
np.{}(a[1:], out=a[:-1])
b = np.{}(a).sum()
b = [np.{}(x) for x in a]
for i in range(len(a)): a[i] = np.{}(a[i])
""".strip().splitlines()

BINARY_FORMS = r"""
np.{}(a, b, out=a)
np.{}(a, b, out=b, where=a > 0)
b = np.{}(a, b, dtype=np.float32)
b = np.{}(a, b, dtype=np.int64)
b = np.{}(a, b, casting="unsafe", dtype=np.int32)
b = np.{}(a, b, out=np.zeros(a.shape, np.float32))
b = np.{}(a, b, out=np.zeros(a.shape, np.int64), casting="unsafe")
b = np.{}.reduce(a)
b = np.{}.reduce(a, axis=-1, keepdims=True)
b = np.{}.reduce(a, initial=3)
b = np.{}.reduce(a, initial=1, where=b > 0)
b = np.{}.reduce(a, dtype=np.float64)
b = np.{}.accumulate(a)
b = np.{}.accumulate(a, axis=-1)
b = np.{}.outer(a, b)
b = np.{}.reduceat(a, [0, 2])
np.{}.at(a, [0, 1, 0], b[:3])
np.{}.at(a, [0, 0], 2)
np.{}(a[1:], b[:-1], out=a[:-1])
np.{}(a[:-1], 2, out=a[1:])
b = [np.{}(x, y) for x, y in zip(a, b)]
for i in range(len(a)): a[i] = np.{}(a[i], b[i])
""".strip().splitlines()

#: NumPy's loops of these for AVX-512 read several elements before they write one: `np.power.reduce([2.0, 3.0, 2.0])` is
#: 4 there, 64 on other processors and under mdsl.
_UNSURE = ("np.power.reduce", "np.arctan2.reduce")

UFUNCS = [
    *(form.format(name) for name in _UNARY for form in UNARY_FORMS),
    *(form.format(name) for name in _BINARY for form in BINARY_FORMS),
]
UFUNCS = [line for line in UFUNCS if not any(unsure in line for unsure in _UNSURE)]
