"""Does each call of an accelerated function find the code that is right for it, at once and after others?"""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.transpiler import dispatch
from mdsl.transpiler.worth import FEW

RNG = np.random.default_rng(7)
SCALE = 2.0


def python(function):
    return accelerate(function, target="python", cache=False)


def added(u, v):
    return u + v


def test_a_call_like_an_earlier_one_does_not_go_the_slow_way():
    compiled, u = python(added), np.arange(6.0)
    compiled(u, u), compiled(u, u)
    compiled.dispatcher.entry.scope["_mdsl_slow"] = None
    np.testing.assert_array_equal(compiled(u + 1, u[:]), 2 * u + 1)
    np.testing.assert_array_equal(compiled(np.ones(3), np.ones(3)), np.full(3, 2.0))
    with pytest.raises(TypeError, match="NoneType"):  # but this one does
        compiled(u, 1.0)


ARRAYS = {
    "row": np.arange(6.0),
    "of one": np.array([3.0]),
    "int32": np.arange(6, dtype=np.int32),
    "swapped": np.arange(6, dtype=">f8"),
    "strided": np.arange(12.0)[::2],
    "backwards": np.arange(6.0)[::-1],
    "square": np.arange(36.0).reshape(6, 6),
    "turned": np.arange(36.0).reshape(6, 6).T,
    "column": np.arange(6.0).reshape(6, 1),
    "cube": np.arange(36.0).reshape(1, 6, 6),
    "rank 0": np.array(2.0),
    "nothing": np.zeros((0, 6)),
    "unaligned": np.frombuffer(bytes(7) + np.arange(6.0).tobytes(), np.uint8)[7:].view(float),
    "matrix": np.arange(6.0).reshape(1, 6).view(np.matrix),
    "number": 2.0,
    "NumPy's number": np.float64(2.0),
    "small": np.float32(2.0),
    "whole": 3,
    "truth": True,
    "list": [1.0] * 6,
}


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return error


def test_kinds_of_arguments_in_turn():
    """More kinds than the entry point tests for, each compared with NumPy at each of its calls."""
    compiled = python(added)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            for name, u in ARRAYS.items():
                for other in ("row", "square", "number", "whole"):
                    expected, actual = outcome(added, u, ARRAYS[other]), outcome(compiled, u, ARRAYS[other])
                    assert type(actual) is type(expected), (name, other)
                    if not isinstance(expected, Exception):
                        np.testing.assert_array_equal(actual, expected, f"{name}, {other}", strict=True)
    assert len(compiled.dispatcher.entry.entries) == dispatch.MOST


def test_dtypes_that_are_equal_and_not_the_same():
    compiled, kinds = python(added), [np.dtype(c) for c in "lq"]
    if kinds[0] != kinds[1]:
        pytest.skip("long and long long differ here")
    for kind in kinds * 2:
        np.testing.assert_array_equal(compiled(np.arange(4).astype(kind), 1), [1, 2, 3, 4])


@pytest.mark.parametrize("own", [True, False])
def test_arguments_that_share_memory(own):
    def shift(u, v):
        for i in range(1, len(v)):
            v[i] = u[i - 1] * 2.0
        return v

    compiled = python(shift)

    def made():
        base = np.arange(8.0)
        return base if own else base[:]

    for _ in range(2):
        compiled(made(), made())
        same, expected = made(), made()
        compiled(same, same)
        shift(expected, expected)
        np.testing.assert_array_equal(same, expected)
        base, expected = np.arange(9.0), np.arange(9.0)
        compiled(base[1:], base[:-1])
        shift(expected[1:], expected[:-1])
        np.testing.assert_array_equal(base, expected)


def test_an_array_that_overlaps_itself():
    def add_up(u):
        for i in range(1, u.shape[0]):
            u[i] += u[i - 1]

    compiled = python(add_up)
    for _ in range(2):
        compiled(np.ones(8)[::2])
        actual, expected = (np.lib.stride_tricks.as_strided(np.ones(6), (3, 4), (8, 8)) for _ in range(2))
        compiled(actual[:, 0]), add_up(expected[:, 0])
        np.testing.assert_array_equal(actual, expected)
        twice, plain = (np.lib.stride_tricks.as_strided(np.ones(2), (6,), (0,)) for _ in range(2))
        compiled(twice), add_up(plain)
        np.testing.assert_array_equal(twice, plain)


def test_read_only_arrays():
    def store(u):
        u[0] = 1.0

    compiled, u = python(store), np.zeros(3)
    compiled(u)
    u.flags.writeable = False
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            compiled(u)


def test_names_of_parameters_that_python_and_numpy_use():
    def odd(type, len, ndarray, f=2.0, *, call=1.0):
        return type + len * ndarray + f * call

    compiled, u = python(odd), np.arange(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(compiled(u, u, u), odd(u, u, u))
        np.testing.assert_array_equal(compiled(u, ndarray=u, len=u, call=3.0), odd(u, u, u, call=3.0))


def test_positional_and_keyword_parameters_and_the_errors_of_wrong_ones():
    def mixed(a, b=1.0, /, c=2.0, *, d, e=3.0):
        return a + b * c + d * e

    compiled, u = python(mixed), np.arange(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(compiled(u, 5.0, d=u), mixed(u, 5.0, d=u))
        np.testing.assert_array_equal(compiled(u, d=1.0, c=u), mixed(u, d=1.0, c=u))
        for args, kwargs in [((), {}), ((u,), {}), ((u, 1.0, 2.0, 3.0), {"d": 1.0}), ((u,), {"d": 1.0, "b": 2.0})]:
            with pytest.raises(TypeError) as expected:
                mixed(*args, **kwargs)
            with pytest.raises(TypeError) as actual:
                compiled(*args, **kwargs)
            assert str(actual.value) == str(expected.value)


def test_numbers_that_shape_the_code():
    def along(u, axis):
        return u.sum(axis)

    compiled, u = python(along), RNG.random((2, 3, 4))
    for _ in range(2):
        for axis in (0, 1, 2, -1, np.int64(1), None):
            np.testing.assert_allclose(compiled(u, axis), along(u, axis), rtol=1e-14)


def test_tuples_of_numbers_that_shape_the_code():
    def centred(u, axes=(1, 2)):
        return u - u.mean(axis=axes, keepdims=True)

    compiled, u = python(centred), RNG.random((2, 3, 4))
    for _ in range(3):
        np.testing.assert_allclose(compiled(u), centred(u), rtol=1e-14)
        for axes in ((0, 1), (1, 2), (0,), 2, (-1, 0), ()):
            np.testing.assert_allclose(compiled(u, axes), centred(u, axes), rtol=1e-14)
            assert compiled.last_report.status == "full"
        for axes in ((0, 0), (0, 5), (True,), (0.0,), 1.0):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with pytest.raises(Exception) as expected:
                    centred(u, axes)
                with pytest.raises(type(expected.value)) as actual:
                    compiled(u, axes)
            assert str(actual.value) == str(expected.value)


def test_a_number_with_many_values_is_not_compiled_for_each():
    def shaped(u, n):
        return np.zeros((2,) * n).sum() + u

    compiled, u = python(shaped), np.arange(3.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in [*range(24), *range(24)]:
            np.testing.assert_array_equal(compiled(u, n), shaped(u, n))
    assert len(compiled.dispatcher.literals[1]) == dispatch.MOST_VALUES
    assert len(compiled.dispatcher.specialisations) == dispatch.MOST_VALUES + 1


def test_zeros_that_differ_in_sign_have_code_of_their_own():
    def powers(u, n):
        return np.copysign(u, n) if n == 0 else u.reshape((1,) * n + (-1,))

    compiled, u = python(powers), np.arange(1.0, 4.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in (1, 0.0, -0.0, 0.0, 0, 2, -0.0):
            np.testing.assert_array_equal(compiled(u, n), powers(u, n))


def test_a_global_that_is_rebound(monkeypatch):
    def scaled(u):
        return u * SCALE

    compiled, u = python(scaled), np.arange(3.0)
    for value in (2.0, 3.0, 5, 2.0):
        monkeypatch.setitem(globals(), "SCALE", value)
        for _ in range(2):
            np.testing.assert_array_equal(compiled(u), u * value)


@pytest.mark.parametrize("at_first", [True, False])
def test_settings_of_errors(at_first):
    """Also where they raise when the function is decorated."""

    def inverse(u):
        return 1.0 / u

    with np.errstate(divide="raise" if at_first else "ignore"):
        compiled = python(inverse)
    zero = np.zeros(3)
    with np.errstate(divide="ignore"):
        compiled(zero), compiled(zero)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        compiled(zero)
    with np.errstate(divide="ignore"):
        assert np.isinf(compiled(zero)).all()


def test_many_threads_at_the_first_calls():
    compiled = python(added)
    kinds = [np.ones(4), np.ones((2, 2)), np.ones(4, np.float32), np.ones(4, int), np.ones(8)[::2]]
    wrong: list[object] = []

    def work(start: int) -> None:
        for k in range(60):
            u = kinds[(start + k) % len(kinds)]
            if not np.array_equal(compiled(u, u), u + u):
                wrong.append(u)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


SETTINGS = {"scale": 2.0, "left": None}


def test_an_item_of_a_dictionary_of_the_module_that_changes(monkeypatch):
    def scaled(u):
        u = u * SETTINGS["scale"] + SETTINGS.get("shift", 0.0)
        return u if "left" in SETTINGS else u[::-1]

    compiled, u = python(scaled), np.arange(3.0)
    for name, value in [("scale", 2.0), ("scale", 3.0), ("shift", 1.0), ("shift", None), ("left", None), ("left", 1)]:
        if value is None:
            monkeypatch.delitem(SETTINGS, name, raising=False)
        else:
            monkeypatch.setitem(SETTINGS, name, value)
        for _ in range(2):
            np.testing.assert_array_equal(compiled(u), scaled(u))
        assert compiled.last_report.status == "full"
        slow = compiled.dispatcher.entry.scope.pop("_mdsl_slow")
        np.testing.assert_array_equal(compiled(u), scaled(u))
        compiled.dispatcher.entry.scope["_mdsl_slow"] = slow


def test_one_ufunc_over_few_elements_is_left_to_numpy():
    """Where nobody has asked for a target."""

    def root(u):
        return np.sqrt(u)

    def scaled(u, v):
        return u * v + v

    ran = []
    for function, target, few in [
        (added, "auto", True),
        (root, "auto", True),
        (scaled, "auto", False),
        (added, "numba", False),
    ]:
        count = function.__code__.co_argcount
        compiled = accelerate(function, target=target, cache=False)
        small, large = [np.arange(float(n)) for n in (FEW - 1, FEW)]
        for _ in range(2):
            compiled(*[small] * count), compiled(*[large] * count)
        scope = compiled.dispatcher.entry.scope
        scope["_mdsl_original"] = lambda *args, ran=ran, f=function: [ran.append(len(args[0])), f(*args)][1]
        for u in (small, large):
            np.testing.assert_array_equal(compiled(*[u] * count), function(*[u] * count))
        assert ran == [FEW - 1] * few, function.__name__
        ran.clear()
