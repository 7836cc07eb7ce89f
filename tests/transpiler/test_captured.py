"""Are arrays that stand outside of the arguments what they are at each call?"""

from __future__ import annotations

import sys
import types
import warnings

import numpy as np
import pytest

from mdsl import accelerate

WEIGHTS = np.array([1.0, 2.0, 3.0])
TABLE = np.arange(6.0).reshape(2, 3)


class Config:
    def __init__(self) -> None:
        self.weights = np.array([5.0, 6.0, 7.0])

    @property
    def new_each_time(self):
        return self.weights * 2


config = Config()


def plain(x):
    return x * WEIGHTS + TABLE.sum(axis=0)


def scaled(x):
    return x * WEIGHTS


def by_a_helper(x):
    return scaled(x) + scaled(x * 2) + WEIGHTS


def attribute(x):
    return x @ config.weights


def closure():
    factors = np.array([2.0, 2.5, 3.0])

    def inner(x):
        return x * factors

    return inner


def in_a_loop(x):
    total = 0.0
    for i in range(len(WEIGHTS)):
        total += WEIGHTS[i] * x[i]
    return total


def a_view(x):
    return WEIGHTS[1:], x + WEIGHTS[0]


def in_nested_function(x):
    def inner(y):
        return y * WEIGHTS

    return inner(x) + 1


FUNCTIONS = [plain, by_a_helper, attribute, closure(), in_a_loop, a_view, in_nested_function]


@pytest.fixture(autouse=True)
def same_weights(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "WEIGHTS", np.array([1.0, 2.0, 3.0]))
    monkeypatch.setattr(sys.modules[__name__], "config", Config())


def compiled_of(function):
    return accelerate(function, target="python", cache=False)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_elements_may_change_and_so_may_the_array(function):
    global WEIGHTS
    compiled, x = compiled_of(function), np.array([0.5, 1.0, 2.0])

    def check():
        got, expected = compiled(x), function(x)
        assert type(got) is type(expected)
        pairs = zip(got, expected, strict=True) if isinstance(got, tuple) else [(got, expected)]
        for mine, theirs in pairs:
            np.testing.assert_array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype
        assert compiled.last_report.status == "full"

    check()
    WEIGHTS[1] = config.weights[0] = 20.0
    check()
    WEIGHTS = np.array([4, 5, 6], np.float32)
    config.weights = np.array([1.5, 2.5, 3.5, 4.5])[:3]
    check()
    assert len(compiled.dispatcher.specialisations) == 1


def test_a_view_is_one_of_the_array_itself():
    first, _ = compiled_of(a_view)(np.ones(3))
    assert first.base is WEIGHTS


def test_an_array_that_was_reshaped_in_place():
    compiled, x = compiled_of(scaled), np.array([0.5, 1.0, 2.0])
    np.testing.assert_array_equal(compiled(x), scaled(x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        WEIGHTS.shape = (3, 1)
    np.testing.assert_array_equal(compiled(x), scaled(x))
    assert compiled(x).shape == (3, 3)


def stored_beside(x):
    x[:] = x + WEIGHTS[::-1]
    return WEIGHTS


def test_an_argument_that_is_the_array():
    global WEIGHTS
    compiled = compiled_of(stored_beside)
    compiled(np.ones(3))
    assert compiled.last_report.status == "full"
    given = WEIGHTS.copy()
    assert compiled(WEIGHTS) is WEIGHTS
    np.testing.assert_array_equal(WEIGHTS, given + given[::-1])
    whole = np.arange(6.0)
    WEIGHTS = whole[1:4]
    expected = whole[:3] + WEIGHTS[::-1]
    compiled(whole[:3])
    np.testing.assert_array_equal(whole[:3], expected)


def stores(x):
    WEIGHTS[0] = x[0]
    return x


def changes_each_time(x):
    return x * config.new_each_time


@pytest.mark.parametrize("function", [stores, changes_each_time])
def test_what_is_left_to_python(function):
    compiled, x = compiled_of(function), np.array([0.5, 1.0, 2.0])
    with pytest.warns(match="not an argument"):
        np.testing.assert_array_equal(compiled(x), function(x))
    assert compiled.last_report.status == "none"


def test_sizes_that_do_not_fit_raise_as_numpy_does():
    compiled = compiled_of(scaled)
    compiled(np.ones(3))
    with pytest.raises(ValueError, match="could not be broadcast"):
        compiled(np.ones(4))


def test_the_next_process_finds_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MDSL_CACHE_DIR", str(tmp_path))
    x = np.array([0.5, 1.0, 2.0])
    first = accelerate(by_a_helper, target="python")
    np.testing.assert_array_equal(first(x), by_a_helper(x))
    WEIGHTS[0] = 11.0
    monkeypatch.setattr("mdsl.transpiler.transpile.transpile", lambda *_: pytest.fail("it is compiled again"))
    second = accelerate(by_a_helper, target="python")
    np.testing.assert_array_equal(second(x), by_a_helper(x))
    assert second.last_report.status == "full"


def test_the_next_process_finds_another_dtype(tmp_path, monkeypatch):
    global WEIGHTS
    monkeypatch.setenv("MDSL_CACHE_DIR", str(tmp_path))
    x = np.array([0.5, 1.0, 2.0], np.float32)
    accelerate(scaled, target="python")(x)
    WEIGHTS = WEIGHTS.astype(np.float32)
    result = accelerate(scaled, target="python")(x)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, scaled(x))


def test_an_array_of_a_module(monkeypatch):
    module = types.ModuleType("mdsl_test_tables")
    module.weights = np.array([1.0, 4.0])
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def uses(x, tables):
        return x * tables.weights

    compiled, x = compiled_of(uses), np.ones(2)
    for weights in (module.weights, np.array([3.0, 5.0]), np.array([2, 3])):
        module.weights = weights
        np.testing.assert_array_equal(compiled(x, module), uses(x, module))
        assert compiled.last_report.status == "full"
