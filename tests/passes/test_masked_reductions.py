"""Are reductions of what a mask picks NumPy's without it being made, and made where something else reads it?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import array as arr
from mdsl.ir.array import Apply
from mdsl.passes.context import Context
from mdsl.passes.pipeline import ARRAY
from mdsl.transpiler.lift_text import lift_text

REDUCED = {
    "a sum": "return np.sum(a[a > 0])",
    "a mean": "x = a[b < 0.5]\nreturn x.mean()",
    "a sum of squares": "x = a[b < 0.5]\nreturn np.sum((x - 1) ** 2)",
    "two arrays": "m = b < 0.5\nreturn np.sum(a[m] * b[m])",
    "a product": "return np.prod(k[k != 0])",
    "all and any": "return np.all(a[b < 0.5] > -1), np.any(a[b < 0.5] > 1)",
    "a matrix": "return c[c > 0].sum()",
    "in a loop": "r = np.zeros(3)\nfor i in range(3):\n    m = b * 3 >= i\n    r[i] = a[m].sum()\nreturn r",
    "nothing picked": "return np.sum(a[b > 2]), np.prod(a[b > 2])",
    "nan outside": "return np.sum(np.sqrt(a[a > 0]))",
    "a small integer": "return np.sum(k[a > 0].astype(np.int8))",
}
MADE = {
    "returned": "x = a[a > 0]\nreturn x, np.sum(x)",
    "rows of a matrix": "return np.sum(c[a > 0])",
    "another size": "return np.sum(a[a > 0] + np.arange(np.sum(a > 0)))",
    "changed in between": "x = a[b < 0.5]\na[0] = 100\nreturn np.sum(x)",
    "a mask that changes": "m = b < 0.5\nx = a[m]\nm[0] = True\nreturn np.sum(x)",
    "a deviation": "x = a[b < 0.5]\nreturn np.std(x)",
    "read in a loop": "x = a[b < 0.5]\ny = 0.0\nfor i in range(3):\n    y += np.sum(x * i)\nreturn y",
    "part of it": "return np.sum(a[a > 0][1:])",
}


def arguments():
    rng = np.random.default_rng(8)
    return rng.normal(size=30), rng.random(30), rng.integers(-2, 3, 30), rng.normal(size=(30, 5))


def source(body):
    lines = "\n".join("    " + line for line in body.splitlines())
    return f"def f(a, b, k, c):\n{lines}\n"


def picks(body):
    program = lift_text(source(body), *arguments())
    for step in ARRAY:
        program = step(program, Context())
    nodes = (node for stmt in arr.statements(program.body) for node in arr.walk(*arr.expressions(stmt)))
    return any(isinstance(node, Apply) and node.op.name == "compress" for node in nodes)


@pytest.mark.parametrize("name", REDUCED)
def test_nothing_is_picked(name):
    assert not picks(REDUCED[name])


@pytest.mark.parametrize("name", MADE)
def test_picked_where_it_has_to_be(name):
    assert picks(MADE[name])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", [*REDUCED, *MADE])
def test_results_are_numpys(name, tmp_path):
    path = tmp_path / "masked.py"
    path.write_text("import numpy as np\n\n\n" + source((REDUCED | MADE)[name]))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    compiled = accelerate(namespace["f"], target="python", cache=False)
    expected, got = namespace["f"](*arguments()), compiled(*arguments())
    assert compiled.last_report.status == "full"
    for one, two in zip(*(x if isinstance(x, tuple) else (x,) for x in (got, expected)), strict=True):
        assert type(one) is type(two)
        np.testing.assert_allclose(one, two, rtol=1e-13)
