"""Do functions give arrays, NumPy's scalars and errors where NumPy gives them?"""

from __future__ import annotations

import numpy as np
import pytest
from whole_texts import function_of

from mdsl import accelerate

pytestmark = pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")


def squeezed(b):
    return np.squeeze(0), np.squeeze(b[0])


def clipped(b):
    return np.clip(1, 0, np.float32(2)), np.clip(b, 0, np.float32(2)), np.clip(b[0], 0, 1)


def stack(b):
    c = b.astype(np.int64).reshape(2, 2, 2)
    return c @ c + c, c @ c * 2


def rounded(b):
    return np.round(b[1]), b.sum().round(), b.round()


@pytest.mark.parametrize("function", [squeezed, clipped, stack, rounded])
def test_kinds_and_dtypes(function):
    b = np.linspace(-3, 4, 8)
    for one, two in zip(accelerate(function, target="python", cache=False)(b), function(b), strict=True):
        assert type(one) is type(two)
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)


def test_a_stack_of_products_is_compiled():
    compiled = accelerate(stack, target="python", cache=False)
    compiled(np.arange(8.0))
    assert compiled.last_report.status == "full"


def element_of_a_diagonal(b):
    d = np.diagonal(b)
    d[0] = 5
    return d


def part_of_a_diagonal(b):
    np.diagonal(b)[1:] = 5


def along_a_diagonal(b):
    np.diagonal(b[..., None]).T[0] += 5
    return b


def diagonal_of_one(b):
    np.diagonal(b[0][None])[:] = 5
    return b


def broadcast_to_its_shape(b):
    np.broadcast_to(b, (3, 3))[...] = 5
    return b


def filled_where_it_is_broadcast(b):
    np.fill_diagonal(np.broadcast_to(b, (3, 3)), 7)
    return b


@pytest.mark.parametrize(
    "function",
    [
        element_of_a_diagonal,
        part_of_a_diagonal,
        along_a_diagonal,
        diagonal_of_one,
        broadcast_to_its_shape,
        filled_where_it_is_broadcast,
    ],
)
def test_a_diagonal_is_read_only(function):
    with pytest.raises(ValueError, match="read-only"):
        accelerate(function, target="python", cache=False)(np.ones((3, 3)))


@pytest.mark.parametrize(
    "text",
    [
        "np.diagonal(b[None])", "np.diagonal(b[..., None]).T[0]", "np.diagonal(b + 1)[None][0]", "np.diagonal(b[:1])",
        "np.diagonal(b[..., None] + 1).T[0]", "np.broadcast_to(b, (3, 3))", "np.broadcast_to(b, (2, 3, 3))[0]",
        "np.broadcast_to(b + 1, (3, 3)).T", "np.broadcast_arrays(b[0], b)[0]", "np.broadcast_arrays(b, b[0] + 1)[1]",
        "np.broadcast_to(b[0], (2, 3))[:, None]", "np.broadcast_to(b, (1, 3, 3)).reshape(-1)",
    ],
)  # fmt: skip
def test_views_are_as_writable_as_numpys(text: str) -> None:
    function, arguments = function_of(text, {"b": np.ones((3, 3))})
    made = accelerate(function, target="python", cache=False)(*arguments)
    assert made.flags.writeable == function(*arguments).flags.writeable
