"""einsum with any subscripts, tensordot, kron and products of stacks are compiled whole, without calling NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from whole_texts import check_text, check_text_right, function_of

import mdsl

RNG = np.random.default_rng(13)
SUBSCRIPTS = {
    "ij,jk->ik": "ab", "ij,jk": "ab", "ij->ji": "a", "ii": "s", "ij->i": "a", "ij->": "a", "ba": "a",
    "ij,ij->i": "aa", "i,j->ij": "vv", "i,i": "vv", "i,i->i": "vv", "ijk,ikl->ijl": "cd", "...ij,...jk->...ik": "cd",
    "...ij,jk->...ik": "cb", "i...->...": "c", "...i->...": "c", "ijk,k->ij": "cw", "ij,kj->ik": "aa",
    "bij,bij->b": "cc", "ijk,ijk": "cc", "ij,jk,kl->il": "aba", "ij,jk,ki->": "abS", "ijk,jkl->il": "cD",
    "ijk,ljk->il": "cc", "ijj->i": "t", "iij,jk->ik": "tb", "ij,kl->ijkl": "aa", " i j , j k -> k i ": "ab",
    "ij,j": "aw", "j,ij": "wa", "ij,ik,il->jkl": "aaa", "aab,bcc->ac": "tu", ",ij->ij": "xa", "i...,i...->...": "cc",
    "ijk->kij": "c",
}  # fmt: skip
CALLS = [
    "np.tensordot(a, b, axes=1)", "np.tensordot(c, D, axes=2)", "np.tensordot(a, a, axes=([0, 1], [0, 1]))",
    "np.tensordot(c, d, axes=([2], [1]))", "np.tensordot(v, w, axes=0)", "np.tensordot(c, d, ((0, 2), (0, 1)))",
    "np.kron(a, b)", "np.kron(v, w)", "np.kron(v, a)", "np.kron(c, v)", "np.dot(c, b)", "np.dot(c, d)",
    "np.dot(v[:4], d)", "np.linalg.multi_dot([a, b, a])", "np.linalg.multi_dot((v[:3], a, b, v[:3]))",
]  # fmt: skip


def values(dtype: str = "float64", size: int | None = None) -> dict[str, object]:
    def array(*shape: int) -> np.ndarray:
        return (RNG.normal(size=shape) * 5).astype(dtype)[tuple(slice(size) for _ in shape)]

    return {
        "a": array(3, 4), "b": array(4, 3), "c": array(2, 3, 4), "d": array(2, 4, 5), "D": array(3, 4, 2),
        "v": array(5), "w": array(4), "s": array(4, 4), "S": array(3, 3), "t": array(4, 4, 4), "u": array(4, 2, 2),
        "x": array(1)[0:1].sum(),
    }  # fmt: skip


def text(subscripts: str) -> str:
    return f"np.einsum({subscripts!r}, {', '.join(SUBSCRIPTS[subscripts])})"


@pytest.mark.parametrize("call", [*map(text, SUBSCRIPTS), *CALLS])
def test_doubles(call: str) -> None:
    check_text(call, values(), rtol=1e-10)
    function, args = function_of(call, values())
    source = mdsl.accelerate(function, target="python", cache=False).explain(*args).source
    assert "np.einsum(" not in source and "np.kron(" not in source and "np.tensordot(" not in source


@pytest.mark.parametrize("dtype", ["float32", "int64", "int8", "bool", "complex128"])
def test_other_dtypes(dtype: str) -> None:
    for call in [*map(text, SUBSCRIPTS), *CALLS]:
        check_text_right(call, values(dtype), rtol=1e-3 if dtype == "float32" else 1e-10)


@pytest.mark.parametrize("size", [0, 1])
def test_edge_sizes(size: int) -> None:
    for call in [*map(text, SUBSCRIPTS), *CALLS]:
        check_text_right(call, values(size=size) if size else values(size=size) | {"x": 2.0}, rtol=1e-10)


def test_errors() -> None:
    for call in ("np.einsum('ij,jk', a, a)", "np.einsum('ij->ik', a)", "np.einsum('i', a)", "np.einsum('ij->ii', a)"):
        check_text_right(call, values())


def test_sizes_that_do_not_fit_raise() -> None:
    for call in (
        "np.linalg.multi_dot([a, w[:, None], a])",
        "np.linalg.multi_dot([a, b[:, :1], a])",
        "np.linalg.multi_dot([v, a, b])",
        "np.linalg.vecdot(a, a[:, :1])",
        "np.vdot(a, a[:1, :1])",
        "np.linalg.outer(a, v)",
        "np.linalg.outer(v, v[0])",
        "np.linalg.matrix_power(a, 1)",
        "np.linalg.matrix_power(a, 2)",
        "np.dot(a, b, out=np.zeros((3, 3), order='F'))",
        "np.dot(a, b, out=np.zeros((3, 6))[:, ::2])",
        "np.inner(a, a[:, :1])",
    ):
        check_text_right(call, values())


def test_a_diagonal_may_be_written_to() -> None:
    check_text_right("d = np.einsum('ii->i', s)\nd[0] = 1\nreturn s, d", values())
    check_text_right("np.einsum('ii->i', s) * 2", values())


def test_a_view_is_a_view() -> None:
    check_text("d = np.einsum('ij->ji', a)\nd[0] = 1\nreturn a", values())


def test_the_cheaper_contraction_comes_first() -> None:
    # (a @ (b @ v)): a product of two matrices is never made
    big = RNG.random((30, 30))
    function, args = function_of("np.einsum('ij,jk,k->i', a, b, v)", {"a": big, "b": big + 1, "v": big[0]})
    source = mdsl.accelerate(function, target="numba", cache=False).explain(*args).source
    assert "np.matmul(b, v, out=" in source
    check_text("np.einsum('ij,jk,k->i', a, b, v)", {"a": big, "b": big + 1, "v": big[0]}, target="numba", rtol=1e-10)
