"""Are stores through masks NumPy's where every element is computed, and branches kept where computing costs more?"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import loops as lp
from mdsl.ir.print_loops import show
from mdsl.passes.context import Context
from mdsl.passes.pipeline import LOOPS
from mdsl.transpiler.lift_text import loops_of_text

BODIES = {
    "a constant": "a[a < 0] = 0",
    "another array's mask": "a[b > 0.5] *= 2",
    "its own elements": "a[a > 0] = 1 / a[a > 0]",
    "a cast": "k[a > 0] = a[a > 0] * 3",
    "a root of what may be negative": "a[a > 0] = np.sqrt(a[a > 0])",
    "division by what may be zero": "k[k != 0] = 12 // k[k != 0]",
    "a view": "a[1:, ::2][b[1:, ::2] > 0] = -1",
    "a row's mask": "a[m] = b[m]",
    "a costly value": "a[a > 0] = np.sin(a[a > 0]) ** np.cos(b[a > 0]) + np.exp(a[a > 0]) * np.tan(b[a > 0])",
    "where": "np.copyto(a, b, where=b > a)",
}


def arguments(shape):
    rng = np.random.default_rng(1)
    return rng.normal(size=shape), rng.normal(size=shape), rng.integers(-2, 3, shape), rng.random(shape[0]) > 0.5


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("target", ["python", "numba"])
def test_results_are_numpys(target, tmp_path):
    path = tmp_path / "masked.py"
    functions = [f"def f{n}(a, b, k, m):\n    {body}\n" for n, body in enumerate(BODIES.values())]
    path.write_text("import numpy as np\n\n\n" + "\n\n".join(functions))
    namespace = {}
    exec(compile(path.read_text(), path, "exec"), namespace)
    for n, name in enumerate(BODIES):
        function = namespace[f"f{n}"]
        compiled = accelerate(function, target=target, cache=False)
        for shape in ((5, 7), (1, 1), (0, 3)):
            expected, got = arguments(shape), arguments(shape)
            function(*expected)
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                compiled(*got)
            for one, two in zip(got, expected, strict=True):
                np.testing.assert_allclose(one, two, rtol=1e-14, err_msg=name)


def steps(body):
    return loops_of_text(f"def f(a, b, k, m):\n    {body}\n", *arguments((5, 7)))


def branches(program):
    return any(isinstance(s, lp.If) for s in lp.statements(program.body))


def test_what_is_cheap_has_no_branch():
    assert not branches(steps(BODIES["its own elements"]))
    assert branches(steps(BODIES["a costly value"]))


def test_an_element_that_is_changed_twice_needs_no_memory():
    program = loops_of_text(
        """
def f(a):
    t = a * a
    t[t > 4] = 4
    t += 1
    return t / 2
""",
        np.ones(5),
    )
    for step in LOOPS:
        program = step(program, Context())
    assert "\nt = np.empty" not in show(program)
