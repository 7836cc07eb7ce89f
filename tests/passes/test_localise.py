"""Are arrays that a round of a loop makes for itself made once, and kept apart where a later round reads them?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.passes.context import Context
from mdsl.passes.pipeline import LOOPS
from mdsl.transpiler.lift_text import loops_of_text

LOCAL = {
    "a copy": "for _ in range(n):\n    old = u.copy()\n    u[1:-1] = old[2:] - old[:-2]",
    "bound before": "old = np.zeros_like(u)\nfor _ in range(n):\n    old = u.copy()\n    u[1:-1] = old[2:] - old[:-2]",
    "two loops": (
        "for _ in range(n):\n    for _ in range(2):\n        old = u.copy()\n"
        "        u[1:-1] = old[2:] - old[:-2]\n    u += 1"
    ),
}
KEPT = {
    "read later": "old = u * 2\nfor _ in range(n):\n    old = u.copy()\n    u[1:-1] = old[2:] - old[:-2]\nu += old",
    "read by the next round": (
        "old = u * 2\nfor _ in range(n):\n    u[1:-1] = old[2:] - old[:-2]\n    old = u.copy()\n    u[0] = old[1]"
    ),
    "bound in a branch": (
        "old = u * 2\nfor i in range(n):\n    if i % 2:\n        old = u.copy()\n    u[1:-1] = old[2:] - old[:-2]"
    ),
}


def source(body):
    lines = "\n".join("    " + line for line in body.splitlines())
    return f"def f(u, n):\n{lines}\n    return u\n"


def in_loops(body):
    """Whether a loop still makes or renames arrays."""
    program = loops_of_text(source(body), np.ones(7), 3)
    for step in LOOPS:
        program = step(program, Context())
    loops = tuple(s for s in program.body if isinstance(s, lp.For))
    return any(isinstance(s, (lp.Alloc, lp.Pointer)) for s in lp.statements(loops))


@pytest.mark.parametrize("name", LOCAL)
def test_made_once(name):
    assert not in_loops(LOCAL[name])


@pytest.mark.parametrize("name", [*LOCAL, *KEPT])
def test_results_are_numpys(name, tmp_path):
    path = tmp_path / "rounds.py"
    path.write_text("import numpy as np\n\n\n" + source((LOCAL | KEPT)[name]))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    compiled = accelerate(namespace["f"], target="python", cache=False)
    for n in (0, 1, 2, 5):
        u = np.random.default_rng(n).normal(size=9)
        np.testing.assert_array_equal(compiled(u.copy(), n), namespace["f"](u.copy(), n))
    assert compiled.last_report.status == "full"
