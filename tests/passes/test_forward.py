"""Is a joined array left in its parts where each read lies in one of them, and made where one does not?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import array as arr
from mdsl.passes.context import Context
from mdsl.passes.pipeline import ARRAY
from mdsl.transpiler.lift_text import lift_text

APART = {
    "slices": "c = np.concatenate((a, b))\n    return c[:len(a)] * 2, c[len(a):] + 1",
    "elements in a loop": (
        "c = np.concatenate((a, b))\n    s = 0.0\n    for i in range(len(b)):\n        s += c[i + len(a)] * b[i]\n"
        "    return s"
    ),
    "operands of a product": "c = np.concatenate((a, b))\n    return c[:len(a)] @ c[:len(a)] + c[len(a):].sum()",
    "rows of a stack": "c = np.stack((a, a[::-1]))\n    t = c[0] * 2\n    return t + c[1]",
    "columns": "c = np.stack((a, a[::-1]), axis=1)\n    t = c[:, 0] * 2\n    return t - c[:, 1]",
    "backwards": "c = np.concatenate((b, a))\n    t = c[len(b):][::-1] * 2\n    return t + c[len(b):]",
}
JOINED = {
    "a slice over the border": "c = np.concatenate((a, b))\n    t = c[1:] * 2\n    return t + c[:-1]",
    "an element of either": (
        "c = np.concatenate((a, b))\n    s = 0.0\n    for i in range(len(c)):\n        s += c[i]\n    return s"
    ),
    "a part that changes": (
        "c = np.concatenate((a, b))\n    b[0] = 9\n    t = c[len(a):] * 2\n    return t + c[len(a):]"
    ),
    "a result": "c = np.concatenate((a, b))\n    t = c[:len(a)] * 2\n    return t, c",
    "what is stored to": "c = np.concatenate((a, b))\n    c[0] = 9\n    t = c[:len(a)] * 2\n    return t + c[:len(a)]",
}  # fmt: skip


def source(body):
    return f"def f(a, b):\n    {body}\n"


def arguments(n=6, m=4):
    rng = np.random.default_rng(4)
    return rng.random(n), rng.random(m)


def joins(body):
    program = lift_text(source(body), *arguments())
    for step in ARRAY:
        program = step(program, Context())
    roots = [e for stmt in arr.statements(program.body) for e in arr.expressions(stmt)]
    return any(isinstance(n, arr.Apply) and n.op.name == "concatenate" for n in arr.walk(*roots))


@pytest.mark.parametrize("body", APART.values(), ids=APART)
def test_parts_are_read(body):
    assert not joins(body)


@pytest.mark.parametrize("body", JOINED.values(), ids=JOINED)
def test_a_joined_array_is_made(body):
    assert joins(body)


@pytest.mark.parametrize("body", [*APART.values(), *JOINED.values()], ids=[*APART, *JOINED])
def test_results_are_numpys(body, tmp_path):
    path = tmp_path / "joined.py"
    path.write_text("import numpy as np\n\n\n" + source(body))
    scope = {}
    exec(compile(path.read_text(), path, "exec"), scope)
    compiled = accelerate(scope["f"], target="python", cache=False)
    for n, m in ((6, 4), (3, 9), (2, 1)):
        expected, found = scope["f"](*arguments(n, m)), compiled(*arguments(n, m))
        assert compiled.last_report.status == "full"
        pairs = zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]
        for one, other in pairs:
            np.testing.assert_allclose(one, other, rtol=1e-14)
