"""Are products that many rounds share those of each round, and are they left alone where a round could change them?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.passes.batch_products import batch_products
from mdsl.passes.context import Context
from mdsl.transpiler.lift_text import loops_of_text

BATCHED = {
    "rows": "for i in range(len(a)):\n    out[i] = a[i] @ b",
    "columns": "for i in range(b.shape[1]):\n    out[:, i] = a @ b[:, i] * 2",
    "of a transposed matrix": "for i in range(3, len(a)):\n    out[i] = b.T @ a[i]",
    "a triangle": "for i in range(len(a) - 1):\n    out[i, i + 1:] = out[i + 1:, i] = a[i] @ b[:, i + 1:]",
    "the other triangle": "for i in range(len(a)):\n    out[i, :i] = a[i] @ b[:, :i]",
    "the row after": "for i in range(1, len(a)):\n    out[i] = a[i - 1] @ b + out[i - 1]",
    "every other column": "for i in range(len(a)):\n    out[i, ::2] = a[i] @ b[:, ::2]",
    "inside a loop": "for t in range(3):\n    for i in range(len(a)):\n        out[i] += c[t, i] @ b",
    "two products": "for i in range(len(a)):\n    out[i] = a[i] @ b - c[1] @ c[2, i]",
    "used by a branch": "for i in range(len(a)):\n    y = a[i] @ b\n    if y[0] > 0:\n        out[i] = y",
}
LEFT = {
    "the matrix changes": "for i in range(len(a)):\n    b[i] = a[i] @ b",
    "the rows change": "for i in range(len(a) - 1):\n    a[i + 1] = a[i] @ b",
    "what is summed over grows": "for i in range(len(a)):\n    out[i] = a[i, :i] @ b[:i]",
    "a band": "for i in range(len(a) - 3):\n    out[i, :3] = a[i] @ b[:, i:i + 3]",
    "rows in an order of their own": "for i in range(len(a)):\n    out[i] = a[k[i]] @ b",
    "a loop that stops early": "for i in range(len(a)):\n    if out[i, 0] > 1:\n        break\n    out[i] = a[i] @ b",
    "a product that is not always made": "for i in range(len(a)):\n    if out[i, 0] > 1:\n        out[i] = a[i] @ b",
}


def arguments(n):
    rng = np.random.default_rng(5)
    a, b, out = rng.normal(size=(3, n, n))
    return a, b, rng.normal(size=(3, n, n)), out, rng.permutation(n)


def source(body):
    lines = "\n".join("    " + line for line in body.splitlines())
    return f"def f(a, b, c, out, k):\n{lines}\n"


def batches(body):
    program = batch_products(loops_of_text(source(body), *arguments(4)), Context())
    return any(isinstance(s, lp.For) and s.step == 64 for s in lp.statements(program.body))


@pytest.mark.parametrize("name", BATCHED)
def test_one_product_for_many_rounds(name):
    assert batches(BATCHED[name])


@pytest.mark.parametrize("name", LEFT)
def test_left_as_it_is(name):
    assert not batches(LEFT[name])


@pytest.mark.parametrize("name", [*BATCHED, *LEFT])
def test_results_are_numpys(name, tmp_path):
    path = tmp_path / "program.py"
    path.write_text("import numpy as np\n\n\n" + source((BATCHED | LEFT)[name]))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    function = namespace["f"]
    compiled = accelerate(function, target="python", cache=False)
    for n in (0, 1, 5, 67, 130):
        if n < 3 and name == "every other column":
            continue
        expected, got = arguments(n), arguments(n)
        function(*expected)
        compiled(*got)
        for one, two in zip(got, expected, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)
