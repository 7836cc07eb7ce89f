"""Which loops are found independent by the ranges of their subscripts, and never one that is not?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.passes.dependence import Memory, parallel
from mdsl.transpiler.lift_text import loops_of_text

APART = {
    "what lies before the range": "for j in range(k, len(v)):\n    for i in range(k):\n        v[j] += v[i] * a[i, j]",
    "rows above": "for j in range(k, a.shape[1]):\n    for i in range(k):\n        a[k, j] -= a[i, j] * a[k, i]",
    "what lies after": "for j in range(k):\n    for i in range(k, len(v)):\n        v[j] -= v[i]",
    "one subscript of two": "for j in range(len(a) - 1):\n    for i in range(k):\n        a[i, j] += a[k, j + 1]",
    "two halves": "h = len(v) // 2\nfor j in range(h):\n    v[j] += v[j + h]",
    "backwards": "for j in range(len(v) - 1, k, -1):\n    for i in range(k, -1, -1):\n        v[j] += v[i]",
    "a nest below": (
        "for j in range(k, len(v)):\n    for i in range(k):\n        for h in range(i):\n            v[j] += v[h]"
    ),
}
TOGETHER = {
    "the range's first element": (
        "for j in range(k, len(v)):\n    for i in range(k + 1):\n        v[j] += v[i] * a[i, j]"
    ),
    "another round's element": "for j in range(k, len(v)):\n    for i in range(j):\n        v[j] += v[i] * 0.5",
    "the other subscript alone": "for j in range(k, len(a)):\n    for i in range(k):\n        a[j, i] += a[j - 1, i]",
    "a bound that the loop changes": (
        "e = k\nfor j in range(k, len(v) - 1):\n    e = j + 1\n    for i in range(e):\n        v[j] += v[i]"
    ),
    "an unknown bound": "for j in range(k, len(v)):\n    for i in range(m):\n        v[j] += v[i]",
    "halves that overlap": "h = len(v) // 2\nfor j in range(h + 1):\n    v[j] += v[j + h - 1]",
}


def arguments():
    rng = np.random.default_rng(8)
    return rng.normal(size=(9, 9)), rng.normal(size=9), 4, 6


def source(body):
    return "def f(a, v, k, m):\n" + "\n".join("    " + line for line in body.splitlines()) + "\n"


def outer_loop_is_parallel(body):
    program = loops_of_text(source(body), *arguments())
    (loop,) = (stmt for stmt in program.body if isinstance(stmt, lp.For))
    return parallel(loop, Memory.of_program(program), frozenset())


@pytest.mark.parametrize("body", APART.values(), ids=APART)
def test_ranges_keep_accesses_apart(body):
    assert outer_loop_is_parallel(body)


@pytest.mark.parametrize("body", TOGETHER.values(), ids=TOGETHER)
def test_what_may_meet_is_dependent(body):
    assert not outer_loop_is_parallel(body)


@pytest.mark.parametrize("name", [*APART, *TOGETHER])
def test_results_are_numpys(name, tmp_path):
    path = tmp_path / "ranges.py"
    path.write_text(source((APART | TOGETHER)[name]))
    scope = {}
    exec(compile(path.read_text(), path, "exec"), scope)
    expected, found = arguments(), arguments()
    scope["f"](*expected)
    compiled = accelerate(scope["f"], target="python", cache=False)
    compiled(*found)
    assert compiled.last_report.status == "full"
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def crout(a):
    for i in range(len(a)):
        for j in range(i):
            a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
        for j in range(i, len(a)):
            a[i, j] -= a[i, :i] @ a[:i, j]
    return a


def test_a_factorisation_walks_along_rows():
    a = np.random.default_rng(2).normal(size=(300, 300)) + 40 * np.eye(300)
    fast = accelerate(crout, cache=False)
    np.testing.assert_allclose(fast(a.copy()), crout(a.copy()), rtol=1e-9)
    assert "strip" in fast.last_report.source
