"""Does a probe say of arguments what Python says of them?"""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.transpiler.probe import FLAGS, make_probe

RNG = np.random.default_rng(3)


def arrays():
    square = RNG.random((4, 4))
    made = [np.zeros(0), np.zeros((0, 3)), np.ones(1), np.ones((1, 1)), np.array(2.0), RNG.random((2, 1, 3))]
    made += [square, square.T, square[::2], square[:, ::-1], square[:1], square[:, :1], square[1], square[:, 1]]
    made += [
        square.astype(np.float32),
        np.arange(3),
        np.arange(3, dtype=">i8"),
        np.zeros(3, "M8[s]"),
        np.zeros(3, object),
    ]
    frozen = square.copy()
    frozen.flags.writeable = False
    return [*made, frozen, np.frombuffer(bytes(25), np.uint8)[1:].view(float), np.zeros((1,) * 20)]


def looks(x):
    if type(x) is not np.ndarray:
        return type(x)
    return x.dtype, x.flags.num & FLAGS, tuple(size == 1 for size in x.shape)


def test_arrays():
    others = [*arrays(), np.matrix(np.eye(4)), np.ma.masked_array(np.ones(4)), 1.0, np.float64(1.0), None, [1.0]]
    for x in arrays():
        probe = make_probe((x,), ["array"], ())
        for y in others:
            same = looks(x)[1:] == looks(y)[1:] and x.dtype is y.dtype if type(y) is np.ndarray else False
            assert probe(y) is same, (looks(x), looks(y))


def test_arrays_that_overlap():
    """As np.may_share_memory sees it: by the first and the last byte."""
    base = np.zeros((6, 6), np.int16)
    views = [
        base,
        base[:3],
        base[3:],
        base[2:4],
        base[::-1],
        base.T,
        base[:, :2],
        base[:, 3:],
        base[5:5],
        base[::2, ::-3],
    ]
    views += [base[0, 0], base[5], base[:, 5], base.reshape(-1)[7:8], np.zeros((6, 6), np.int16)]
    for x, y in itertools.product(map(np.asarray, views), repeat=2):
        probe = make_probe((x, 1.0, y), ["array", "class", "array"], [(0, 2)])
        assert probe(x, 2.0, y) is (None if np.may_share_memory(x, y) else True)
        assert probe(x, 2, y) is False


def test_integers_of_more_than_a_digit_are_not_like_one():
    probe = make_probe((3,), ["integer"], ())
    for x in (0, 1, -1, (1 << 30) - 1, 1 - (1 << 30)):
        assert probe(x) is True
    for x in (1 << 30, -(1 << 31), 1 << 63, -(1 << 64), 10**30, True, 1.0, np.int64(3), None, "3"):
        assert probe(x) is False


def test_classes_and_objects():
    probe = make_probe((1.0, np.sin, None), ["class", "identity", "identity"], ())
    assert probe(2.5, np.sin, None) is True
    for other in [(np.float64(1.0), np.sin, None), (1.0, np.cos, None), (1.0, np.sin, 0), (1.0, np.sin), ()]:
        assert probe(*other) is False
    with pytest.raises(ValueError, match="shape"):
        make_probe((1.0,), ["shape"], ())


def test_what_a_probe_compares_with_outlives_its_makers():
    kind = type("Kind", (), {})
    probe = make_probe((kind(), np.dtype([("a", int)])), ["class", "identity"], ())
    name = id(kind)
    del kind
    assert all(id(type(f"Kind{k}", (), {})) != name for k in range(100))
    assert probe(1.0, np.dtype(float)) is False


def scaled(u, k):
    return u * k


def grown(u, n: int = 2, *more: int):
    return u + n + sum(more)


quick = accelerate(scaled)


def test_an_integer_of_any_size_is_numpys():
    compiled = accelerate(scaled, target="python", cache=False)
    for u in (np.arange(3.0), np.arange(3, dtype=np.float32)):
        for k in [2, 2, 2, 1 << 61, (1 << 63) - 1, 1 << 63, 1 << 64, -(1 << 63) - 1, 2]:
            np.testing.assert_array_equal(compiled(u, k), scaled(u, k), strict=True)
    for k in (1 << 63, 10**400):
        with pytest.raises(OverflowError) as expected:
            scaled(np.arange(3), k)
        with pytest.raises(OverflowError) as actual:
            compiled(np.arange(3), k)
        assert str(actual.value) == str(expected.value)


def test_an_accelerated_function_is_a_function():
    import inspect

    assert inspect.isfunction(quick) and quick.__name__ == "scaled" and quick.__wrapped__ is scaled
    assert inspect.signature(quick) == inspect.signature(scaled)
    assert inspect.getsource(quick) == inspect.getsource(scaled)
    quick.__qualname__ = "quick"
    assert pickle.loads(pickle.dumps(quick)) is quick
    assert accelerate(quick, target="python").py_func is scaled
    assert quick.last_report is None

    class Filter:
        gain = 2.0

        @accelerate(target="python", cache=False)
        def apply(self, u):
            return u * 3.0

    for _ in range(3):
        np.testing.assert_array_equal(Filter().apply(np.ones(2)), [3.0, 3.0])


def test_defaults_and_stars():
    compiled = accelerate(grown, target="python", cache=False)
    for args in [(np.ones(2),), (np.ones(2), 3), (np.ones(2), 3, 4, 5)] * 2:
        np.testing.assert_array_equal(compiled(*args), grown(*args))
    assert compiled.last_report.status == "none"
