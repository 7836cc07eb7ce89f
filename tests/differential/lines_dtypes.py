"""Lines about what NumPy makes of two dtypes: where it stores, in which dtype it computes, what it refuses."""

_REDUCED = """sum prod max min mean var std any all nansum nanprod nanmax nanmin nanmean ptp median""".split()
_METHODS = "sum prod max min mean var std any all".split()
_BINARY = """add subtract multiply divide floor_divide remainder fmod power float_power maximum minimum fmax fmin hypot
arctan2 logaddexp copysign nextafter heaviside equal not_equal less greater_equal logical_and logical_xor bitwise_and
bitwise_or left_shift right_shift gcd ldexp""".split()
_FOLDED = "add multiply subtract maximum minimum logical_or logical_and bitwise_xor hypot logaddexp fmod".split()
_ASSIGNED = "+ - * / // % ** & | ^ << >>".split()

_OTHERS = r"""
np.argmax(a, axis=0, out=b[0])
np.argmin(a, axis=1, out=b[:, 0])
np.cumulative_sum(a[0], out=b[0])
np.trace(a, out=b[0, 0:1].reshape(()))
np.count_nonzero(a, axis=0)
np.take(a[0], [1, 1, 0, 0], out=b[0])
np.take(a[0], [1, -1, 0, 9], out=b[0], mode="clip")
np.compress([True, False, True, True], a[0], out=b[0, :3])
np.choose(np.array([1, 0, 1, 0]), [a[0], a[1]], out=b[0])
np.clip(a[0], a[1], a[2], out=b[0])
np.clip(a, 1, 3, out=b)
b = np.clip(a, b[0, 0], b[0, 1])
np.round(a, out=b)
np.dot(a[:, 0], a, out=b[0])
np.dot(a, b[0])
np.matmul(a, a, out=b)
np.concatenate([a[0, :2], a[1, :2]], out=b[0])
np.concatenate([a, b], axis=0, dtype=np.float32, casting="unsafe")
np.stack([a[0], a[1]], out=b[:2])
np.multiply(a, 3, out=b)
np.multiply(a, 3, out=b, casting="unsafe")
np.add(a, b, out=b)
np.add(a, a, out=b, where=a > 2)
np.add(a, b, dtype=np.int64, casting="unsafe")
np.add(a, 1, out=b, dtype=np.float32, casting="same_kind")
np.add.reduce(a, axis=0, out=b[0], dtype=np.float32)
np.add.reduce(a, axis=0, out=b[0], initial=2)
np.sqrt(a, out=b)
np.negative(a, out=b)
np.absolute(a, out=b)
np.isfinite(a, out=b)
np.copyto(b, a)
np.copyto(b, a, casting="unsafe")
np.copyto(b, a, where=a > 2)
np.copyto(b, a, casting="safe")
np.add.at(b[0], [0, 0, 1], a[0, :3])
np.maximum.at(b[0], [0, 0, 1], a[0, :3])
np.put(b, [0, 2], a[0, :2])
np.putmask(b, a > 2, a)
np.place(b, a > 2, a[0])
np.place(b, a > 2, 7)
np.place(b, a > 2, 2.5)
np.place(b, a > 2, [1, 300])
np.putmask(b, a > 2, 2.5)
np.put(b, [1, 3], 300)
np.put(b, [1, 3], 2.5)
np.copyto(b, 2.5)
np.copyto(b, 300)
b.fill(300)
b.fill(a[0, 1])
b[1] = [1, 2, 300, 4]
b[1, 2] = 300
b[1, 2] = 2.5
b[1, 2] = True
b[1, 2] = a[0, 1] + 1
b[1, 2] = a[0].sum()
b[1, 2] = int(a[0, 0] > 1)
b[1, 2] = 1 + 2j
b[1, 2] = np.float32(2.5)
b[1, 2] = np.int64(300)
b[1, 2] = np.uint8(200)
b[1] = np.int64(300)
b[1] += 300
b[1] += 2.5
b[1, 1] += 300
b[1, 1] -= 2.5
b[1, 1] *= a[0, 1]
b = a + 300
b = 300 - a
b = a * -1
b = a / 300
b = 2.5 * a
b = a ** 2
b = a ** -1
b = a ** 0.5
b = 2 ** a
b = a % 7
b = a // 7
b = -7 // (a + 1)
b = a // 2.5
b = a & 15
b = a << 2
b = ~a
b = -a
b = abs(a)
b = a > 300
b = a == -1
b = a < 2.5
b = np.where(a > 2, 300, b)
b = np.maximum(a, 300)
b = np.minimum(a, 2.5)
b = np.add(a, np.int8(100))
b = a + np.float32(2.5)
b = a + np.float64(2.5)
b = a + np.uint64(5)
b = a + np.True_
b = a[0, 0] + 300
b = a[0, 1] * 3
b = -a[0, 1]
b = abs(a[0, 1])
b = a[0, 1] ** 2
b = 2 ** a[0, 2]
b = a[0, 1] // 3
b = a[0, 1] / 3
b = int(a[0, 1]) + b[0, 0]
b = float(a[0, 1]) + b[0, 0]
b = round(a[0, 1])
b = bool(a[0, 1]) + b[0, 0]
b = divmod(a[0, 1], 7)
b = a[0, 1] & 15
b = np.sqrt(a)
b = np.exp(a / 100)
b = np.floor(a)
b = np.rint(a)
b = np.sign(a)
b = np.square(a)
b = np.reciprocal(a)
b = np.sin(a[0, 1])
b = np.sqrt(a[0, 1])
b = np.angle(a)
b = np.isnan(a)
b = np.signbit(a)
b = np.real(a) + np.imag(b)
b = np.conj(a) * b
b = a.mean()
b = a.mean(dtype=np.float32)
b = a.std(axis=1)
b = a.var(ddof=1)
b = np.prod(a[:, 3])
b = a.sum()
b = np.cumsum(a)
b = np.argsort(a, axis=None)
b = np.unique(a)
b = np.median(a)
b = np.percentile(a, 30)
b = np.ptp(a)
b = np.bincount(a[0])
b = b[a[3]]
b = np.take(b, a[3] % 4)
b = np.repeat(b[0], a[3])
b = range(3)[a[3, 0]]
b = np.zeros(a[0, 2])
b = np.arange(a[0, 2])
b = np.eye(4, dtype=a.dtype) * b
b = [x * 2 for x in a[0]]
b = sum(a[0])
b = min(a[0, 0], 5)
b = max(a[:, 1])
b = a[0].tolist()
b = a.item(1)
b = a[0, 1].item() + 1
b = "x" if a[0, 1] else 1
b = np.bitwise_count(a)
b = np.invert(a)
b = np.left_shift(1, a)
b = np.right_shift(a, 1)
b = np.linalg.det(a)
b = np.linalg.solve(a, b)
b = np.fft.fft(a[0])
b = np.fft.rfft(a[0])
b = np.sinc(a / 100)
b = np.unwrap(a[0])
b = np.i0(a[0] / 100)
b = np.nancumsum(a)
b = np.vander(a[0], 3)
b = np.roots(a[0])
b = np.poly(a[0])
b = np.count_nonzero(a)
b = np.flatnonzero(a)
b = np.floor_divide.accumulate(a + 1, axis=1)
b = np.dot(a[0], b[0]) + 1
b = np.matmul(a[0], b)
np.fill_diagonal(b, a[0, 0])
np.fill_diagonal(b, 3)
b[:] = a
b[0] = a[0]
b[...] = a[0, 1]
b[0, 1] = a[0, 1]
b[[0, 2]] = a[[1, 1]]
b[a > 2] = a[a > 2]
b[a > 2] = 7
b[1] = 2.5
b[1] = -1
b[b > a] = 0
b = np.where(a > 2, a, b)
b = np.where(a > 2, a, 3)
b = np.where(a > 2, 2.5, b[0, 0])
b = np.select([a > 2, a > 1], [a, b], 7)
b = np.concatenate([a, b])
b = np.append(a, b)
b = np.insert(a, 1, b[0], axis=0)
b = np.block([[a, b]])
b = np.full_like(a, b[0, 0])
b = np.full(3, b[0, 0])
b = np.zeros_like(a) + b
b = np.array([a[0, 0], b[0, 0]])
b = np.array([a[0], b[0]])
b = np.linspace(a[0, 0], b[0, 1], 5)
b = np.arange(a[0, 1], a[0, 1] + 3)
b = a.astype(b.dtype)
b = np.asarray(a, b.dtype)
b = np.outer(a[0], b[0])
b = np.inner(a, b)
b = np.dot(a, b)
b = a @ b
b = np.vdot(a, b)
b = np.einsum("ij,ij->i", a, b)
b = np.tensordot(a, b, 1)
b = np.kron(a, b)
b = np.cross(a[:, :3], b[:, :3])
b = np.convolve(a[0], b[0])
b = np.correlate(a[0], b[0], "full")
b = np.interp(a[0], np.sort(b[0]), b[1])
b = np.searchsorted(np.sort(a[0]), b[0])
b = np.digitize(a[0], np.sort(b[0]))
b = np.isin(a, b)
b = np.union1d(a[0], b[0])
b = np.isclose(a, b)
b = np.allclose(a, b)
b = np.array_equal(a, b)
b = np.average(a, axis=0, weights=b)
b = np.cov(a, b)
b = np.corrcoef(a[0], b[0])
b = np.polyval(a[0], b[0])
b = np.trapezoid(a, b)
b = np.gradient(a[0], np.cumsum(np.abs(b[0]) + 1))
b = np.diff(a, prepend=b[:, :1])
b = np.ediff1d(a[0], to_end=b[0, :2])
b = np.divmod(a, b)[0]
b = np.floor_divide(a, b)
b = np.histogram(a, bins=3, weights=b)[0]
b = np.bincount(np.array([0, 1, 1, 2]), weights=b[0])
b = np.quantile(a, 0.3, axis=0)
b = np.nan_to_num(a, nan=b[0, 0])
b = np.heaviside(a, b)
b = np.maximum(a, b[0, 0])
b = a + b[0, 0]
b = a * 2 + b * 2.5
b = (a - b) / (abs(b) + 1)
b = a[0, 0] + b[0, 0]
b = a[0, 0] * b[0, 1]
b = a[0, 1] / b[0, 0]
b = a[0, 1] // b[0, 0]
b = a[0, 1] % b[0, 0]
b = a[0, 1] ** b[0, 0]
b = a[0, 1] < b[0, 0]
b = a[0, 1] == b[0, 0]
b = max(a[0, 1], b[0, 0])
b = a[0, 1] if a[0, 1] > b[0, 0] else b[0, 0]
b = a.sum() + b.sum()
b = a.mean(axis=0) - b.mean(axis=0)
b = a.max() - b.min()
b = (a > b).sum(axis=0)
b = np.sum(a * b)
b = np.sum(a * b, axis=1)
b = np.sum(a, axis=0, where=b > 2)
b = np.max(a, axis=0, initial=b[0, 0])
b = np.sum(a, axis=0, initial=b[0, 0])
b = np.cumsum(a[0] + b[0])
b = np.sort(a + b, axis=0)
b = np.tril(a) + np.triu(b)
b = np.linalg.norm(a - b)
b = np.pad(a, 1, constant_values=b[0, 0])
b = np.roll(a, 1) - b
for k in range(4): b[0, k] = a[1, k]
for k in range(4): b[0, k] += a[1, k]
for k in range(4): b[0, k] = a[1, k] + b[1, k]
for k in range(4): b[0, k] = max(a[1, k], b[1, k])
for k in range(4): b[0, k] = a[1, k] * 2
for k in range(4): b[0, k] = k
t = a[0, 0]\nfor k in range(4): t = t + b[0, k]\nb = t
t = 0\nfor k in range(4): t += a[0, k] * b[0, k]\nb = t
t = 0.0\nfor k in range(4): t = max(t, a[0, k])\nb = t
if a[0, 1] > b[0, 0]: b = a
""".strip()

DTYPES = [
    *(f"np.{name}(a, axis=0, out=b[0])" for name in _REDUCED),
    *(f"a.{name}(0, out=b[0])" for name in _METHODS),
    *(f"np.{name}(a, axis=0, out=b)" for name in ("cumsum", "cumprod")),
    *(f"b = np.{name}(a, b)" for name in _BINARY),
    *(f"np.{name}(a, a, out=b)" for name in _BINARY),
    *(f"np.{name}.reduce(a, axis=0, out=b[0])" for name in _FOLDED),
    *(f"np.{name}.accumulate(a, axis=0, out=b)" for name in _FOLDED),
    *(f"b {operator}= a" for operator in _ASSIGNED),
    *(f"b = a {operator} b" for operator in _ASSIGNED),
    *(f"b[0, 1] {operator}= a[0, 1]" for operator in _ASSIGNED),
    *(f"b {operator}= 3" for operator in _ASSIGNED),
    *(f"b = a.sum(axis=0, dtype=np.{name}) + b" for name in ("int8", "uint64", "float32", "complex64")),
    *_OTHERS.split("\n"),
]

#: What two numbers of Python's or NumPy's give; literals stand for themselves.
_LITERALS = ("1j", "2.5", "3", "True", "(-2)", "0")
_OPERATORS = "+ - * / // % ** & | ^ << >> == != < <= > >= and or".split()
KINDS = [
    *(f"return a {operator} b" for operator in _OPERATORS),
    *(f"return {literal} {operator} b" for literal in _LITERALS for operator in _OPERATORS),
    *(f"return a {operator} {literal}" for literal in _LITERALS for operator in _OPERATORS),
    *(f"t = a\\nt {operator}= b\\nreturn t" for operator in _OPERATORS[:12]),
    *(f"return {name}(a, b)" for name in ("max", "min", "pow", "divmod", "complex", "math.hypot", "math.copysign")),
    *(f"return {name}(a)" for name in ("abs", "int", "float", "complex", "bool", "round", "-", "+", "~", "not")),
    "return a if a != b else b",
    "return [a, b]",
    "return a == a, b != b",
    "return np.add(a, b), np.multiply(a, b)",
    "return np.array([a, b])",
    "return np.maximum(a, b), np.hypot(abs(a), abs(b))",
    "return np.where(a == b, a, b)",
    "return np.full(2, a) + b",
    "return np.arange(3) * a + b",
    "return (np.ones(3) * a == b).sum()",
    "return sum([a, b])",
    "return a.real, b.imag",
    "return a.conjugate() + b",
    "t = 0\\nfor k in range(3): t = t + a * b\\nreturn t",
    "t = a\\nfor k in range(3): t = t * b\\nreturn t",
    "t = 0.0\\nfor k in range(3): t += a - k * b\\nreturn t",
]
