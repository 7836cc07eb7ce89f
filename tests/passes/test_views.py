"""Are only those elements computed that are selected, and are they NumPy's?

An index of a computed array is pushed down to its operands: an element costs an element, a row costs a row.
"""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mdsl
from mdsl.ir import array as arr
from mdsl.ir.array import Apply, Program
from mdsl.passes.context import Context
from mdsl.passes.pipeline import ARRAY
from mdsl.transpiler.lift_text import lift_text

RNG = np.random.default_rng(11)
X, Y = RNG.normal(size=(6, 5)), RNG.normal(size=(5, 6))
V, W = RNG.normal(size=7), RNG.normal(size=5)
ROWS = np.array([1, 2, -1])
STACK, OTHER = RNG.normal(size=(4, 6, 5)), RNG.normal(size=(4, 5, 6))
ARGS = (X, Y, V, W, ROWS, STACK, OTHER, 7, 2, 1)
HEAD = "def f(x, y, v, w, k, s, t, n, i, j):\n"
SERIAL = itertools.count()


def simplified(body: str) -> Program:
    program = lift_text(HEAD + body, *ARGS)
    for step in ARRAY:
        program = step(program, Context())
    return program


def arrays_made(program: Program) -> list[Apply]:
    return [
        node
        for stmt in arr.statements(program.body)
        if not isinstance(stmt, arr.Check)
        for node in arr.walk(*arr.expressions(stmt))
        if isinstance(node, Apply) and node.type.rank
    ]


def run(body: str, path: Path, target: str = "python") -> tuple[Any, Any]:
    file = path / f"views_{next(SERIAL)}.py"
    file.write_text(f"import numpy as np\n\n\n{HEAD}{body}", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compiled = mdsl.accelerate(module.f, target=target, cache=False, fallback=False)
    return compiled(*ARGS), module.f(*ARGS)


def same(got: Any, expected: Any) -> None:
    assert type(got) is type(expected) and np.asarray(got).dtype == np.asarray(expected).dtype
    assert np.shape(got) == np.shape(expected)
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-13)


#: One element: no array is made for it.
ELEMENTS = [
    "(x * x)[i, j]", "np.sqrt(x * x + 1)[i, j]", "(x + 1).T[j, i]", "(v * 2)[::-1][i]", "(x * 2)[1:4][i][j]",
    "np.arange(n)[i]", "np.arange(n, 0, -1)[i]", "np.full((n, n), 3.0)[i, j]", "np.zeros((n, n))[i, -1]",
    "np.multiply.outer(v, w)[i, j]", "np.outer(v, w)[i, j]", "(v[:, None] * w)[i, j]", "np.eye(n)[i, j]",
    "np.linspace(0.0, 1.0, n)[i]", "np.where(x > 0, x, -x)[i, j]", "np.select([v < 0, v > 1], [v, v**2])[i]",
    "np.clip(x, 0, 1)[i, j]", "(v * 2).astype(np.float32)[i]", "np.abs(v)[-1]", "np.tril(x)[i, j]",
    "np.triu(x, 1)[i, j]",
    "np.concatenate([v, w])[i]", "np.concatenate([v, w])[9]", "np.concatenate([v, w])[-1]", "np.concatenate([v, w])[0]",
    "np.concatenate([x, x], axis=1)[i, 7]", "np.concatenate([v * 2, np.arange(n), w])[8]", "np.stack([v, v * 2])[j, i]",
    "np.array([1.0, 2.0, 3.0])[i]", "np.concatenate([v, w])[i] + np.concatenate([w, v])[j]",
    "np.diagonal(x @ y)[i]", "np.isclose(v, 1.0)[i]", "x[k, k][1]", "np.exp(x)[k, k][1]",
    "np.sum(x, axis=1)[i]", "np.max(x, axis=1, keepdims=True)[i, 0]", "np.sum(x, keepdims=True)[0, 0]",
    "np.mean(x, axis=0)[j]", "np.argmin(x, axis=1)[i]", "np.sum(np.outer(v, w), axis=1)[i]", "(x @ y)[i, j]",
    "(x @ w)[i]",
]  # fmt: skip


def costs_an_element(node: Apply) -> bool:
    """What is reduced at once, or an element's inner product, needs no memory."""
    return node.op.name not in ("matmul", "concatenate")


@pytest.mark.parametrize("text", ELEMENTS)
def test_an_element_costs_an_element(text: str, tmp_path: Path) -> None:
    program = simplified(f"    return {text}")
    reduced = {
        operand
        for stmt in arr.statements(program.body)
        for node in arr.walk(*arr.expressions(stmt))
        if isinstance(node, Apply) and not node.type.rank
        for operand in arr.walk(*node.args)
    }
    assert all(node in reduced and costs_an_element(node) for node in arrays_made(program))
    bound = [s for s in arr.statements(program.body) if isinstance(s, arr.Bind) and s.value.type.rank]
    assert not bound, "an array is made"
    same(*run(f"    return {text}", tmp_path))


#: A part: what is made is no larger than the part.
PARTS = [
    ("(x * x)[0]", 1), ("np.sqrt(x * 2 + 1).T[1:3, 2]", 3), ("(x + 1)[1:, ::2]", 1), ("np.sum(x, axis=0)[1:3]", 1),
    ("(x @ y)[i]", 1), ("(x @ y)[:, j]", 1), ("(x @ y)[1:3, 2:]", 1), ("(v[:, None] * w)[i]", 1), ("(x * 2)[k][1]", 1),
    ("(x @ y @ x)[i, j]", 2), ("x[k][1:, 0]", 1), ("np.max(x, axis=1)[::-1][1:]", 1),
    ("np.concatenate([x, x])[i:4][:2]", 1),
    ("s[k][1]", 1),
    ("np.concatenate([x, x + 1], axis=1)[i]", 2), ("np.outer(v, w)[1:3, j]", 1),
]  # fmt: skip


@pytest.mark.parametrize("text", [text for text, _ in PARTS])
def test_a_part_is_numpys(text: str, tmp_path: Path) -> None:
    same(*run(f"    return {text}", tmp_path))


@pytest.mark.parametrize(("text", "most"), [part for part in PARTS if "concatenate" not in part[0]])
def test_a_part_costs_a_part(text: str, most: int) -> None:
    """No more operations on floats than it takes, and none of them on more elements than the part has."""
    program = simplified(f"    return {text}")
    made = [
        node for node in arrays_made(program) if node.type.dtype.kind == "f" and node.op.name not in ("cast", "gather")
    ]
    assert len(made) <= most
    sizes = {"n": 7, "i": 2, "j": 1}
    for param in program.params:
        argument = ARGS[program.arguments.index(param.name)]
        sizes |= {str(size): extent for size, extent in zip(param.type.shape, np.shape(argument), strict=True)}
    part = np.size(eval(text, {"np": np}, dict(zip(program.arguments, ARGS, strict=True))))
    for node in made:
        known = [size.evaluate(sizes) for size in node.shape if set(size.names) <= sizes.keys()]
        assert part == 1 or np.prod(known) <= part


STACKS = [
    "(s @ t)[0]",
    "(s @ t)[1, 2, 3]",
    "(s @ y)[1, 0]",
    "(s @ w)[2]",
    "(w @ t)[1]",
    "(w @ t)[1, 2]",
    "(s @ t)[:, 0]",
]


@pytest.mark.parametrize("text", STACKS)
def test_a_part_of_a_stack_of_products(text: str, tmp_path: Path) -> None:
    same(*run(f"    return {text}", tmp_path))


def test_the_diagonal_of_a_product_is_no_product() -> None:
    for text in ("np.trace(x @ y)", "np.sum(np.diagonal(x @ y))"):
        assert not any(node.op.name == "matmul" for node in arrays_made(simplified(f"    return {text}")))


def test_the_trace_of_a_product(tmp_path: Path) -> None:
    got, expected = run("    return np.trace(x @ y) + np.sum(np.diagonal(y @ x) * w)", tmp_path)
    same(got, expected)


def test_elements_in_a_loop(tmp_path: Path) -> None:
    body = """
    total = 0.0
    for r in range(v.shape[0] + w.shape[0]):
        total += np.concatenate([v, w])[r] * np.arange(3, 30)[r]
    return total
"""
    assert not [node for node in arrays_made(simplified(body)) if node.op.name == "concatenate"]
    for target in ("python", "numba"):
        same(*run(body, tmp_path, target))


def test_an_element_of_parts_that_may_be_empty(tmp_path: Path) -> None:
    file = tmp_path / "empty_parts.py"
    file.write_text(
        "import numpy as np\n\n\ndef f(a, b, i):\n    return np.concatenate((a, b, a))[i]\n", encoding="utf-8"
    )
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compiled = mdsl.accelerate(module.f, target="python", cache=False)
    for first, second in itertools.product((0, 1, 3), repeat=2):
        a, b = np.arange(float(first)), 10 + np.arange(float(second))
        for i in range(-8, 8):
            try:
                expected = module.f(a, b, i)
            except IndexError:
                with pytest.raises(IndexError):
                    compiled(a, b, i)
            else:
                assert compiled(a, b, i) == expected
