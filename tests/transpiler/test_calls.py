"""Library calls: what NumPy computes stays a call of NumPy, in its place among what is compiled."""

from __future__ import annotations

# ruff: noqa: NPY002 - the stream of the legacy functions is what is tested
import inspect

import numpy as np
import pytest
from check_whole import check_right, check_whole

import mdsl
from mdsl.ir.compare import canonical_text
from mdsl.ir.print_array import print_array
from mdsl.transpiler.library.call_rows import rows
from mdsl.transpiler.lift_text import lift_text

RNG = np.random.default_rng(11)
V, W = RNG.random(8), np.sort(RNG.random(8))
A = RNG.random((3, 4))
S = (lambda m: m @ m.T + np.eye(4))(RNG.random((4, 4)))
B = RNG.random(4)
AT = RNG.integers(0, 5, 9)


def sorted_between(v, w):
    s = np.sort(v * 2 + w) + 1
    return s * s - w


def solved(s, b):
    x = np.linalg.solve(s, b + 1)
    return x - b, x @ b


def solved_in_a_loop(s, b):
    x = b.copy()
    for _ in range(3):
        x = np.linalg.solve(s, x) + b
    return x


def scalars(s):
    total = 0.0
    for k in range(1, 4):
        total += np.linalg.det(s[:k, :k]) * k
    return total, np.linalg.norm(s, 2)


def sizes_of_the_run(i, v):
    values, counts = np.unique(i, return_counts=True)
    weights = np.zeros(len(values))
    for k in range(len(values)):
        weights[k] = v[k] * counts[k]
    return values * 2, weights, counts.shape


def parts(s):
    u, d, vh = np.linalg.svd(s)
    values = np.linalg.eigh(s).eigenvalues
    return (u * d) @ vh, values + 1


def order_of_memory(a):
    q, r = np.linalg.qr(a.T)
    s = np.sort(a.T, axis=0)
    return q @ r, r + 0, s[1:] - s[:-1], np.sum(s, axis=0)


def in_place(v, a):
    v[1:].sort()
    first = v[1]
    a.sort(axis=0)
    np.put(a, [0, 1], v[:2])
    return first, v * 2, a[0] + a[1]


def conditional(v, flag):
    return np.sort(v) + 1 if flag else v


def while_it_holds(s, b):
    x, rounds = b.copy(), 0
    while np.linalg.norm(x, np.inf) > 0.01:
        x = x / 3 + np.linalg.inv(s) @ b * 0
        rounds += 1
    return x, rounds


def one_result_of_many(v, w):
    return np.frexp(v)[0] * np.frexp(w)[1]


def methods(v, w):
    return v.argsort(), v.round(1), w.searchsorted(v), np.add.reduceat(v, [0, 3])


def named(v, y):
    s = t = np.sort(v)
    t[0] = 100
    u = s
    return u + 1, s, y


# what other constructs print in another form is not read again
_PRINTED = (
    "sorted_between solved solved_in_a_loop scalars sizes_of_the_run parts order_of_memory one_result_of_many named"
).split()


def edges_given_back(v, w):
    counts, edges = np.histogram(v, bins=w)
    edges[0] = -1
    again = np.histogram(v, bins=np.linspace(0, 1, 5))[1]
    return counts * 2, edges, w, again[1:] - again[:-1]


def kinds_of_numbers(s, v):
    d = np.linalg.det(s)
    low = float(d)
    rank = int(np.linalg.matrix_rank(s))
    single = np.quantile(v.astype(np.float32), low * 0 + 0.5)
    return low, d, rank, rank > 1, single, bool(d > 0)


def drawn_in_a_loop(n):
    np.random.seed(2)
    inside, total = 0, 0.0
    for k in range(n):
        x, y = np.random.rand(), np.random.rand()
        if x * x + y * y < 1.0:
            inside += 1
            total += x * k
        else:
            total -= abs(y)
    return 4 * inside / n, total, x


def called_where_the_original_cannot_take_over(v, w):
    w.sort()
    return np.interp(v, w, v) * 2


WHOLE = [
    (sorted_between, V, W), (solved, S, B), (solved_in_a_loop, S, B), (scalars, S), (sizes_of_the_run, AT, V),
    (parts, S), (order_of_memory, A), (in_place, V, A), (conditional, V, True), (conditional, V, False),
    (while_it_holds, S, B), (one_result_of_many, V, W), (methods, V, W), (named, V, W),
    (edges_given_back, V, W),
    (kinds_of_numbers, S, V),
    (drawn_in_a_loop, 40),
    (called_where_the_original_cannot_take_over, V, W),
]  # fmt: skip


@pytest.mark.parametrize("target", ["python", "numpy"])
@pytest.mark.parametrize("program", WHOLE, ids=lambda program: program[0].__name__)
def test_calls_stand_among_what_is_compiled(program, target):
    check_whole(*program, target=target, rtol=1e-11)


@pytest.mark.parametrize("program", [WHOLE[k] for k in (0, 2, 4, 6, -3)], ids=lambda program: program[0].__name__)
def test_calls_stand_between_kernels(program):
    check_whole(*program, target="numba", rtol=1e-11)


@pytest.mark.parametrize(
    "program", [p for p in WHOLE if p[0].__name__ in _PRINTED], ids=lambda program: program[0].__name__
)
def test_the_printed_program_is_the_same_program(program):
    function, *args = program
    first = lift_text(inspect.getsource(function), *args)
    again = lift_text(print_array(first), *args)
    assert canonical_text(again) == canonical_text(first)


def stored_before(s, b, out):
    out[:] = b * 2
    x = np.linalg.solve(s, b)
    out[:] = x
    return x


def test_what_was_stored_before_a_call_raises_is_stored():
    out, expected = np.zeros(4), np.zeros(4)
    singular = np.zeros((4, 4))
    compiled = mdsl.accelerate(stored_before, target="python", cache=False)
    for function, array in ((stored_before, expected), (compiled, out)):
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            function(singular, B, array)
    np.testing.assert_array_equal(out, expected)
    assert out[0] == B[0] * 2 and compiled.explain(S, B, out).status == "full"


def interpolated(v, w):
    return np.interp(v, w, v[:3])


def test_a_size_that_numpy_refuses_raises_as_numpy_does():
    check_whole(solved, S, RNG.random(5))
    check_right(interpolated, V, W)


def drawn(n):
    np.random.seed(3)
    a = np.random.rand(n, 2) + 1
    b = np.random.normal(2.0, 0.5, size=n)
    x = np.arange(n)
    np.random.shuffle(x)
    return a[:, 0] * b, x * 2, np.random.rand(), np.random.randint(0, 10, (2, 3))


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_the_stream_of_random_numbers_is_numpys(target):
    check_whole(drawn, 6, target=target)


def drawn_twice(n):
    return np.random.rand(n) * 2


def test_compiling_draws_nothing():
    compiled = mdsl.accelerate(drawn_twice, target="python", cache=False)
    np.random.seed(5)
    first = compiled(4)
    np.random.seed(5)
    np.testing.assert_array_equal(first, np.random.rand(4) * 2)


def twice(v, n):
    return np.random.rand(n) + v


def test_numbers_are_not_drawn_again_by_the_original():
    compiled = mdsl.accelerate(twice, target="python", cache=False)
    for size in (8, 1):
        np.random.seed(1)
        got = compiled(V, size)
        np.random.seed(1)
        np.testing.assert_array_equal(got, twice(V, size))


def signed(s):
    return np.linalg.slogdet(s)


def test_a_named_tuple_stays_one():
    check_right(signed, S)


def depends_on_values(s):
    return np.linalg.eigvals(s), np.roots(s[0])


def complex_in_any_case(s):
    return np.linalg.eigvals(s * 1j) + 1


def test_what_depends_on_values_is_left_to_numpy():
    assert check_right(depends_on_values, S) != "full"
    check_whole(complex_in_any_case, S)


def sorted_in_place(v):
    v.sort()


def test_read_only_arrays_are_not_sorted_in_place():
    fixed = V.copy()
    fixed.flags.writeable = False
    assert check_right(sorted_in_place, fixed) != "full"


def test_every_row_names_a_function():
    for path, row in rows().items():
        assert callable(row.function), path
