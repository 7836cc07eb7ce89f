"""Shapes, joins, frames, grids and diagonals do what NumPy's do."""

from __future__ import annotations

import numpy as np
import pytest
from whole_texts import check_text, check_text_right

RNG = np.random.default_rng(7)


def values(dtype: str = "float64", size: int | None = None) -> dict[str, object]:
    def array(*shape: int) -> np.ndarray:
        return (RNG.normal(size=shape) * 5).astype(dtype)[tuple(slice(size) for _ in shape)]

    return {
        "a": array(4, 5), "b": array(4, 5), "v": array(6), "w": array(6), "c": array(2, 3, 4), "s": array(6, 6),
        "k": RNG.integers(0, 4, 6)[:size], "n": 2, "x": 1.5, "r": np.array(2.5).astype(dtype),
    }  # fmt: skip


VIEWS = [
    "np.ravel(a.T)", "np.ravel(a, order='F')", "c.T.ravel()", "np.transpose(c, (1, 0, 2)).ravel()",
    "a.reshape(5, -1)", "a.reshape(-1, 2)", "a.reshape(3, -1)", "a.reshape(-1, 5, 2)", "v.item(3)", "a.item(1, 2)",
    "a.item((1, 2))", "np.moveaxis(c, 0, -1)", "np.rollaxis(c, 2)", "np.rollaxis(c, 1, 3)", "np.swapaxes(c, 0, 2)",
    "np.permute_dims(c, (2, 0, 1))", "np.matrix_transpose(c)", "c.mT", "np.squeeze(c[:, :1], axis=1)",
    "np.squeeze(c[:1])", "np.expand_dims(a, 0)", "np.expand_dims(a, (0, 2))", "np.atleast_1d(x)", "np.atleast_1d(r)",
    "np.atleast_2d(v)", "np.atleast_3d(v)", "np.atleast_3d(a)", "np.atleast_2d(v, a)", "np.broadcast_to(v, (3, 6))",
    "np.broadcast_to(v, (3, v.size))", "np.broadcast_to(x, (3, 9)) + 1",
    "np.broadcast_to(a[:, :1], a.shape)", "np.broadcast_arrays(v, np.zeros((3, 1)))[0] + 1",
    "np.flipud(a)", "np.fliplr(a)", "np.flip(c, axis=(0, 1))", "np.rot90(s)", "np.rot90(a, 2)", "np.rot90(a, k=-1)",
    "np.rot90(c, 1, axes=(1, 2))", "np.ravel(a)", "np.ravel(x)", "a.flatten('F')", "a.T.flatten()",
    "a.reshape((5, 4), order='F') + 0", "np.reshape(a, -1)", "np.diagonal(a)", "np.diagonal(a, 1)",
    "np.diagonal(c, -1, 1, 2)", "np.diag(s)", "np.diag(s, -1)", "a.diagonal(2)", "np.diagonal(c, axis1=2, axis2=0)",
    "a.nbytes + a.itemsize", "np.ndim(a) + np.size(a, 1)",
]  # fmt: skip
JOINS = [
    "np.concatenate((a, b), axis=None)", "np.concatenate((a, b), dtype=np.float32)",
    "np.concatenate((a, k[:0, None] * a))", "np.concatenate((v, w), out=np.zeros(12, v.dtype))",
    "np.stack((a, b), axis=-1)", "np.vstack((a, v[:5]))", "np.vstack((v, w))", "np.hstack((v, w))",
    "np.hstack((a, b))", "np.hstack((x, v))", "np.dstack((a, b))", "np.dstack((v, w))", "np.column_stack((a, v[:4]))",
    "np.column_stack((v, w))", "np.block([[a, b], [b, a]])", "np.block([v, w])",
    "np.block([[s, np.zeros((6, 1))], [np.ones((1, 6)), 1.0]])", "np.r_[v, w]", "np.r_[0.0, v, 1.0]", "np.r_[0:4]",
    "np.r_[v, 1:n]", "np.c_[v, w]", "np.c_[a, a]", "np.append(v, x)", "np.append(v, w)", "np.append(a, b, axis=0)",
    "np.append(a, x)", "np.delete(v, 2)", "np.delete(v, -1)", "np.delete(v, [1, 3])", "np.delete(a, 1, axis=0)",
    "np.delete(a, np.s_[1:3], axis=1)", "np.delete(a, slice(1, n), 0)", "np.delete(v, n)", "np.insert(v, 2, x)",
    "np.insert(v, 0, 0)", "np.insert(v, n, 9)", "np.insert(v, len(v), 2.0)", "np.insert(a, 1, 0, axis=0)",
    "np.insert(a, 1, v[:4], axis=1)",
]  # fmt: skip
PIECES = [
    "tuple(np.split(v, 3))", "tuple(np.split(a, [2, 4], axis=1))", "tuple(np.array_split(v, 4))", "np.split(s, 2)[1]",
    "tuple(np.array_split(a, 3, axis=1))", "tuple(np.hsplit(a, [3]))", "np.hsplit(v, 2)[0]", "tuple(np.vsplit(s, 2))",
    "tuple(np.dsplit(c, [1, 2]))", "np.tile(v, 3)", "np.tile(a, (2, 3))", "np.tile(v, (2, 1))", "np.tile(a, n)",
    "np.tile(v, (2, n))", "np.tile(x, 3)", "np.tile(a, 1)", "np.repeat(v, 3)", "np.repeat(a, n, axis=0)",
    "np.repeat(c, 2, 1)", "np.repeat(a, 2)", "np.repeat(v, k)", "np.repeat(a, k[:4], axis=0)", "np.repeat(x, 4)",
    "v.repeat(2)", "np.resize(v, (2, 5))", "np.resize(a, 33)", "np.roll(v, 1)", "np.roll(v, -2)", "np.roll(v, n)",
    "np.roll(v, -n)", "np.roll(v, 20)", "np.roll(a, 1)", "np.roll(a, 1, axis=0)", "np.roll(a, (1, -2), axis=(0, 1))",
    "np.roll(a, n, axis=1)", "np.roll(a, 1, axis=(0, 1))", "np.roll(a, (1, 2), 0)", "np.roll(a, 0, axis=1)",
]  # fmt: skip
FRAMES = [
    "np.pad(a, 1)", "np.pad(a, ((1, 2), (0, 1)))", "np.pad(v, (n, 1))", "np.pad(v, 2, mode='edge')",
    "np.pad(c, 1, mode='edge')", "np.pad(a, ((1, 1), (2, 2)), mode='reflect')",
    "np.pad(a, ((3, 1), (2, 4)), 'symmetric')", "np.pad(v, (1, 2), 'wrap')",
    "np.pad(c, ((1, 0), (0, 2), (3, 3)), 'wrap')", "np.pad(v, (1, 2), 'constant', constant_values=5)",
    "np.pad(v, (1, 2), 'constant', constant_values=(5, 6))", "np.pad(a, 1, constant_values=((1, 2), (3, 4)))",
    "np.pad(a, [(0, 0), (1, 1)], 'reflect')", "np.pad(v, 2, 'empty')[2:-2]", "np.pad(a[:, 0], n, 'symmetric')",
]  # fmt: skip
GRIDS = [
    "np.mgrid[0:3, 0:4]", "np.mgrid[0:n, 1:n+1]", "np.mgrid[0:1:5j]", "np.mgrid[0:5:2, 1:3]", "np.mgrid[0:4]",
    "np.mgrid[0:1:3j, 0:2]", "np.ogrid[0:3, 0:n]", "np.indices((3, 4))", "np.indices((n, n), dtype=np.int32)",
    "np.indices(a.shape)[0] * a", "np.indices((3, 4), sparse=True)",
    "np.fromfunction(lambda i, j: i + j * 2, (3, 4))", "np.fromfunction(lambda i, j: i * j, (n, n), dtype=int)",
    "tuple(np.meshgrid(v, w))", "tuple(np.meshgrid(v, w, indexing='ij'))", "tuple(np.meshgrid(v, w, sparse=True))",
    "tuple(np.meshgrid(v, w, k))", "a[np.ix_([0, 2], [1, 3])]", "a[np.ix_(k, k)]", "a[np.ix_(a[:, 0] > 0, [1, 2])]",
    "np.triu_indices(4)", "np.tril_indices(n + 1, -1)", "np.triu_indices(n, 1, 5)", "np.tril_indices_from(s)",
    "np.triu_indices_from(a, k=1)", "s[np.triu_indices(6, 1)]", "np.diag_indices(n)", "s[np.diag_indices(4)]",
    "np.diag(v)", "np.diag(v, 1)", "np.diag(v, k=-2)", "np.full((2, 6), v)", "np.full((3,), [1.0, 2.0, 3.0])",
    "np.full_like(a, v[:5])", "np.full_like(a, 2)", "np.ones_like(a, shape=(2, 2))",
    "np.zeros_like(a, dtype=np.int32)", "np.empty_like(a, shape=3).shape", "np.linspace(0, x, n)",
    "np.linspace(0, 1, 5, retstep=True)", "np.linspace(0, 1, n, False)", "np.linspace(0, 1, 5, dtype=np.float32)",
    "np.linspace(v, w, 5)", "np.linspace(v, x, 4, axis=-1)", "np.unravel_index(k, (3, 4))",
    "np.unravel_index(np.argmax(a), a.shape)", "np.unravel_index(7, (2, 2, 3))",
]  # fmt: skip
KNOWN = [
    "np.finfo(a.dtype).eps * 2", "np.finfo(np.float32).tiny", "np.iinfo(np.int32).max",
    "np.result_type(a, 1.0) == a.dtype", "np.promote_types('f4', 'f8') == np.float64",
    "np.issubdtype(a.dtype, np.floating)", "isinstance(a, np.ndarray)", "isinstance(x, (int, float))",
    "hasattr(a, 'shape')", "hasattr(a, 'columns')", "getattr(a, 'ndim')", "np.isscalar(x)",
    "getattr(a, 'missing', 3)", "np.iscomplexobj(a)", "np.can_cast(np.int32, np.float64)", "a[slice(1, 3)]",
]  # fmt: skip
TABLES = {"views": VIEWS, "joins": JOINS, "pieces": PIECES, "frames": FRAMES, "grids": GRIDS, "known": KNOWN}


@pytest.mark.parametrize("text", [text for texts in TABLES.values() for text in texts])
def test_doubles(text: str) -> None:
    check_text(text, values())


@pytest.mark.parametrize("dtype", ["float32", "int16", "bool", "complex128"])
@pytest.mark.parametrize("topic", TABLES)
def test_other_dtypes(topic: str, dtype: str) -> None:
    statuses = [check_text_right(text, values(dtype)) for text in TABLES[topic]]
    assert statuses.count("full") >= len(statuses) * 0.6


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("topic", TABLES)
def test_edge_sizes(topic: str, size: int) -> None:
    few = values(size=size)
    for text in TABLES[topic]:
        check_text_right(text, few)


@pytest.mark.parametrize("axis", ["True", "1.0"])
@pytest.mark.parametrize(
    "text",
    [
        "a.sum(axis=%s)", "a.mean(axis=(%s,))", "np.transpose(a, (%s, 0))", "np.cumsum(a, axis=%s)",
        "np.take(a, 0, %s)", "np.concatenate((a, b), axis=%s)", "np.tensordot(a, a, axes=((%s,), (1,)))",
        "np.repeat(a, 2, %s)",
        "np.rot90(a, 1, (0, %s))", "np.squeeze(a[:, :1], (%s,))", "np.moveaxis(a, %s, 0)", "np.arange(%s)",
    ],
)  # fmt: skip
def test_a_bool_or_a_float_is_no_axis(text: str, axis: str) -> None:
    check_text_right(text % axis, values())


def test_diagonals_are_stored_to_and_read_only() -> None:
    check_text("np.fill_diagonal(a, 7)\nnp.fill_diagonal(a[1:], v[:3])\nreturn a", values())
    check_text_right("d = np.diagonal(a)\nd[:] = 1\nreturn a", values())


def test_pieces_are_views() -> None:
    check_text("p, q = np.split(v, 2)\np += 1\nnp.flipud(q)[0] = 9\nreturn v", values())


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_compiled(target: str) -> None:
    texts = "np.pad(a, 2, 'reflect'), np.roll(a, n, 1), np.tile(a, (2, 1)), np.mgrid[0:n, 0:3], np.diag(v, 1)"
    check_text(f"{texts}, np.repeat(v, k)", values(), target=target)


def test_a_roll_of_all_elements_is_compiled() -> None:
    for text in ("np.roll(a, 3)", "np.roll(c, -n)", "np.roll(v[v > 0], n)"):
        check_text(text, values())
        check_text(text, values(size=0))
