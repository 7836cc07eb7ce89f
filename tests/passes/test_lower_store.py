"""Does a store read its right side whole before it writes, without a temporary where rows suffice?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.transpiler.lift_text import loops_of_text

ROWS = {
    "a row and a column": "for k in range(len(a)):\n    a[:] = np.minimum(a, np.add.outer(a[:, k], a[k]))",
    "the first row": "a[:] = a - a[0]",
    "the last row of a part": "a[1:] = a[1:] * a[-1]",
    "a row by an index": "a[:, 1:] += a[:, n, None]",
    "every other column": "a[:, ::2] = a[:, ::2] - a[:, 0:1] * a[n, ::2]",
    "a row's choice": "a[:, 1:] = np.where(a[:, 1:] > a[:, -1:], 0, a[:, 1:])",
    "a diagonal": "a[:] = a - np.diagonal(a)",
    "rows of a cube": "c[:] = c * c[:, 1, 1][:, None, None] + c[0]",
    "reversed": "a[:] = a - a[0, ::-1]",
}
WHOLE = {
    "a shift": "a[1:] = a[:-1] * 2",
    "a transpose": "a[:] = a.T + a[0]",
    "reversed rows": "a[:] = a[::-1] - a[:, :1]",
}
APART = {
    "elimination": "for k in range(len(a) - 1):\n    a[k + 1:, k:] -= np.outer(a[k + 1:, k] / a[k, k], a[k, k:])",
    "the row above": "for k in range(1, len(a)):\n    a[k] -= a[k - 1] * 0.5",
}

ONE = {
    "picked by a list": "a[...] = a[[0], [1]].max()",
    "picked and added": "a[1:] = a[[1]].sum() + a[1:]",
    "picked out of a vector": "v = a[0]\nv[:] = v[[1]].min()",
    "a picked one in a new array": "e = np.full(3, a[[1], [0]].max())\ne[1:] = a[[0], [0]].min()\na[0, 0] = e.sum()",
    "where a mask is": "a[a > 0] = a[[0], [0]].max()",
}


def arguments(size):
    rng = np.random.default_rng(4)
    return rng.normal(size=(size, size)), rng.normal(size=(size, size, size)), size // 2


def source(body):
    lines = "\n".join("    " + line for line in body.splitlines())
    return f"def f(a, c, n):\n{lines}\n"


def temporaries(body):
    """The ranks of the arrays that are made."""
    program = loops_of_text(source(body), *arguments(4))
    return {len(s.shape) for s in lp.statements(program.body) if isinstance(s, lp.Alloc)}


@pytest.mark.parametrize("name", ROWS)
def test_rows_suffice(name):
    assert max(temporaries(ROWS[name])) < (3 if "c[:]" in ROWS[name] else 2)


@pytest.mark.parametrize("name", WHOLE)
def test_a_temporary_of_all(name):
    assert 2 in temporaries(WHOLE[name])


@pytest.mark.parametrize("name", [*ROWS, *WHOLE, *APART, *ONE])
def test_results_are_numpys(name, tmp_path):
    path = tmp_path / "stores.py"
    path.write_text("import numpy as np\n\n\n" + source((ROWS | WHOLE | APART | ONE)[name]))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    compiled = accelerate(namespace["f"], target="python", cache=False)
    for size in (2, 3, 6):
        expected, got = arguments(size), arguments(size)
        namespace["f"](*expected)
        compiled(*got)
        np.testing.assert_allclose(got[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(got[1], expected[1], rtol=1e-12)
    assert compiled.last_report.status == "full"
