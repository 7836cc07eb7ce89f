"""What is compared on edgy inputs: expressions and statements of `a` and `b`, a line each; `\\n` begins a new one.

tests/differential/table.py runs all on all, test_table.py each on a few.
"""

UNARY = (
    "negative positive absolute abs fabs sign square sqrt cbrt reciprocal exp exp2 expm1 log log2 log10 log1p sin "
    "cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint isnan isinf "
    "isfinite signbit logical_not invert conj conjugate real imag angle deg2rad rad2deg degrees radians spacing "
    "modf frexp nan_to_num fix sinc i0 isreal iscomplex isposinf isneginf real_if_close"
).split()
REDUCTIONS = (
    "sum prod mean std var min max ptp argmin argmax all any nansum nanprod nanmean nanstd nanvar nanmin nanmax "
    "median nanmedian count_nonzero cumsum cumprod nancumsum nancumprod sort argsort flip diff average"
).split()
BINARY = (
    "add subtract multiply divide floor_divide remainder fmod power float_power maximum minimum fmax fmin arctan2 "
    "hypot copysign nextafter logaddexp logaddexp2 logical_and logical_or logical_xor bitwise_and bitwise_or "
    "bitwise_xor left_shift right_shift equal not_equal less less_equal greater greater_equal gcd lcm heaviside "
    "ldexp divmod isclose array_equal allclose dot vdot inner outer kron convolve correlate cross searchsorted "
    "isin union1d intersect1d setdiff1d"
).split()

#: Expressions: what is no call of one of the above.
OTHER = r"""
a + b
a - b
a * b
a / b
a // b
a % b
a ** b
a ** 2
a ** -1
a ** 0.5
2 ** a
a & b
a | b
a ^ b
~a
-a
abs(a)
a @ b
a == b
a != b
a < b
np.where(a > b, a, b)
np.where(a, b, 0)
np.clip(a, 0, 1)
np.clip(a, b, None)
a.clip(-1, 2)
np.sum(a * b)
np.sum(a * 2.5)
np.sum(a / b)
np.mean(a * b)
np.sum(a, axis=0) * 2
np.sum(a) / np.size(a)
a - np.mean(a)
(a - np.min(a)) / (np.max(a) - np.min(a))
np.sqrt(np.sum(a * a))
np.exp(a) / np.sum(np.exp(a))
np.dot(a, a)
np.linalg.norm(a)
np.linalg.norm(a, axis=-1)
np.linalg.norm(a, 1)
np.linalg.norm(a, np.inf)
np.concatenate([a, b])
np.stack([a, b])
np.hstack([a, b])
np.vstack([a, b])
np.tile(a, 2)
np.repeat(a, 2)
np.roll(a, 1)
np.rot90(a)
np.pad(a, 1)
np.pad(a, 1, mode="edge")
a[::-1]
a[1:]
a[..., 0]
a[a > 0]
a.T
a.ravel()
a.reshape(-1)
a.flatten()
a.copy()
a.astype(np.float32)
a.astype(np.int64)
a.astype(bool)
a.astype(np.complex128)
np.round(a, 1)
np.around(a)
a.round(2)
np.unique(a)
np.nonzero(a)
np.flatnonzero(a)
np.argwhere(a)
np.trapezoid(a)
np.gradient(a)
np.ediff1d(a)
np.interp(a, [0.0, 1.0, 2.0], [1.0, 3.0, 2.0])
np.digitize(a, [0, 1, 2])
np.bincount(a)
np.histogram(a, bins=3)
np.quantile(a, 0.3)
np.percentile(a, [10, 50])
np.tril(a)
np.triu(a)
np.diag(a)
np.trace(a)
np.eye(3) * a
np.ones_like(a) * b
np.zeros_like(a)
np.full_like(a, 3)
np.empty_like(a).shape
np.broadcast_to(a, (2,) + a.shape)
np.expand_dims(a, 0)
np.squeeze(a)
np.atleast_2d(a)
np.swapaxes(a, 0, -1)
np.moveaxis(a, 0, -1)
np.meshgrid(a, b)
np.vander(a, 3)
np.polyval([1, 2, 3], a)
np.cov(a)
np.corrcoef(a)
np.einsum("i,i", a, b)
np.einsum("i,j->ij", a, b)
np.tensordot(a, b, 0)
np.tensordot(a, b, 1)
np.take(a, [0, -1])
np.compress(a > 0, a)
np.extract(a > 0, a)
np.select([a > 1, a > 0], [a, b], 5)
np.choose(a > 0, [a, b])
np.piecewise(a, [a > 0], [1, 2])
np.add.reduce(a)
np.multiply.reduce(a)
np.add.accumulate(a)
np.maximum.accumulate(a)
np.minimum.reduce(a)
np.logical_and.reduce(a)
np.add.outer(a, b)
np.bitwise_or.reduce(a)
np.sum(a, dtype=np.float32)
np.sum(a, keepdims=True)
np.sum(a, initial=3)
np.sum(a, where=a > 0)
np.max(a, initial=0)
np.mean(a, dtype=np.float64)
a.sum() + a.prod()
a.max() - a.min()
a.mean() + a.std()
a.var(ddof=1)
a.argmax() + a.argmin()
a.all() and a.any()
bool(a.any())
float(a.sum())
len(a)
a.size + a.ndim
a.dtype.itemsize
int(a.size)
sum(x for x in a)
max(a.ravel())
[x * 2 for x in a]
a.item(0)
a.tolist()
np.isclose(a, b).all()
np.maximum(a, 0) - np.minimum(a, 0)
np.log(np.abs(a) + 1)
np.sin(a) ** 2 + np.cos(a) ** 2
1 / (1 + np.exp(-a))
np.sign(a) * np.sqrt(np.abs(a))
a * 0
a - a
a / a
a * 1
a + 0
0 - a
-(-a)
a * a * a
(a + b) * (a - b)
a * 2 / 2
a / 2 * 2
np.abs(a) ** 2
np.square(a - b)
np.minimum(a, b) + np.maximum(a, b)
np.sqrt(a) * np.sqrt(a)
np.exp(np.log(a))
np.log(np.exp(a))
np.cumsum(a)[-1]
np.sum(np.abs(a - b))
np.max(np.abs(a - b))
np.all(a == b)
np.any(a != a)
np.sum(a == 0)
np.prod(a + 1)
np.sum(-a)
np.max(-a)
np.sum(a.T)
np.sum(a[::-1])
np.mean(a[a > 0])
np.array([a.min(), a.max()])
np.array(a, dtype=np.float32)
np.asarray(a) is a
(a > 0) * a
(a > 0) + (b > 0)
(a > 0) & (b > 0)
~(a > 0)
(a > 0).sum()
(a > 0).mean()
np.linspace(0, 1, 4) * a.sum()
np.arange(a.size) + 1
np.cross(a, b)
np.hypot(a, b) + np.arctan2(a, b)
np.insert(a, 0, 1)
np.append(a, b)
np.delete(a, 0)
np.array_split(a, 2)
np.split(a, 1)
np.nan_to_num(a, nan=1.0)
np.ptp(a, axis=0)
np.fliplr(a)
np.flipud(a)
np.real(a) + np.imag(a)
a.real
a.conj()
np.lexsort((a, b))
np.partition(a, 1)
np.argpartition(a, 1)
np.column_stack([a, b])
np.apply_along_axis(np.sum, 0, a)
np.divmod(a, b)
divmod(a, b)
np.nanmax(a) - np.nanmin(a)
np.matmul(a, b)
np.inner(a, a)
np.outer(a, a)
np.diagonal(a)
""".strip().splitlines()

#: Statements, after which `a` and `b` are looked at.
STATEMENTS = r"""
a += b
a -= b
a *= b
a /= b
a //= b
a %= b
a **= 2
a &= b
a |= b
a ^= b
a <<= 1
a >>= 1
a += 1
a *= 2.5
a -= True
a[:] = b
a[:] = 1
a[:] = 2.7
a[:] = np.nan
a[:] = b * 2
a[...] = b[::-1]
a[0] = 5
a[-1] = b[0]
a[1:] = a[:-1]
a[:-1] = a[1:]
a[::2] = b[::2]
a[::-1] = a
a[a > 0] = 0
a[a > 0] = b[a > 0]
a[a > 0] += 1
a[b > 0] = -1
a[[0, -1]] = 7
a[[0, -1]] = b[:2]
a[[0, 0]] += 1
a[np.argsort(b)] = a
a[np.array([1, 0])] = a[np.array([0, 1])]
np.add(a, b, out=a)
np.add(a, b, out=b)
np.multiply(a, 2, out=a)
np.sqrt(np.abs(a), out=a)
np.exp(a, out=a)
np.add(a, b, out=a, where=a > 0)
np.negative(a, out=a, where=b > 0)
np.maximum(a, b, out=a)
np.clip(a, 0, 1, out=a)
np.cumsum(a, out=a)
np.add.accumulate(a, out=a)
np.add.at(a, [0, 0, 1], 1)
np.subtract.at(a, [0, 1], b[:2])
np.copyto(a, b)
np.copyto(a, 3)
np.copyto(a, b, where=a > 0)
np.putmask(a, a > 0, b)
np.put(a, [0, 1], [5, 6])
np.place(a, a > 0, [1, 2])
np.fill_diagonal(a, 1)
a.fill(2)
a.sort()
a[...] = np.sort(b)
a.partition(1)
a[0], a[1] = a[1], a[0]
a[1:] += a[:-1]
a[:-1] -= a[1:]
a[1:-1] = (a[:-2] + a[2:]) / 2
a[:] = np.cumsum(a)
a[:] = a[::-1]
a[:] = a.T if a.ndim == 1 else a
a[:] = np.sum(a)
a[:] = np.mean(a, axis=0)
a /= np.sum(a)
a -= np.mean(a)
a -= a[0]
a *= a
a += a[::-1]
a[...] = np.where(a > b, a, b)
c = a; c += 1
c = a[1:]; c *= 2
c = a.copy(); c += 1; a[:] = c + a
c = a[::-1]; c[0] = 9
c = a.ravel(); c[0] = 9
c = a.reshape(-1); c += 1
c = a.T; c += 1
c = a[None]; c[0] = 3
v = a[0]; a[0] = 100; b[0] = v
v = a[:2]; a[:2] = b[:2]; b[:2] = v
for i in range(len(a)): a[i] = a[i] + b[i]
for i in range(1, len(a)): a[i] += a[i - 1]
for i in range(len(a) - 1): a[i + 1] = a[i] * 2
for i in range(len(a)): a[i] = i
for i in range(len(a) - 1, -1, -1): a[i] = a[i - 1]
for i, x in enumerate(b): a[i] = x
for x in a: b[0] = x
for x, y in zip(a, b): b[0] = x + y
for i in range(3): a += b * i
for i in range(3): a[:] = a + b
for i in range(3): a, b = b, a
for k in range(2): a[k:] = b[k:]
i = 0\nwhile i < len(a) and a[i] > 0: i += 1\nb[0] = i
if a[0] > 0: a[0] = 1\nelse: a[0] = 2
if a.sum() > 0: a = a + 1
if len(a) > 2: a = a[:2]
if a.any(): b = b + 1
t = 0\nfor x in a: t += x\nb[0] = t
t = 0.0\nfor i in range(len(a)): t += a[i] * b[i]\na[0] = t
t = a[0]\nfor x in a: t = max(t, x)\nb[0] = t
m = -np.inf\nfor x in a: m = x if x > m else m\nb[0] = m
r = []\nfor x in a: r.append(x)\nb = np.array(r)
r = [x + 1 for x in a]\nb = np.array(r)
r = np.zeros(3)\nfor i in range(3): r[i] = a[0] * i\nb = r
r = np.zeros(len(a))\nr[1:] = a[1:]\nb = r
r = np.empty_like(a)\nr[:] = b\nb = r + a
r = np.zeros_like(a)\nr[0] = 1.5\nb = r
r = np.zeros((2, len(a)))\nr[0] = a\nr[1] = b\nb = r
r = np.ones(3, dtype=a.dtype)\nr *= 2\nb = r
r = np.arange(4) * 1.0\nr += a[0]\nb = r
r = np.zeros(2, dtype=int)\nr[0] += a[0] > 0\nb = r
d = {0: a, 1: b}\nb = d[0] + d[1]
x, y = a, b\nx = x + y\na[:] = x
x = a if len(a) > 1 else b\nb = x * 2
x = a\nx = x[1:]\nx[:] = 0
del b\nb = a * 2
n = len(a)\na[n - 1] = n\na[n // 2] = -n
n = a.shape[0]\nb = a.reshape(n, 1) + np.zeros((1, n))
s = a.dtype.type(2)\na *= s
f = lambda x: x * 2\nb = f(a) + f(b)
g = [a, b]\nb = sum(g)
b = a.astype(float).mean() * np.ones(2)
b = np.array([a[0], b[0]])
b = np.array([[1, 2], [3, 4]]) * a[0]
b = a[np.newaxis, :] * b[:, np.newaxis]
b = np.sum(a[:, None] * b[None, :], axis=1)
b = (a[:, None] > b[None, :]).sum(axis=0)
b = np.abs(a[:, None] - b).min(axis=1)
b = a[np.abs(b).argmax()]
b = a[a.argsort()[::-1]]
b = a[a.argmax():]
b = a[: int(abs(b[0]))]
b = np.repeat(a, 2)[::2]
b = np.roll(a, 1) - a
b = np.diff(a) / np.diff(b)
b = np.where(b != 0, a / b, 0)
b = np.divide(a, b, out=np.zeros_like(a), where=b != 0)
b = np.nan_to_num(a / b)
b = np.sqrt(np.maximum(a, 0))
b = (a - a.mean()) / a.std()
b = a / np.linalg.norm(a)
b = np.exp(a - a.max()); b /= b.sum()
b = np.log1p(np.exp(-np.abs(a))) + np.maximum(a, 0)
b = np.cumsum(a)[::-1]
b = np.outer(a, b).sum(axis=0)
b = np.convolve(a, [1, 2, 1], mode="same")
b = np.interp(b, np.sort(a), a)
b = np.searchsorted(np.sort(a), b)
b = np.unique(a) if len(a) else b
b = np.bincount(np.abs(a).astype(int))
b = np.histogram(a, bins=4, range=(0, 4))[0]
b = a.min(), a.max(), a.mean()
b = (a > 0).astype(int).cumsum()
b = np.array([x for x in a if x > 0])
b = np.array([i for i, x in enumerate(a) if x > 0])
b = sum(x * y for x, y in zip(a, b))
b = all(x > 0 for x in a)
b = any(x > 0 for x in a)
b = max(abs(x) for x in a)
b = [a[i] for i in range(len(a))]
b = float(a[0]) + int(b[0])
b = round(float(a[0]), 1)
b = a[0] // b[1]
b = a[0] % b[1]
b = a[0] / b[0]
b = a[0] ** b[1]
b = -a[0] // 2
b = divmod(a[0], 3)
b = a[0] == b[0]
b = a[0] and b[0]
b = a[0] or b[0]
b = not a[0]
b = a[0] < b[0] < a[1]
b = min(a[0], b[0], 1)
b = abs(a[0]) + abs(b[0])
b = int(a[0] * 10) % 7
b = np.float32(a[0]) * 2
b = np.int32(a[1]) + 1
b = bool(a[0]) + 1
b = complex(a[0], 1)
assert len(a) > 0\nb = a + 1
assert a[0] > 0, "no"\nb = a
if a[0] < 0: raise ValueError("negative")\nb = a * 2
""".strip().splitlines()

#: Statements about arrays of two axes.
AXES = r"""
b = np.sum(a, axis=1)
b = np.sum(a, axis=(0, 1))
b = np.sum(a, axis=-2, keepdims=True)
b = np.max(a, axis=0) - np.min(a, axis=0)
b = np.argmax(a, axis=0)
b = np.argmin(a, axis=1)
b = np.argmax(a)
b = np.mean(a, axis=1, keepdims=True)
b = a - a.mean(axis=0)
b = a - a.mean(axis=1, keepdims=True)
b = a / a.sum(axis=1)[:, None]
b = a / np.sqrt((a ** 2).sum(axis=0))
b = np.std(a, axis=0)
b = np.var(a, axis=1, ddof=1)
b = np.cumsum(a, axis=0)
b = np.cumsum(a, axis=1)
b = np.cumprod(a, axis=-1)
b = np.sort(a, axis=0)
b = np.argsort(a, axis=1)
b = np.median(a, axis=0)
b = np.any(a > 0, axis=0)
b = np.all(a > 0, axis=1)
b = np.count_nonzero(a > 0, axis=0)
b = np.prod(a, axis=1)
b = np.ptp(a, axis=1)
b = a.T @ a
b = a @ a.T
b = a @ b.T
b = a[0] @ b[0]
b = a @ b[0]
b = np.dot(a, b.T)
b = np.einsum("ij,ij->i", a, b)
b = np.einsum("ij,kj->ik", a, b)
b = np.einsum("ij->j", a)
b = np.tensordot(a, b, axes=([1], [1]))
b = np.outer(a[0], b[:, 0])
b = np.kron(a, b)
b = np.trace(a @ b.T)
b = a[1:, :-1] + b[:-1, 1:]
b = a[::-1, ::2]
b = a[:, ::-1] * 2
b = a[..., None] * b[:, None, :]
b = a.reshape(-1, 2)
b = a.reshape(2, -1)
b = a.T.reshape(-1)
b = a.ravel(order="F")
b = a.flatten()[::2]
b = np.transpose(a)[0]
b = np.swapaxes(a, 0, 1) + 1
b = np.concatenate([a, b], axis=1)
b = np.concatenate([a, b], axis=0)[1:]
b = np.stack([a, b], axis=2)
b = np.stack([a, b], axis=-1).sum(axis=-1)
b = np.hstack([a, b[:, :1]])
b = np.vstack([a, b[0]])
b = np.dstack([a, b])
b = np.tile(a, (2, 1))
b = np.repeat(a, 2, axis=0)
b = np.repeat(a, 2, axis=1)
b = np.roll(a, 1, axis=0)
b = np.roll(a, -1, axis=1) - a
b = np.roll(a, (1, 1), axis=(0, 1))
b = np.flip(a, axis=0)
b = np.rot90(a, 2)
b = np.pad(a, ((1, 0), (0, 1)))
b = np.pad(a, 1, mode="wrap")
b = np.pad(a, 1, mode="reflect")
b = np.diff(a, axis=0)
b = np.diff(a, n=2, axis=1)
b = np.gradient(a, axis=0)
b = np.triu(a, 1) + np.tril(a, -1)
b = np.diag(a) * 2
b = np.diagonal(a, 1)
b = np.diag(np.diag(a))
b = a[a > 0]
b = a[a > 0].sum()
b = a[:, 0][a[:, 1] > 0]
b = a[a[:, 0] > 0]
b = a[:, a[0] > 0]
b = a[[0, 1]]
b = a[[1, 0], [0, 1]]
b = a[[0, -1], :][:, [1, 0]]
b = a[np.ix_([0, 1], [1, 0])]
b = a[np.array([[0, 1], [1, 0]])]
b = a[:, np.array([1, 0, 1])]
b = a[np.argmax(a, axis=0), np.arange(a.shape[1])]
b = np.take_along_axis(a, np.argsort(a, axis=1), axis=1)
b = np.take(a, [1, 0], axis=1)
b = np.where(a > 0, a, -a)
b = np.where(a > b, 1, 0).sum()
i, j = np.where(a > 0)\nb = i + j
b = np.nonzero(a > 0)[0]
b = np.argwhere(a > 0)
b = np.unique(a, return_counts=True)
b = np.unique(a > 0)
b = np.linalg.norm(a, axis=1)
b = np.linalg.norm(a)
b = np.linalg.norm(a, axis=0, ord=1)
b = np.linalg.norm(a, ord="fro")
b = np.minimum.reduce(a, axis=1)
b = np.add.accumulate(a, axis=1)
b = np.logical_or.reduce(a > 0, axis=0)
b = np.average(a, axis=0, weights=b[:, 0] ** 2 + 1)
b = np.clip(a, a.min(axis=0), a.max(axis=0) / 2)
b = np.maximum(a, b.T.T)
b = a * b[0]
b = a * b[:, :1]
b = a + b[:, [0]]
b = (a[:, None, :] - b[None, :, :]).sum(axis=2)
b = ((a[:, None] - b[None]) ** 2).sum(-1)
b = np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1)).min(axis=1)
b = np.apply_along_axis(np.max, 1, a)
b = np.array([r.sum() for r in a])
b = np.array([r * 2 for r in a])
b = [r.max() for r in a.T]
t = 0\nfor r in a: t = t + r.sum()\nb = t
t = np.zeros(a.shape[1])\nfor r in a: t += r\nb = t
for i in range(a.shape[0]): a[i] = a[i] / (a[i].sum() + 1)
for i in range(a.shape[0]): a[i, 0] = i
for i in range(a.shape[0]):\n    for j in range(a.shape[1]): b[i, j] = a[i, j] * 2 + i - j
for i in range(1, a.shape[0]): a[i] += a[i - 1]
for j in range(1, a.shape[1]): a[:, j] += a[:, j - 1]
for i in range(1, a.shape[0] - 1):\n    for j in range(1, a.shape[1] - 1): a[i, j] = a[i - 1, j] + a[i, j - 1]
for i in range(a.shape[0]):\n    for j in range(i): a[i, j] = 0
for i in range(a.shape[0]):\n    if a[i, 0] > 0: a[i] = 0
for i in range(a.shape[0]):\n    if a[i, 0] > 0: continue\n    a[i] *= 2
for i in range(a.shape[0]):\n    if a[i, 0] < 0: break\n    b[i] = a[i]
a[0] = a[1]; a[1] = a[0]
a[:, 0] = a[:, 1]
a[0], a[1] = a[1].copy(), a[0].copy()
a[1:] = a[:-1] * 2
a[:, 1:] -= a[:, :-1]
a[::-1] = a * 2
a[:] = a[::-1, ::-1]
a[a > 0.2] = b[a > 0.2]
a[a.sum(axis=1) > 0] = 1
a[[0, 1]] = a[[1, 0]]
a[:, [0, 1]] = a[:, [1, 0]]
a[[0, 0], [0, 1]] += 1
a += a.mean(axis=0)
a -= a[0]
a -= a[:, :1]
a *= b.sum(axis=0)
a[...] = a.sum()
np.add(a, b, out=a[:, :])
np.sum(a, axis=0, out=b[0])
np.dot(a, b.T.copy(), out=np.zeros((a.shape[0], a.shape[0])))
c = a.T; c[0] = 5
c = a[:, 1]; c += 10
c = a[1:]; c[:] = a[:-1]
c = np.zeros_like(a); c[1:] = a[:-1]; b = c
c = np.zeros((2,) + a.shape); c[0] = a; c[1] = b; b = c.sum(axis=0)
c = np.zeros((a.shape[0], 2)); c[:, 0] = a[:, 0]; c[:, 1] = b[:, 1]; b = c
c = np.ones(a.shape[::-1]); b = c @ a
c = np.eye(a.shape[0]); c[0] = 2; b = c @ a
c = a.copy(); c.sort(axis=0); b = c
n, m = a.shape; b = np.arange(n)[:, None] * np.arange(m)
n, m = a.shape; b = np.ones((n, m)) * np.arange(m) + a
x, y = np.meshgrid(np.arange(a.shape[1]), np.arange(a.shape[0])); b = x * y + a
b = np.indices(a.shape)[0] + a
b = np.cov(a)
b = np.corrcoef(a)
b = np.histogram2d(a.ravel(), b.ravel(), bins=2)[0]
b = np.exp(a - a.max(axis=1, keepdims=True)); b = b / b.sum(axis=1, keepdims=True)
b = np.log(np.sum(np.exp(a), axis=1))
b = (a == a.max(axis=1, keepdims=True)).astype(int)
b = np.cross(a[:, :3], b[:, :3])
b = np.convolve(a[0], b[0])
b = np.linalg.solve(a @ a.T + np.eye(a.shape[0]), b)
b = np.linalg.inv(a @ a.T + np.eye(a.shape[0]))
b = np.linalg.det(a @ a.T)
b = np.array_equal(a, b)
b = np.allclose(a, a.copy())
b = np.isclose(a, b).sum(axis=0)
b = np.searchsorted(np.sort(a[0]), b[0])
b = np.interp(b[0], np.sort(a[0]), a[1])
b = np.trapezoid(a, axis=0)
b = np.polyval(a[0], b)
b = np.broadcast_to(a[0], b.shape) + b
b = np.squeeze(a[:1]) + 1
b = np.expand_dims(a, 1) + b
b = np.fft.fft(a, axis=0).real
b = a.real + a.imag
b = np.nansum(np.where(a > 0, a, np.nan), axis=0)
b = np.nanmean(np.where(a > 0, a, np.nan), axis=1)
b = np.nanmax(np.where(a > 0, a, np.nan), axis=0)
b = np.ravel_multi_index((np.array([0, 1]), np.array([1, 0])), a.shape)
b = np.unravel_index(3, a.shape)
b = len(a), a.shape, a.ndim, a.size, a.T.shape
""".strip().splitlines()

#: Expressions of an array `a` and a Python integer `n` that its dtype may not hold.
INTEGERS = r"""
a + n
a * n
np.maximum(a, n)
np.clip(a, 0, n)
a.clip(n, 5)
np.where(a > 0, a, n)
np.where(a > 0, n, a)
np.append(a, n)
np.insert(a, 1, n)
np.full(3, n, dtype=a.dtype)
np.full_like(a, n)
np.array(n, dtype=a.dtype)
np.array([n, 1], dtype=a.dtype)
np.asarray([[n]], a.dtype)
np.isin(a, n)
np.searchsorted(a, n)
np.pad(a, 1, constant_values=n)
np.select([a > 0], [a], n)
np.choose(a > 0, [a, n])
np.sum(a, initial=n)
np.max(a, initial=n)
np.min(a, initial=n, where=a > 1)
np.power(a, n)
a << n
a // n
a % n
np.add(a, n, dtype=np.int8)
np.add.reduce(a, initial=n)
np.equal(a, n)
a == n
a < n
np.left_shift(n, a)
np.interp(n, a, a)
np.arange(n, n + 3, dtype=a.dtype)
np.linspace(0, n, 3, dtype=a.dtype)
np.int8(n)
a.dtype.type(n)
np.dot(a, n)
np.outer(a, n)
np.multiply.outer(a, n)
np.cumsum(a) + n
np.bitwise_and(a, n)
a & n
a | n
~a + n
np.copysign(a, n)
np.hypot(a, n)
np.fmod(a, n)
np.gcd(a, n)
np.nan_to_num(a) + n
np.digitize(a, [n])
np.concatenate([a, [n]])
np.stack([a, a * n])
np.tile(n, 3) + a
np.repeat(n, 3)
np.diff(a, prepend=n)
np.ediff1d(a, to_begin=n)
np.heaviside(a, n)
np.minimum(n, a)
np.ones(3, a.dtype) * n
np.zeros_like(a) + n
np.sum(a) + n
np.prod(a) * n
np.mean(a) + n
a.max() + n
a[0] + n
n - a[0]
a[0] < n
max(a[0], n)
abs(a[0]) * n
a[0] ** n
n ** a[0]
-n + a
a + -n
a * (n > 3)
a + True
a + (n > 3)
np.abs(a) + n
divmod(a, n)
np.trunc(a) + n
round(a[0]) + n
int(a[0]) + n
float(a[0]) + n
a.item(0) + n
np.float32(n) + a
np.uint8(3) + n
np.bool_(n) + a
a.astype(np.int64) + n
np.broadcast_to(n, 3) + a
np.triu(a[:, None] + n)
np.cross(a[:3], [n, 1, 2])
np.kron(a, n)
np.vander(a, 3) + n
np.polyval([n, 1], a)
np.trapezoid(a) + n
np.convolve(a, [n, 1])
np.unique(a) + n
np.sort(a) + n
np.take(a, 0) + n
np.put_along_axis(a, np.array([0]), n, 0)
a.fill(n)
np.copyto(a, n)
np.putmask(a, a > 1, n)
np.place(a, a > 1, [n])
np.put(a, [0], n)
a.__setitem__(0, n)
a.__iadd__(n)
np.fill_diagonal(a[:, None], n)
""".strip().splitlines()

EXPRESSIONS = [
    *(f"np.{name}(a)" for name in UNARY),
    *(f"np.{name}(a{axis})" for axis in ("", ", axis=0", ", axis=-1") for name in REDUCTIONS),
    *(f"np.{name}(a, b)" for name in BINARY),
    *(f"np.{name}(a, 2)" for name in BINARY[:36]),
    *(f"np.{name}(-1.5, a)" for name in BINARY[:16]),
    *OTHER,
]
