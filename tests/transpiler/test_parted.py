"""Which parts of a function stay compiled, what is compiled anew, and what a call that the original serves looks at."""

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.transpiler.accelerate import Below
from mdsl.transpiler.worth import MANY

pytestmark = pytest.mark.filterwarnings("ignore::mdsl.transpiler.accelerate.MdslWarning")
LOG = []
FACTOR = 1.0


def chosen(f, *args):
    """The function after the calls in which it is settled, and what serves such calls."""
    compiled = accelerate(f, cache=False)
    for _ in range(4):
        np.testing.assert_allclose(compiled(*args), f(*args), rtol=1e-14)
    return compiled, compiled.dispatcher.known(args)


def test_parts_that_gain_nothing_give_way_to_the_original():
    def f(u, n):
        width = int(n * 0.5) + 1
        LOG.append(width)
        return u[:width]

    _, found = chosen(f, np.ones(5), 5)
    assert found.call is None and found.explanation.status == "none"


def test_a_part_that_gains_stays():
    def f(u):
        width = len(u) * 2
        LOG.append(width)
        return np.exp(-u * u) * np.sqrt(u + width) / (1 + u)

    compiled, found = chosen(f, np.ones(5))
    assert found.call is not None and found.below is None
    assert [part.entry.function.last_report.status for part in compiled.dispatcher.parts] == ["none", "full"]


def test_a_part_of_one_operation_runs_for_large_arrays_alone():
    def f(u):
        LOG.append(len(u))
        return np.exp(u)

    compiled, found = chosen(f, np.ones(5))
    assert found.below == Below((0,), MANY, f)
    for size in (MANY, 5, MANY):
        np.testing.assert_allclose(compiled(np.linspace(0, 1, size)), np.exp(np.linspace(0, 1, size)), rtol=1e-14)


def test_a_loop_of_calls_around_numbers_is_left_to_python():
    def f(n):
        np.random.seed(3)  # noqa: NPY002
        x = 0.0
        out = np.empty(n)
        for i in range(n):
            x = np.random.normal(0.5 * x, 1.0)  # noqa: NPY002
            out[i] = x
        return out

    assert chosen(f, 20)[1].call is None


def test_a_function_that_each_call_makes_anew_is_not_compiled_for_each_call():
    def total(f, n):
        return np.sum(f(np.arange(n) / n))

    compiled = accelerate(total, target="python", cache=False)
    for k in range(40):
        assert compiled(lambda x: x * k, 5) == total(lambda x: x * k, 5)  # noqa: B023
    assert len(compiled.dispatcher.specialisations) < 8


def test_texts_that_are_many_share_code():
    def scaled(x, label):
        return x * (2.0 if label == "label 3" else 1.0)

    compiled = accelerate(scaled, target="python", cache=False)
    for k in range(40):
        np.testing.assert_array_equal(compiled(np.ones(3), f"label {k}"), scaled(np.ones(3), f"label {k}"))
    np.testing.assert_array_equal(compiled(np.ones(3), "label 3"), [2.0, 2.0, 2.0])
    assert len(compiled.dispatcher.specialisations) < 20


def test_local_functions_are_in_no_part():
    def f(u):
        def half(x):
            return x / 2 + k

        k = len(u) * 2
        LOG.append(k)
        return half(u) * half(u + 1)

    compiled, _ = chosen(f, np.ones(4))
    assert all(len(part.specialisations) < 2 for part in compiled.dispatcher.parts)


class Tool:
    scale = 2.0

    def __init__(self):
        self.half = 0.5

    @classmethod
    def named(cls, name):
        return name

    @property
    def third(self):
        return self.half / 1.5

    @property
    def weights(self):
        return np.array([self.half])


TOOL = Tool()


def test_what_python_makes_at_each_look_is_the_same():
    def f(x):
        Tool.named("x")
        return x * TOOL.third

    compiled = accelerate(f, target="python", cache=False)
    made = []
    before = compiled.dispatcher._specialise
    compiled.dispatcher._specialise = lambda args: made.append(args) or before(args)
    for _ in range(4):
        np.testing.assert_array_equal(compiled(np.ones(3)), f(np.ones(3)))
    assert len(made) == 1
    TOOL.half = 3.0
    try:
        np.testing.assert_array_equal(compiled(np.ones(3)), f(np.ones(3)))
    finally:
        TOOL.half = 0.5


def test_what_changes_from_call_to_call_is_not_compiled_for_each_call():
    global FACTOR

    def f(x):
        return x * FACTOR

    compiled = accelerate(f, target="python", cache=False)
    made = []
    before = compiled.dispatcher._specialise
    compiled.dispatcher._specialise = lambda args: made.append(args) or before(args)
    for k in range(100):
        FACTOR = k / 2
        np.testing.assert_array_equal(compiled(np.ones(3)), f(np.ones(3)))
    assert len(made) < 14


def test_an_array_that_is_another_at_each_look():
    def f(x):
        return x * TOOL.weights

    compiled = accelerate(f, target="python", cache=False)
    made = []
    before = compiled.dispatcher._specialise
    compiled.dispatcher._specialise = lambda args: made.append(args) or before(args)
    for _ in range(4):
        np.testing.assert_array_equal(compiled(np.ones(3)), [0.5, 0.5, 0.5])
    assert len(made) == 1


def test_keywords_reach_the_original_by_name():
    def f(x, /, y, *, z=2, w):
        LOG.append((y, z, w))
        return x

    compiled, _ = chosen(lambda x: x, np.ones(2))
    compiled = accelerate(f, cache=False)
    for _ in range(3):
        assert compiled("x", 1, w=4) == "x"
        assert LOG.pop() == (1, 2, 4)


def test_tuples_and_lists_are_found_by_the_entry():
    def f(pair, items):
        LOG.append(len(items))
        return pair[0] + pair[1]

    compiled, _ = chosen(f, (np.ones(3), 2.0), [1, 2])
    slow = []
    compiled.dispatcher.entry.scope["_mdsl_slow"] = lambda *args: slow.append(args)
    assert compiled((np.ones(3), 2.0), [1, 2]) is not None
    assert not slow
    compiled((np.ones((3, 3)), 2.0), [1, 2])
    compiled((np.ones(3), 2), [1, 2])
    compiled((np.ones(3),), [1, 2])
    compiled([np.ones(3), 2.0], [1, 2])
    assert len(slow) == 4


@pytest.mark.parametrize("target", ["python", "numba"])
def test_a_part_is_given_what_the_function_calls_a_size(target):
    def f(u):
        n, m = u.shape
        LOG.append(n)
        m = LOG[-1] + 2
        w = np.exp(u) + np.zeros(4)
        return w * u, m

    compiled = accelerate(f, target=target, cache=False)
    expected, actual = f(np.ones((3, 4))), compiled(np.ones((3, 4)))
    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-14)
    assert actual[1] == expected[1]
    with pytest.raises(ValueError, match=r"shapes \(3,5\) \(4,\)"):
        compiled(np.ones((3, 5)))


def test_a_part_keeps_the_check_of_a_size_that_it_is_given():
    def f(u):
        n, m = u.shape
        LOG.append(n)
        u + np.zeros(6)
        return m

    compiled = accelerate(f, target="python", cache=False)
    with pytest.raises(ValueError, match=r"shapes \(4,4\) \(6,\)"):
        compiled(np.ones((4, 4)))
    assert compiled(np.ones((4, 6))) == 6
