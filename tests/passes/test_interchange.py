"""Do exchanged loops give NumPy's results, and are loops left alone that already walk along rows?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.passes.context import Context
from mdsl.passes.pipeline import LOOPS
from mdsl.transpiler.lift_text import loops_of_text

EXCHANGED = {
    "a dot product of columns": "for j in range(a.shape[1]):\n    v[j] = np.dot(a[:, j], b[:, j])",
    "a sum from a row on": "for j in range(a.shape[1]):\n    v[j] = np.sum(a[n:, j]) * 2",
    "an extreme": "for j in range(a.shape[1]):\n    v[j] = np.max(b[:, j]) - np.min(b[:, j])",
    "loops that write": "for j in range(a.shape[1]):\n    for i in range(1, len(a)):\n        a[i, j] += a[i - 1, j]",
    "two parts": (
        "for j in range(n, a.shape[1]):\n    s = np.dot(a[:, n], b[:, j])\n    b[:, j] -= s * a[:, n]\n    v[j] = s"
    ),
    "a product by hand": (
        "for i in range(len(a)):\n    for j in range(b.shape[1]):\n        s = 0.0\n"
        "        for k in range(a.shape[1]):\n            s += a[i, k] * b[k, j]\n        c[i, j] = s"
    ),
    "a choice": (
        "for j in range(a.shape[1]):\n    s = 0.0\n    for i in range(len(a)):\n"
        "        s += np.where(b[i, j] > 0, a[i, j], 0.0)\n    v[j] = s"
    ),
    "integers": "for j in range(k.shape[1]):\n    w[j] = np.sum(k[:, j] * k[:, j])",
}
LEFT = {
    "rows already": "for i in range(len(a)):\n    v[i] = np.dot(a[i], b[i])",
    "one row and one column": "for j in range(a.shape[1]):\n    v[j] = np.dot(a[j], b[:, j])",
    "rounds that depend on each other": (
        "for j in range(1, a.shape[1]):\n    v[j] = v[j - 1] + np.dot(a[:, j], b[:, j])"
    ),
    "a scalar that outlives the loop": (
        "s = v[0]\nfor j in range(a.shape[1]):\n    s = v[j]\n    for i in range(len(a)):\n        s += a[i, j]\n"
        "    v[j] = s\nv[0] = s"
    ),
    "bounds that vary": "for j in range(a.shape[1]):\n    v[j] = np.sum(a[:j, j])",
}


def arguments(size):
    rng = np.random.default_rng(6)
    a, b, c = rng.normal(size=(3, size, size))
    k = rng.integers(-9, 9, (size, size))
    return a, b, c, k, rng.normal(size=size), np.zeros(size, np.int64), size // 3


def source(body):
    lines = "\n".join("    " + line for line in body.splitlines())
    return f"def f(a, b, c, k, v, w, n):\n{lines}\n"


def exchanged(body):
    program = loops_of_text(source(body), *arguments(4))
    for step in LOOPS:
        program = step(program, Context())
    return any(isinstance(s, lp.For) and s.var.startswith("strip") for s in lp.statements(program.body))


@pytest.mark.parametrize("name", EXCHANGED)
def test_exchanged(name):
    assert exchanged(EXCHANGED[name])


@pytest.mark.parametrize("name", LEFT)
def test_left_as_they_are(name):
    assert not exchanged(LEFT[name])


def function_of(body, path):
    path.write_text("import numpy as np\n\n\n" + source(body))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    return namespace["f"]


@pytest.mark.parametrize("name", [*EXCHANGED, *LEFT])
def test_results_are_numpys(name, tmp_path):
    function = function_of((EXCHANGED | LEFT)[name], tmp_path / "loops.py")
    compiled = accelerate(function, target="python", cache=False)
    for size in (1, 5, 7):
        expected, got = arguments(size), arguments(size)
        function(*expected)
        compiled(*got)
        for one, two in zip(got, expected, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-12)
    assert compiled.last_report.status == "full"


def test_several_strips_compiled(tmp_path):
    function = function_of(EXCHANGED["two parts"], tmp_path / "strips.py")
    compiled = accelerate(function, cache=False)
    for size in (3, 600):
        expected, got = arguments(size), arguments(size)
        function(*expected)
        compiled(*got)
        for one, two in zip(got, expected, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)


def test_a_long_column_is_added_as_accurately_as_numpy_adds(tmp_path):
    function = function_of(EXCHANGED["a sum from a row on"], tmp_path / "accurate.py")
    a = np.full((60_000, 8), 0.1, np.float32)
    v = np.zeros(8, np.float32)
    other = np.zeros((1, 1))
    accelerate(function, cache=False)(a, other, other, other, v, v, 0)
    np.testing.assert_allclose(v, 12_000, rtol=1e-6)
