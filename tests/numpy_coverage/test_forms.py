"""Do library calls give what NumPy gives, in every form of their arguments, for other dtypes, ranks and sizes?

The names are those of calls.py. A form may be left to the host; what it gives is NumPy's in any case.
"""

from __future__ import annotations

import importlib.util
import pathlib
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from check_whole import same
from numpy_coverage import page
from numpy_coverage.calls import arguments

import mdsl

FORMS = """
np.sort(A, axis=0)
np.sort(A, axis=None)
np.sort(A, 0, 'stable')
np.sort(C, axis=1)
np.argsort(A, axis=0)
np.argsort(-V, kind='stable')[:3]
np.partition(A, 1, axis=0)
np.partition(V, [1, 3])
np.argpartition(V, len(V) // 2)
np.lexsort((I, J))
np.unique(A)
np.unique(A, axis=0)
np.unique(I, return_index=True, return_inverse=True)
np.unique(I, True, True, True)
np.searchsorted(W, X)
np.searchsorted(W, V, side='right')
np.searchsorted(W, A)
np.searchsorted(V, W, sorter=np.argsort(V))
np.bincount(I, weights=V)
np.bincount(I, minlength=N + 3)
np.bincount(I)[I]
np.histogram(V, bins=W)
np.histogram(V, bins=W)[0] * 2
np.histogram(V, density=True)
np.histogram(V, 5, (0.0, 1.0), weights=W)
np.histogram(V, N)[1][:-1]
np.histogram(V, 'auto')[0]
np.histogram(A, 4)
np.histogram2d(V, W, [3, 4])
np.percentile(A, [10, 50], axis=0)
np.percentile(A, 50, axis=1, keepdims=True)
np.quantile(V, X)
np.quantile(V, 0.5, method='lower')
np.median(A, axis=(0, 1))
np.median(A, axis=1, keepdims=True) - A
np.median(C, axis=(0, 2))
np.digitize(A, W)
np.digitize(X, W)
np.digitize(V, W, right=True)
np.intersect1d(I, J, return_indices=True)
np.isin(A, V)
np.isin(I, [1, 2, 3], invert=True)
np.setdiff1d(I, J)
np.linalg.solve(S, S)
np.linalg.solve(S, A.T)
np.linalg.solve(S, S[0])
np.linalg.inv(S).T @ S
np.linalg.inv(np.stack([S, S]))
np.linalg.det(np.stack([S, S]))
np.linalg.cholesky(S) @ S
np.linalg.cholesky(S, upper=True)
np.linalg.svd(A, compute_uv=False)
np.linalg.svd(A, full_matrices=False).S
np.linalg.svd(C)[1]
np.linalg.qr(A, 'r')
np.linalg.qr(A.T, mode='complete')[0]
np.linalg.eigh(S)[1]
np.linalg.eigh(S, 'U')[0]
np.linalg.lstsq(S, S)[0]
np.linalg.lstsq(A.T, V[:4], rcond=None)[0]
np.linalg.pinv(A) @ A
np.linalg.pinv(C)
np.linalg.matrix_rank(S)
np.linalg.norm(A, 'nuc')
np.linalg.norm(A, 2)
np.linalg.norm(A, axis=1)
np.linalg.norm(A, -np.inf)
np.linalg.norm(V, 3)
np.linalg.norm(C, axis=(0, 2))
np.linalg.cond(S, 1)
np.linalg.matrix_power(S, -1)
np.linalg.slogdet(S)[0] * 2
np.linalg.multi_dot((S[0], S, S[1]))
np.linalg.tensorsolve(S, S[0])
np.fft.fft(A, axis=0)
np.fft.fft(V, 5)
np.fft.fft(V, n=N)
np.fft.fft(V, norm='ortho') * 2
np.fft.ifft(np.fft.fft(V))
np.fft.rfft(V)[1:] * 2
np.fft.rfft(A, axis=0)
np.fft.irfft(np.fft.rfft(V), len(V))
np.fft.fft2(A)
np.fft.fft2(C, axes=(0, 2))
np.fft.fftn(C)
np.fft.fftshift(A)
np.fft.fftshift(A, axes=1)
np.fft.fftfreq(len(V), X)
np.fft.fftfreq(len(V)) * V
np.fft.rfftfreq(N) * 2
np.convolve(V, W[:3])
np.convolve(V, W, mode='valid')
np.convolve(V, [1.0, 0.5])
np.correlate(V, W, 'full')
np.interp(X, W, V)
np.interp(A, W, V, left=0.0)
np.interp(V, W, V, period=1.0)
np.cov(A, rowvar=False)
np.cov(V, W)
np.cov(V)
np.cov(A, bias=True, ddof=0)
np.corrcoef(V, W)
np.corrcoef(A, rowvar=False)
np.pad(A, ((1, 0), (2, 1)), 'reflect')
np.pad(V, 2, mode='wrap')
np.pad(V, (1, 2), constant_values=X)
np.pad(A, N, 'linear_ramp')
np.pad(V, 2, 'mean')
np.polyfit(V, W, 1)
np.polyfit(V, W, 2, full=True)[0]
np.polyfit(V, W, N - 3)
np.polyval(W, X)
np.polyval([1, 2, 3], A)
np.poly(V)
np.vander(V)
np.gradient(V, X)
np.gradient(A)[0]
np.diff(V, n=2)
np.unwrap(A, axis=0)
np.sum(A, axis=0, dtype=np.float32)
np.sum(A, where=A > 0.5)
np.max(A, initial=0.7, where=A > 0.5)
np.mean(A, axis=0, dtype=np.float32)
np.einsum('ij,jk,kl->il', A, S, S)
np.einsum('ii', S)
np.einsum('...j->...', C)
np.tensordot(A, S, axes=1)
np.kron(S, A)
np.cross(A[:, :3], B[:, 1:])
np.take(A, I % 3, axis=0)
np.take(V, I, mode='clip')
np.repeat(V, I)
np.repeat(A, 2, axis=1)
np.tile(A, (2, 1))
np.insert(V, [1, 3], X)
np.delete(A, 0, axis=0)
np.append(A, B, axis=0)
np.select([V > 0.5, W > 0.5], [V, W], -1.0)
np.choose(I % 3, (V, W, X))
np.meshgrid(V, W, indexing='ij')[1]
np.tril_indices(N, 1)[1] * 2
np.unravel_index(I, (3, 4))
np.argwhere(M)
np.isclose(V, W, rtol=0.1)
np.allclose(V, V + 1e-9)
np.array_equal(V, W, equal_nan=True)
np.modf(V)[0] * 2
np.frexp(V)
np.divmod(V, W)
np.divmod(I, J)
np.add.reduceat(V, I[:2], dtype=np.float64)
np.multiply.accumulate(A, axis=1)
np.subtract.outer(V, W)
np.geomspace(1, 100, N)
np.linspace(0, 1, N, retstep=True)
np.random.rand(*A.shape) * A
np.random.rand()
np.random.randint(N)
np.random.randint(0, 5, size=len(V)) * I
np.random.normal(size=A.shape) + A
np.random.normal(V, W)
np.random.choice(V)
np.random.choice(N, 3, False)
np.random.permutation(V)
np.random.uniform(-1, 1, (N, 2))[:, 0]
np.random.multivariate_normal(S[0], S, 3)
V.argsort()[::-1]
A.argsort(axis=0)
A.std(axis=0, where=A > 0.1)
V.searchsorted(X)
A.round(1)
A.argpartition(1)
A.max(axis=1, initial=0.5)
A.sort(); A
A.sort(axis=0); A[0]
A[1].sort(); A
A[:, ::-1].sort(axis=1); A
S.T.sort(); S
V[::2].sort(); V
V.partition(2); V
A.partition(1, axis=0); A
np.random.shuffle(A); A
np.random.shuffle(V[2:]); V
np.put(A, I, V); A
np.place(A, A > 0.5, [1.0, 2.0]); A
np.putmask(V, M, W * 2); V
np.fill_diagonal(A, W[0]); A
np.fill_diagonal(A[1:], 3.0); A
np.put_along_axis(A, A.argmax(axis=1)[:, None], 9.0, 1); A
np.add.at(V, I, W); V
"""
#: What depends on values, returns a named tuple, or gives back what it was given, stays with NumPy.
HOST = """
np.linalg.eigvals(S)
np.linalg.svd(A.T, full_matrices=False)
np.median(V, overwrite_input=True)
np.poly(S)
np.roots(V)
"""
ALL = [line for line in (FORMS + HOST).splitlines() if line]
#: How the arguments differ from those that the forms were written for.
KINDS = ("as written", "float32", "int64", "complex128", "one", "empty", "nan", "higher rank")


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    path = pathlib.Path(tempfile.mkdtemp(prefix="mdsl-forms-")) / "forms_of_calls.py"
    sources = [page.source(form).replace("def f(", f"def f_{k}(") for k, form in enumerate(ALL)]
    path.write_text("\n\n".join(["import numpy as np", *sources]))
    spec = importlib.util.spec_from_file_location("forms_of_calls", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {form: getattr(module, f"f_{k}") for k, form in enumerate(ALL)}


def varied(kind: str) -> dict[str, object]:
    found = arguments()
    for name, value in found.items():
        if not isinstance(value, np.ndarray) or name == "M":
            continue
        match kind:
            case "float32" | "int64" | "complex128":
                found[name] = (value.real * 10).astype(kind)
            case "one":
                found[name] = value[tuple(slice(0, 1) for _ in value.shape)]
            case "empty":
                found[name] = value[:0]
            case "nan" if value.dtype.kind == "f":
                found[name] = np.where(np.arange(value.size).reshape(value.shape) % 3 == 1, np.nan, value)
            case "higher rank":
                found[name] = np.stack([value, value])
            case _:
                pass
    return found


def _made(function: Callable[..., Any], given: dict[str, object], names: tuple[str, ...]) -> Any:
    np.random.seed(3)  # noqa: NPY002 - the stream that the forms draw from
    try:
        return function(*(given[name] for name in names))
    except Exception as error:  # whatever NumPy raises is what is compared
        return error


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_gives_what_numpy_gives(kind: str) -> None:
    wrong: list[str] = []
    for form, function in _functions().items():
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        compiled = mdsl.accelerate(function, target="python", cache=False)
        mine, theirs = varied(kind), varied(kind)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            expected, got = _made(function, mine, names), _made(compiled, theirs, names)
        try:
            same(got, expected, 1e-3 if kind == "float32" else 1e-7)
            same([theirs[name] for name in names], [mine[name] for name in names], 1e-7)
        except AssertionError as error:
            wrong.append(f"{form}: {error}")
        if kind == "as written":
            report = compiled.last_report
            if (report is not None and report.status == "full") != (form in FORMS.splitlines()):
                wrong.append(f"{form}: {report and report.diagnostics}")
    assert not wrong, "\n".join(wrong)
