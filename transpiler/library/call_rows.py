"""Which functions of NumPy are kept as calls?

Not here are those whose results' dtype or rank depends on values (np.roots, np.linalg.eig of real matrices), those
that give views of their arguments, and those that take functions.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ...ir.array import Expr
from ..values import Method, Static, Value
from .call_shapes import (
    bins,
    broadcast,
    chained,
    convolved,
    counted,
    drawn,
    expanded,
    fitted,
    half,
    less,
    like,
    padded,
    reduced,
    singular,
    solved,
    transposed,
    triangular,
    variables,
)
from .calls import Bound, Refusal, Row, Rule


def _real(name: str) -> Refusal:
    def refuse(bound: Bound) -> str | None:
        value = bound.get(name)
        if isinstance(value, Expr) and value.type.dtype.kind == "c":
            return None
        return "whether the result of real numbers is complex depends on their values"

    return refuse


def _coefficients(bound: Bound) -> str | None:
    roots = bound.get("seq_of_zeros")
    if isinstance(roots, Expr) and roots.type.rank == 1 and roots.type.dtype.kind != "c":
        return None
    return "whether the result is complex depends on values"


def _rows(prefix: str, names: str, shape: Rule | None = None, **attributes: Any) -> tuple[Row, ...]:
    return tuple(Row(f"{prefix}{name}", shape, **attributes) for name in names.split())


_LINALG = (
    Row("np.linalg.solve", solved),
    *_rows("np.linalg.", "inv cholesky", like("a")),
    Row("np.linalg.matrix_power", like("a")),
    Row("np.linalg.det", less("a", 2)),
    Row("np.linalg.slogdet"),
    *_rows("np.linalg.", "eigh", less("a", 1, "a")),
    Row("np.linalg.eigvalsh", less("a", 1)),
    *_rows("np.linalg.", "eig eigvals", refuse=_real("a")),
    Row("np.linalg.svd", singular),
    Row("np.linalg.svdvals", singular),
    Row("np.linalg.qr", triangular),
    Row("np.linalg.pinv", transposed),
    Row("np.linalg.multi_dot", chained),
    *_rows(
        "np.linalg.",
        "lstsq matrix_rank cond norm matrix_norm vector_norm tensorinv tensorsolve cross outer trace tensordot vecdot "
        "matmul",
    ),
)

_FFT = (
    *_rows("np.fft.", "fft ifft", like("a", "n")),
    *_rows("np.fft.", "fft2 ifft2 fftn ifftn", like("a", "s")),
    *_rows("np.fft.", "rfft rfft2 rfftn ihfft", half),
    *_rows("np.fft.", "irfft irfft2 irfftn hfft"),
    *_rows("np.fft.", "fftshift ifftshift", like("x")),
    Row("np.fft.fftfreq", counted("n")),
    Row("np.fft.rfftfreq"),
)

_SORTING = (
    *_rows("np.", "sort argsort partition argpartition sort_complex", like("a")),
    Row("np.lexsort"),
    *_rows("np.", "unique unique_all unique_counts unique_inverse unique_values"),
    Row("np.searchsorted", like("v")),
    Row("np.digitize", like("x")),
    *_rows("np.", "bincount histogram2d histogram_bin_edges"),
    Row("np.histogram", bins),
    *_rows("np.", "intersect1d union1d setdiff1d setxor1d"),
    Row("np.isin", like("element")),
    *_rows("np.", "median nanmedian", reduced("a")),
    *_rows("np.", "percentile quantile nanpercentile nanquantile"),
    *_rows(".", "sort partition put", written="self"),
)

_SIGNALS = (
    Row("np.convolve", convolved),
    Row("np.correlate"),
    Row("np.interp", like("x")),
    *_rows("np.", "cov corrcoef", variables),
    Row("np.pad", padded),
    *_rows("np.", "unwrap", like("p")),
    *_rows("np.", "i0 sinc nan_to_num fix isreal iscomplex isneginf isposinf", like("x")),
    *_rows("np.", "bartlett blackman hamming hanning kaiser"),
    *_rows("np.", "gradient trapezoid diff ediff1d"),
)

_POLYNOMIALS = (
    Row("np.polyfit", fitted),
    Row("np.polyval", like("x")),
    *_rows("np.", "polyadd polysub polymul polydiv polyder polyint vander"),
    Row("np.poly", expanded, refuse=_coefficients),
)

#: What is compiled in most cases, and kept as a call in the others.
_OTHERS = (
    *_rows(
        "np.",
        "sum prod min max amin amax mean std var any all ptp argmin argmax median count_nonzero average "
        "nansum nanprod nanmin nanmax nanmean nanstd nanvar nanargmin nanargmax",
        reduced("a"),
    ),
    *_rows("np.", "cumsum cumprod nancumsum nancumprod", like("a")),
    *_rows("np.", "cumulative_sum cumulative_prod"),
    *_rows("np.", "round around", like("a", "out")),
    Row("np.clip", like("a")),
    Row("np.roll", like("a")),
    Row("np.take_along_axis", like("indices")),
    *_rows(
        "np.",
        "dot vdot inner outer matmul tensordot einsum kron cross trace vecdot matvec vecmat "
        "tril_indices triu_indices tril_indices_from triu_indices_from diag_indices diag_indices_from indices "
        "unravel_index ravel_multi_index argwhere flatnonzero nonzero take choose select compress extract where "
        "packbits unpackbits repeat tile resize append insert delete block concatenate stack vstack hstack dstack "
        "column_stack geomspace logspace linspace arange tri tril triu diag diagflat isclose allclose array_equal "
        "array_equiv angle meshgrid isrealobj iscomplexobj full_like ones_like zeros_like ",
    ),
    *_rows("np.", "put putmask fill_diagonal", written="a"),
    Row("np.place", written="arr"),
    Row("np.put_along_axis", written="arr"),
)

_DRAWN = (
    "beta binomial chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic "
    "lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal "
    "pareto poisson power rand randint randn random random_integers random_sample rayleigh standard_cauchy "
    "standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf "
    "ranf sample"
)
_RANDOM = (
    *_rows("np.random.", _DRAWN, drawn, stateful=True),
    Row("np.random.permutation", stateful=True),
    Row("np.random.seed", stateful=True),
    Row("np.random.shuffle", stateful=True, written="x"),
)

#: Methods that do what the function of the same name does, with the array as its first argument.
_METHODS = frozenset(
    "argsort argpartition searchsorted round repeat choose take compress clip cumsum cumprod sum prod min max mean std "
    "var any all argmin argmax ptp trace nonzero dot".split()
)


@cache
def rows() -> dict[str, Row]:
    """Every row by its path."""
    table = (*_LINALG, *_FFT, *_SORTING, *_SIGNALS, *_POLYNOMIALS, *_OTHERS, *_RANDOM)
    return {row.path: row for row in table}


@cache
def _by_function() -> dict[Any, Row]:
    found: dict[Any, Row] = {}
    for path, row in rows().items():
        if not path.startswith("."):
            found.setdefault(row.function, row)
    return found


def row_of(function: Value) -> Row | None:
    """The row of what is called; None where there is none."""
    match function:
        case Method(_, name):
            return rows().get(f".{name}") or (rows().get(f"np.{name}") if name in _METHODS else None)
        case Static(np.ufunc() as ufunc) if getattr(np, ufunc.__name__, None) is ufunc:
            return Row(f"np.{ufunc.__name__}", broadcast)
        case Static(known):
            owner = getattr(known, "__self__", None)
            if isinstance(owner, np.ufunc) and getattr(np, owner.__name__, None) is owner:
                written = "a" if known.__name__ == "at" else None
                return Row(f"np.{owner.__name__}.{known.__name__}", written=written)
            try:
                return _by_function().get(known)
            except TypeError:
                return None
        case _:
            return None
