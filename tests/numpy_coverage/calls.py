"""A call of each public function of NumPy: what docs/coverage.md says of a function is what is seen of its call.

The calls are expressions of V and W (float64 vectors, W ascending), A and B (matrices of 3 by 4), S (4 by 4, positive
definite), C (3, 2, 4), Z (complex128 vector), I and J (int64 vectors, I not negative), M (a vector of bool), X (a
float) and N (an int). Statements before the expression, which is what is compared, end with a semicolon.
"""

from __future__ import annotations

import re

import numpy as np


def arguments() -> dict[str, object]:
    rng = np.random.default_rng(23)
    square = rng.random((4, 4))
    return {
        "V": rng.random(8) + 0.1, "W": np.sort(rng.random(8)) + 0.1, "A": rng.random((3, 4)), "B": rng.random((3, 4)),
        "S": square @ square.T + np.eye(4), "C": rng.random((3, 2, 4)), "Z": rng.random(8) + 1j * rng.random(8),
        "I": rng.integers(0, 6, 8), "J": rng.integers(1, 5, 8), "M": rng.random(8) > 0.5, "X": 0.7, "N": 5,
    }  # fmt: skip


_INTEGERS = (
    "bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift "
    "bitwise_xor gcd invert lcm left_shift right_shift"
)
_OTHER_UFUNCS = {
    "isnat": "np.isnat(V)", "ldexp": "np.ldexp(V, I)", "matmul": "np.matmul(A, S)", "matvec": "np.matvec(S, S[0])",
    "vecdot": "np.vecdot(A, B)", "vecmat": "np.vecmat(S[0], S)", "arccosh": "np.arccosh(V + 1)",
    "acosh": "np.acosh(V + 1)", "arctanh": "np.arctanh(V / 2)", "atanh": "np.atanh(V / 2)",
    "arcsin": "np.arcsin(V / 2)", "asin": "np.asin(V / 2)", "arccos": "np.arccos(V / 2)", "acos": "np.acos(V / 2)",
}  # fmt: skip

#: Functions of NumPy itself. Where nothing stands after a name, it is called on V; `name(…)` is called as it stands.
_NUMPY = """
all(M) allclose(A, B) amax(A, axis=0) amin(A, axis=0) angle(Z) any(M) append(V, W) apply_along_axis(np.sum, 0, A)
apply_over_axes(np.sum, A, 0) arange(N) argmax(A, axis=1) argmin(A, axis=1) argpartition(V, 2) argsort(V)
argwhere(A > 0.5) around(V, 2) array([X, 2.0]) array_equal(A, B) array_equiv(A, B) array_split(V, 3)[0] asanyarray(V)
asarray(V) asarray_chkfinite(V) ascontiguousarray(V) asfortranarray(A) astype(I, float) atleast_1d(V) atleast_2d(V)
atleast_3d(V) average(A, axis=0) bartlett(N) bincount(I) blackman(N) block([A, B]) broadcast_arrays(V[0:4], A)[0].sum()
broadcast_shapes((3, 1), (1, 4)) broadcast_to(V, (2, len(V))) can_cast(V.dtype, np.float32) choose(I % 2, [V, W])
clip(V, 0.2, 0.6) column_stack([V, W]) common_type(V, W) compress(M, V) concat([V, W]) concatenate([V, W])
convolve(V, W) copy(V) corrcoef(A) correlate(V, W) count_nonzero(A) cov(A) cross(A[:, :3], B[:, :3]) cumprod(V)
cumsum(V) cumulative_prod(V) cumulative_sum(V) delete(V, 1) diag(V) diag_indices(N)[0] diag_indices_from(S)[0]
diagflat(V) diagonal(S) diff(V) digitize(V, W) dot(A, S) dsplit(C, 2)[0] dstack([A, B]) ediff1d(V)
einsum('ij,kj->ik', A, B) empty(N).shape empty_like(V).shape expand_dims(V, 0) extract(M, V) eye(N) fix(V)
flatnonzero(V > 0.5) flip(V) fliplr(A) flipud(A) fromfunction(lambda i, j: i + j, (3, 4)) full(N, X) full_like(V, 2)
geomspace(1.0, 8.0, 4) gradient(V) hamming(N) hanning(N) histogram(V, 4)[0] histogram2d(V, W, 3)[0]
histogram_bin_edges(V, 4) histogramdd(A, 3)[0] hsplit(A, 2)[0] hstack([V, W]) i0 identity(N) imag(Z)*2 indices((2, 3))
inner(A, B) insert(V, 1, X) interp(V, W, V) intersect1d(I, J) isclose(V, W) iscomplex(Z) iscomplexobj(V) isfortran(A)
isin(I, J) isneginf isposinf isreal isrealobj isscalar(X) iterable(V) ix_(I, J)[0] kaiser(N, 3.0) kron(A, B)
lexsort((V, W)) linspace(0.0, 1.0, N) logspace(0.0, 1.0, N) mask_indices(3, np.triu)[0] matrix_transpose(A) max(A)
may_share_memory(A, B) mean(A, axis=0) median(A, axis=0) meshgrid(V, W)[0] min(A) min_scalar_type(N) moveaxis(C, 0, 1)
nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile(V, 30) nanprod
nanquantile(V, 0.3) nanstd nansum nanvar ndim(A) nonzero(I)[0] ones(N) ones_like(A) outer(V, W) packbits(M) pad(A, 1)
partition(V, 3) percentile(A, 30, axis=1) permute_dims(C, (1, 0, 2)) piecewise(V, [V > 0.5], [1.0]) poly polyadd(V, W)
polyder polydiv(V, W)[0] polyfit(V, W, 2) polyint polymul(V, W) polysub(V, W) polyval(V, W) prod(A, axis=0)
ptp(A, axis=0) quantile(V, [0.2, 0.5]) ravel(A + 1) ravel_multi_index((I, J), (6, 6)) real(Z)*2 real_if_close(Z)
repeat(V, 2) require(V) reshape(A + 1, (4, 3)) resize(V, (3, 4)) result_type(V, np.float32) roll(V, 2) rollaxis(C, 1)
roots rot90(A) round(V, 1) row_stack([V, W]) searchsorted(W, V) select([V > 0.5], [W], 1.0) setdiff1d(I, J)
setxor1d(I, J) shape(A) shares_memory(A, B) sinc size(A) sort(A) sort_complex(V) split(V, 2)[0] squeeze(A[:1])
stack([V, W]) std(A, axis=0) sum(A, axis=0) swapaxes(A, 0, 1) take(V, I) take_along_axis(V, I, 0)
tensordot(A, B, ((1,), (1,))) tile(V, 2) trace(S) transpose(A) trapezoid tri(N) tril(S) tril_indices(N)[0]
tril_indices_from(S)[0] trim_zeros triu(S) triu_indices(N)[0] triu_indices_from(S)[0] union1d(I, J) unique(I)
unique_all(I).values unique_counts(I).counts unique_inverse(I).inverse_indices unique_values(I)
unpackbits(I.astype(np.uint8)) unravel_index(I, (2, 4))[0] unstack(A)[0] unwrap vander(V, 3) var(A, axis=0) vdot(V, W)
vsplit(A, 3)[0] vstack([V, W]) where(M, V, W) zeros(N) zeros_like(A) array2string array_repr
array_str busday_count(V, W) busday_offset(V, W)
"""

#: What changes an argument, and what is looked at then.
_CHANGES = {
    "np.copyto": "np.copyto(V, W); V", "np.fill_diagonal": "np.fill_diagonal(S, 2.0); S",
    "np.place": "np.place(V, M, W); V", "np.put": "np.put(V, [0, 2], [1.0, 2.0]); V",
    "np.put_along_axis": "np.put_along_axis(V, I, X, 0); V", "np.putmask": "np.putmask(V, M, W); V",
    "np.random.shuffle": "np.random.shuffle(V); V", "np.random.seed": "np.random.seed(3); np.random.rand(N)",
}  # fmt: skip

_LINALG = """
cholesky(S) cond(S) cross(A[:, :3], B[:, :3]) det(S) diagonal(S) eig(S.astype(np.complex128)).eigenvalues
eigh(S).eigenvalues eigvals(S.astype(np.complex128)) eigvalsh(S) inv(S) lstsq(S, V[:4])[0] matmul(A, S) matrix_norm(A)
matrix_power(S, 3) matrix_rank(A) matrix_transpose(A) multi_dot([A, S, A.T]) norm(A) outer(V, W) pinv(A) qr(A)[1]
slogdet(S).logabsdet solve(S, V[:4]) svd(A)[1] svdvals(A) tensordot(A, B) tensorinv(S, ind=1) tensorsolve(S, V[:4])
trace(S) vecdot(A, B) vector_norm(V)
"""
_FFT = """
fft(V) fft2(A) fftfreq(N) fftn(A) fftshift(V) hfft(Z) ifft(V) ifft2(A) ifftn(A) ifftshift(V) ihfft(V) irfft(Z)
irfft2(A) irfftn(A) rfft(V) rfft2(A) rfftfreq(N) rfftn(A)
"""
_RANDOM = """
beta(1.0, 2.0, N) binomial(5, 0.3, N) chisquare(2.0, N) choice(V, N) dirichlet(V, N) exponential(1.0, N)
f(2.0, 3.0, N) gamma(2.0, 1.0, N) geometric(0.3, N) gumbel(0.0, 1.0, N) hypergeometric(5, 5, 3, N)
laplace(0.0, 1.0, N) logistic(0.0, 1.0, N) lognormal(0.0, 1.0, N) logseries(0.3, N) multinomial(5, [0.5, 0.5], N)
multivariate_normal(S[0], S) negative_binomial(3, 0.5, N) noncentral_chisquare(2.0, 1.0, N)
noncentral_f(2.0, 3.0, 1.0, N) normal(0.0, 1.0, N) pareto(2.0, N) permutation(N) poisson(2.0, N) power(2.0, N)
rand(N, 2) randint(0, 9, N) randn(N) random(N) random_integers(9, size=N) random_sample(N) ranf(N) rayleigh(1.0, N)
sample(N) standard_cauchy(N) standard_exponential(N) standard_gamma(2.0, N) standard_normal(N) standard_t(3.0, N)
triangular(0.0, 1.0, 2.0, N) uniform(0.0, 1.0, N) vonmises(0.0, 1.0, N) wald(1.0, 1.0, N) weibull(2.0, N) zipf(2.0, N)
default_rng(3)
"""
_METHODS = """
V.T V.all() V.any() V.argmax() V.argmin() V.argpartition(2) V.argsort() V.astype(np.float32) (I%2).choose([V,W])
V.clip(0.2, 0.6) V.compress(M) Z.conj() Z.conjugate() V.copy() V.cumprod() V.cumsum() S.diagonal() A.dot(S) A.dtype
V.item(2) V.itemsize A.mT V.max() V.mean() V.min() V.nbytes A.ndim I.nonzero()[0] V.prod() (A+1).ravel() Z.real*2
Z.imag*2 V.repeat(2) (A+1).reshape(4,3) V.round(2) W.searchsorted(V) A.shape A.size A[:1].squeeze() V.std() V.sum()
A.swapaxes(0,1) V.take(I) S.trace() A.transpose() V.var() (A+1).flatten() V.base V.byteswap() V.ctypes V.data V.device
V.dumps() V.flags V.flat V.getfield(float) V.strides V.tobytes() V.tolist() V.to_device("cpu") V.view()
"""
_DTYPES = """
bool byte cdouble complex128 complex64 csingle double float32 float64 int16 int32 int64 int8 int_ intc intp long
longlong short single ubyte uint uint16 uint32 uint64 uint8 uintc uintp ulong ulonglong ushort bool_
"""
_METHOD_CHANGES = {
    "fill": "V.fill(X); V", "sort": "V.sort(); V", "partition": "V.partition(3); V", "put": "V.put([0], [X]); V",
}  # fmt: skip


def _split(text: str) -> list[str]:
    """The calls of a text, parted where a blank stands outside all parentheses."""
    calls, depth, start = [], 0, 0
    for at, c in enumerate(text + " "):
        depth += (c in "([{") - (c in ")]}")
        if c.isspace() and not depth:
            if text[start:at].strip():
                calls.append(text[start:at].strip())
            start = at
    return calls


def _name(call: str) -> str:
    return call.split("(")[0].split("[")[0].split(".")[0]


def calls() -> dict[str, str]:
    """path -> call, for `np.…` and, as `.name`, the methods and attributes of arrays."""
    found: dict[str, str] = {}
    for name in dir(np):
        ufunc = getattr(np, name)
        if isinstance(ufunc, np.ufunc):
            operands = ("I", "J") if name in _INTEGERS.split() else ("V", "W")
            found[f"np.{name}"] = _OTHER_UFUNCS.get(name, f"np.{name}({', '.join(operands[: ufunc.nin])})")
    for prefix, text in (("np.", _NUMPY), ("np.linalg.", _LINALG), ("np.fft.", _FFT), ("np.random.", _RANDOM)):
        for call in _split(text):
            found[prefix + _name(call)] = prefix + (call if "(" in call else f"{call}(V)")
    for call in _split(_METHODS):
        found["." + re.match(r"(?:\(.*?\)|\w+(?:\[.*?\])?)\.(\w+)", call).group(1)] = call  # type: ignore[union-attr]
    for name in _DTYPES.split():
        found[f"np.{name}"] = f"np.{name}(V)"
    return found | _CHANGES | {f".{name}": call for name, call in _METHOD_CHANGES.items()}
