"""Sums of products: einsum, tensordot, kron, and products of stacks that `np.dot` makes.

A contraction of two arrays becomes `@` where each of the three groups of its indices (of the first, summed, of the
second) has something in it; otherwise it is a sum over products, one nest of loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Axis, Expr, Extent
from ...ir.types import Size
from .. import build
from ..diagnostics import Unsupported
from ..lift_call import as_array, check_axes, matmul, store_out, transpose
from ..values import NONE, Static, Tup, Value, constant
from .compose import given, known, numpy

if TYPE_CHECKING:
    from ..lift_expr import Expressions

Handler = Callable[..., Value]


@dataclass(frozen=True)
class Term:
    """An operand with a label for each axis; no label stands twice."""

    value: Expr
    labels: tuple[str, ...]


def einsum(lifter: Expressions, *operands: Value, out: Value = NONE, optimize: Value = NONE, **kwargs: Value) -> Value:
    if kwargs or not operands or not isinstance(operands[0], Static) or not isinstance(operands[0].value, str):
        raise Unsupported("MDSL301", "`np.einsum` with these arguments is not compiled")
    values = [_array(lifter, v) for v in operands[1:]]
    inputs, result = subscripts(operands[0].value, [v.type.rank for v in values])
    if len(inputs) == 1 and len(set(inputs[0])) < len(inputs[0]) and set(inputs[0]) == set(result):
        raise Unsupported("MDSL301", "a diagonal that may be written to is not compiled")
    made = contract(lifter, [_distinct(lifter, v, labels) for v, labels in zip(values, inputs, strict=True)], result)
    return store_out(lifter, out, made)


def subscripts(text: str, ranks: Sequence[int]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The labels of each operand and of the result; an ellipsis stands for labels "…0", "…1", … from the right.

    Raises Unsupported where NumPy raises ValueError.
    """
    text = text.replace(" ", "")
    left, arrow, right = text.partition("->")
    parts = left.split(",")
    if len(parts) != len(ranks):
        raise Unsupported("MDSL303", "the subscripts do not fit the number of operands")
    widest = 0
    for part, rank in zip(parts, ranks, strict=True):
        if "..." in part:
            widest = max(widest, rank - len(part.replace("...", "")))
    every = tuple(f"…{k}" for k in reversed(range(widest)))

    def split(part: str, rank: int | None) -> tuple[str, ...]:
        front, dots, back = part.partition("...")
        if not (front + back).isalpha() and front + back:
            raise Unsupported("MDSL303", f"invalid subscripts {part!r}")
        if not dots:
            labels = tuple(part)
        else:
            count = widest if rank is None else rank - len(front + back)
            if count < 0:
                raise Unsupported("MDSL303", "an operand has fewer dimensions than its subscripts")
            labels = (*front, *every[widest - count :], *back)
        if rank is not None and len(labels) != rank:
            raise Unsupported("MDSL303", "the subscripts do not fit the dimensions of an operand")
        return labels

    inputs = [split(part, rank) for part, rank in zip(parts, ranks, strict=True)]
    if arrow:
        result = split(right, None)
    else:
        letters = [label for labels in inputs for label in labels if label not in every]
        result = (*every, *sorted(label for label in set(letters) if letters.count(label) == 1))
    used = {label for labels in inputs for label in labels}
    if len(set(result)) < len(result) or not set(result) <= used:
        raise Unsupported("MDSL303", "the result's subscripts are not among the operands', or repeat")
    return inputs, result


def _distinct(lifter: Expressions, value: Expr, labels: tuple[str, ...]) -> Term:
    """A label that stands twice walks a diagonal."""
    order = tuple(dict.fromkeys(labels))
    if len(order) == len(labels):
        return Term(value, labels)
    sizes = {}
    for label, size in zip(labels, value.shape, strict=True):
        if label in sizes and not lifter.ctx.require_equal(size, sizes[label], "a diagonal of equal sizes"):
            raise Unsupported("MDSL302", "sizes along a diagonal that are not known to agree")
        sizes.setdefault(label, lifter.ctx.normal(size))
    axes = tuple(Axis(Size(0), 1, order.index(label)) for label in labels)
    return Term(arr.view(value, axes, tuple(sizes[label] for label in order)), order)


def contract(lifter: Expressions, terms: list[Term], result: tuple[str, ...]) -> Expr:
    """The sum over all labels that `result` does not have of the product of the terms.

    The two terms whose contraction costs least come first, then the next two: costs count with a thousand for each
    size that only the run knows.
    """
    dtype = np.result_type(*(t.value.type.dtype for t in terms))
    if dtype.kind == "b" or (dtype.kind in "iu" and dtype.itemsize < 4):
        raise Unsupported("MDSL301", f"a contraction of {dtype} is not compiled")
    if len(terms) > 1:
        terms = [Term(build.cast(t.value, dtype), t.labels) for t in terms]
    sizes: dict[str, int] = {}
    for term in terms:
        for label, size in zip(term.labels, term.value.shape, strict=True):
            typical = lifter.ctx.typical(lifter.ctx.normal(size))
            if sizes.get(label, 1) == 1:
                sizes[label] = typical
    while len(terms) > 1:
        first, second = _cheapest(terms, result, sizes)
        kept = _kept(terms, (first, second), result)
        place = next(k for k, t in enumerate(terms) if t is first)
        made = _pair(lifter, first, second, kept)
        terms = [t for t in terms if t is not first and t is not second]
        terms.insert(place, made)
    (term,) = terms
    term = _summed(lifter, term, set(result))
    value = transpose(term.value, tuple(term.labels.index(label) for label in result))
    if not result and value.type.kind == "array":
        value = build.element_of(value)
    return value


def _cheapest(terms: list[Term], result: tuple[str, ...], sizes: dict[str, int]) -> tuple[Term, Term]:
    """The pair whose contraction takes the fewest products, then gives the smallest array."""

    def cost(pair: tuple[Term, Term]) -> tuple[int, int]:
        labels = {*pair[0].labels, *pair[1].labels}
        return prod(sizes[x] for x in labels), prod(sizes[x] for x in _kept(terms, pair, result))

    return min(((a, b) for k, b in enumerate(terms) for a in terms[:k]), key=cost)


def _kept(terms: list[Term], pair: tuple[Term, Term], result: tuple[str, ...]) -> set[str]:
    """The labels of a pair that are needed after it."""
    others = {label for t in terms if t is not pair[0] and t is not pair[1] for label in t.labels}
    return {label for t in pair for label in t.labels if label in result or label in others}


def _summed(lifter: Expressions, term: Term, kept: set[str]) -> Term:
    gone = tuple(k for k, label in enumerate(term.labels) if label not in kept)
    if not gone:
        return term
    total = build.cast(build.reduce(lifter.ctx, "sum", term.value, gone), term.value.type.dtype)
    return Term(total, tuple(label for label in term.labels if label in kept))


def _pair(lifter: Expressions, first: Term, second: Term, kept: set[str]) -> Term:
    """Two terms in one: the labels that neither result nor another term needs are summed over."""
    first = _summed(lifter, first, kept | set(second.labels))
    second = _summed(lifter, second, kept | set(first.labels))
    for label in set(first.labels) & set(second.labels):
        a, b = (t.value.shape[t.labels.index(label)] for t in (first, second))
        if 1 not in (a, b) and not lifter.ctx.require_equal(a, b, "sizes that are summed over agree"):
            raise Unsupported("MDSL302", "sizes of one label that are not known to agree")
    both = [x for x in first.labels if x in second.labels]
    stretched = [x for x in both if _size(first, x) != _size(second, x) and 1 in (_size(first, x), _size(second, x))]
    batch, summed = [x for x in both if x in kept], [x for x in both if x not in kept]
    mine, theirs = [x for x in first.labels if x not in both], [x for x in second.labels if x not in both]
    if summed and not stretched and (mine or theirs) and (not batch or (mine and theirs)):
        product = _product(lifter, first, second, batch, mine, summed, theirs)
        if product is not None:
            return product
    labels = (*batch, *mine, *theirs, *summed)
    product = numpy(lifter, np.multiply, _laid(first, labels), _laid(second, labels))
    return _summed(lifter, Term(product, labels), kept)


def _size(term: Term, label: str) -> Size:
    return term.value.shape[term.labels.index(label)]


def _laid(term: Term, labels: tuple[str, ...]) -> Expr:
    """The term's value under all labels, with size 1 for those that it does not have."""
    axes = tuple(Axis(Size(0), 1, labels.index(label)) for label in term.labels)
    shape = tuple(_size(term, label) if label in term.labels else Size(1) for label in labels)
    return arr.view(term.value, axes, shape)


def _product(
    lifter: Expressions,
    first: Term,
    second: Term,
    batch: list[str],
    mine: list[str],
    summed: list[str],
    theirs: list[str],
) -> Term | None:
    """As `@` of matrices, each group of labels merged into one axis; None where a group is not to be merged."""
    if len(summed) > 1:
        summed = [x for x in first.labels if x in summed]
    a = _merged(lifter, first, [batch, mine, summed])
    b = _merged(lifter, second, [batch, summed, theirs])
    if a is None or b is None:
        return None
    value = matmul(lifter, a, b)
    labels = (*batch, *mine, *theirs)
    if len(mine) > 1 or len(theirs) > 1:
        shape = tuple(Extent(_size(first if x in first.labels else second, x)) for x in labels)
        value = numpy(lifter, np.reshape, value, Tup(shape))
    return Term(value, labels)


def _merged(lifter: Expressions, term: Term, groups: list[list[str]]) -> Expr | None:
    batch, *pair = groups
    order = [x for group in groups for x in group]
    value = transpose(term.value, tuple(term.labels.index(x) for x in order))
    if all(len(group) < 2 for group in pair):
        return value
    shape: list[Value] = [Extent(_size(term, x)) for x in batch]
    for group in pair:
        if group:
            total = build.extent_product(lifter.ctx, [lifter.ctx.normal(_size(term, x)) for x in group])
            shape.append(Extent(lifter.ctx.normal(lifter.ctx.size(total, "merged"))))
    return numpy(lifter, np.reshape, numpy(lifter, np.copy, value), Tup(tuple(shape)))


def tensordot(lifter: Expressions, a: Value, b: Value, axes: Value = constant(2)) -> Value:
    x, y = _array(lifter, a), _array(lifter, b)
    wanted = known(axes, "`axes`")
    if isinstance(wanted, int):
        left, right = list(range(x.type.rank - wanted, x.type.rank)), list(range(wanted))
    else:
        left, right = ([k] if isinstance(k, int) else list(k) for k in wanted)
    check_axes((*left, *right))
    if len(left) != len(right) or not all(-x.type.rank <= k < x.type.rank for k in left):
        raise Unsupported("MDSL303", "the axes do not fit")
    if not all(-y.type.rank <= k < y.type.rank for k in right):
        raise Unsupported("MDSL303", "the axes do not fit")
    first = [f"a{k}" for k in range(x.type.rank)]
    second = [f"b{k}" for k in range(y.type.rank)]
    for i, j in zip(left, right, strict=True):
        if not lifter.ctx.require_equal(x.shape[i], y.shape[j], "summed axes agree"):
            raise Unsupported("MDSL302", "sizes of summed axes that are not known to agree")
        second[j] = first[i]
    result = [p for p in first if p not in second] + [q for q in second if q not in first]
    made = contract(lifter, [Term(x, tuple(first)), Term(y, tuple(second))], tuple(result))
    return made if result else numpy(lifter, np.array, made)


def kron(lifter: Expressions, a: Value, b: Value) -> Value:
    x, y = _array(lifter, a), _array(lifter, b)
    rank = max(x.type.rank, y.type.rank)
    laid, sizes = [], []
    for value, shift in ((x, 0), (y, 1)):
        lead = rank - value.type.rank
        axes = tuple(Axis(Size(0), 1, 2 * (k + lead) + shift) for k in range(value.type.rank))
        shape = [Size(1)] * (2 * rank)
        for k, size in enumerate(value.shape):
            shape[2 * (k + lead) + shift] = size
        laid.append(arr.view(value, axes, tuple(shape)))
        sizes.append([Size(1)] * lead + list(value.shape))
    product = numpy(lifter, np.multiply, *laid)
    total = [build.extent_product(lifter.ctx, [p, q]) for p, q in zip(*sizes, strict=True)]
    return numpy(lifter, np.reshape, product, Tup(tuple(total))) if rank else product


def dot_of_stacks(lifter: Expressions, x: Expr, y: Expr) -> Expr:
    """`np.dot` sums over the last axis of the first and the last but one of the second."""
    made = tensordot(lifter, x, y, constant(((x.type.rank - 1,), (y.type.rank - 2,))))
    assert isinstance(made, Expr)
    return made


def _array(lifter: Expressions, value: Value) -> Expr:
    made = as_array(lifter, value)
    return made if made.type.kind == "array" else numpy(lifter, np.array, made)


def multi_dot(lifter: Expressions, arrays: Value, *, out: Value = NONE) -> Value:
    if not isinstance(arrays, Tup) or len(arrays.items) < 2 or given(out):
        raise Unsupported("MDSL301", "`multi_dot` of arrays that are not known one by one")
    values = [_array(lifter, v) for v in arrays.items]
    if not all(v.type.rank == 2 for v in values[1:-1]) or not all(1 <= v.type.rank <= 2 for v in values):
        raise Unsupported("MDSL303", "`multi_dot` of arrays of other ranks")
    for left, right in pairwise(values):
        size = right.shape[0 if right.type.rank == 1 else -2]
        if not lifter.ctx.require_equal(left.shape[-1], size, "summed axes agree"):
            raise Unsupported("MDSL302", "sizes of summed axes that are not known to agree")
    terms = []
    for k, value in enumerate(values):
        labels = (f"{k}", f"{k + 1}") if value.type.rank == 2 else ((f"{k + 1}",) if k == 0 else (f"{k}",))
        terms.append(Term(value, labels))
    result = tuple(x for term, x in ((terms[0], "0"), (terms[-1], f"{len(values)}")) if x in term.labels)
    return contract(lifter, terms, result)


FUNCTIONS: dict[Any, Handler] = {
    np.einsum: einsum, np.tensordot: tensordot, np.linalg.tensordot: tensordot, np.kron: kron,
    np.linalg.multi_dot: multi_dot,
}  # fmt: skip
METHODS: dict[str, Handler] = {}
