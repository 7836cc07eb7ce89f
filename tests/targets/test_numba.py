"""Is the generated Numba code what a person would have been content to write?"""

from __future__ import annotations

import ast
import inspect
import re
import warnings

import numpy as np
import pytest

import mdsl
from mdsl.transpiler.signature import signature_of
from mdsl.transpiler.source import function_source
from mdsl.transpiler.transpile import transpile

RNG = np.random.default_rng(12)


def heat(u, alpha, steps):
    for _ in range(steps):
        lap = u[:-2] + u[2:] - 2 * u[1:-1]
        u[1:-1] += alpha * lap
    return u.sum()


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def distances(p, q):
    d = p[:, None, :] - q[None, :, :]
    return np.sqrt((d * d).sum(axis=2))


def thresholds(x, flag):
    low = x.min() < 0.1
    big = np.where(x > 0.5, x, 0)
    if flag:
        big = big * 2
    return big, low, flag


def collatz(n):
    k = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        k += 1
    return k


def chain(a, b):
    t = a @ b
    s = np.tanh(t) + 1
    return s @ b.T


CASES = {
    "heat": (heat, (RNG.random(30), 0.1, 3)),
    "softmax": (softmax, (RNG.random((5, 7)),)),
    "distances": (distances, (RNG.random((4, 3)), RNG.random((6, 3)))),
    "thresholds": (thresholds, (RNG.random(20), True)),
    "collatz": (collatz, (27,)),
    "chain": (chain, (RNG.random((4, 4)), RNG.random((4, 4)))),
}


def functions_of(name):
    function, arguments = CASES[name]
    names = list(inspect.signature(function).parameters)
    artifact = transpile(function_source(function), signature_of(names, arguments), "numba")
    assert artifact.status == "full", artifact.diagnostics
    return artifact.module


@pytest.mark.parametrize("name", CASES)
def test_every_name_that_is_set_is_read(name):
    for function in ast.parse(functions_of(name).functions).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        loops = {n.target.id for n in ast.walk(function) if isinstance(n, ast.For) and isinstance(n.target, ast.Name)}
        unpacked = {
            e.id for n in ast.walk(function) if isinstance(n, ast.Tuple) for e in n.elts if isinstance(e, ast.Name)
        }
        unread = {node.id for node in names if isinstance(node.ctx, ast.Store)} - read - loops - unpacked
        assert not unread, f"{function.name}: {unread}"


@pytest.mark.parametrize("name", CASES)
def test_parameters_of_kernels_are_used(name):
    module = functions_of(name)
    for function in ast.parse(module.functions).body:
        if isinstance(function, ast.FunctionDef) and function.name.endswith("_kernel"):
            used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            assert {a.arg for a in function.args.args} <= used


@pytest.mark.parametrize("name", ["heat", "softmax", "distances"])
def test_a_comment_for_each_nest_names_its_lines(name):
    text = functions_of(name).functions
    first = CASES[name][0].__code__.co_firstlineno
    noted = [int(n) for n in re.findall(r"# test_numba\.py:(\d+)", text)]
    assert noted
    assert all(first < line <= first + 8 for line in noted)


def test_one_kernel_where_nothing_stands_between():
    for name in ("heat", "softmax", "distances", "collatz"):
        assert len(functions_of(name).kernels) == 1, name
    assert len(functions_of("chain").kernels) == 1  # between the two products


def test_no_temporary_of_three_axes():
    text = functions_of("distances").functions
    assert not re.search(r"np\.empty\(\(\w+, \w+, \w+\)\)", text)


def test_the_users_names_stay():
    text = functions_of("heat").functions
    for name in ("u", "alpha", "steps", "lap"):
        assert re.search(rf"\b{name}\b", text)


def test_loops_over_few_elements_start_no_threads():
    text = functions_of("softmax").functions
    assert "run_parallel" in text
    assert re.search(r"if [\w *()+-]+ > PARALLEL_WORK:", text)


@mdsl.accelerate(cache=False, fallback=False)
def unit(q):
    n = np.sqrt(np.dot(q, q))
    if n == 0:
        axis = np.zeros(len(q))
        axis[0] = 1.0
        return axis
    if n == 1:
        same = np.empty((1, len(q)))
        same[0] = q
        return same
    return q / n


@pytest.mark.parametrize("q", [np.arange(4.0), np.zeros(4), np.eye(4)[1]])
def test_an_array_that_a_branch_makes_and_returns(q):
    """The kernel that makes it gives it to the function that returns it."""
    np.testing.assert_array_almost_equal(unit(q), unit.py_func(q))


def test_a_scalar_that_only_gets_another_name_needs_no_kernel():
    def iterate(a, v, rounds):
        old = v[0]
        for _ in range(rounds):
            v = a @ v
            new = v[0]
            v = v * (old / new)
            v = a @ v
            old = new
        return v

    a, v = (RNG.random(shape).astype(np.float32) for shape in ((120, 120), 120))
    compiled = mdsl.accelerate(iterate)
    np.testing.assert_allclose(compiled(a, v, 3), iterate(a, v, 3), rtol=1e-5)
    text = compiled.last_report.source
    assert re.search(r"^ {8,}old = new$", text, re.MULTILINE)
    assert not re.search(r"^ {4}old = new\n {4}return old$", text, re.MULTILINE)


@pytest.mark.parametrize("scale", [np.array(2.5), np.array(3, np.int16), np.array(1 + 2j)])
def test_parallel_loops_read_arrays_of_rank_0(scale, monkeypatch):
    """Numba's parallel loops have the number where the array was, and cannot index it."""
    monkeypatch.setattr("mdsl.targets.numba.PARALLEL_WORK", 0)

    def scaled(a, scale, shift):
        return a * scale + shift, np.sum(a * scale)

    compiled = mdsl.accelerate(scaled, cache=False, fallback=False)
    a = np.arange(500.0)
    for got, want in zip(compiled(a, scale, np.array(0.5)), scaled(a, scale, np.array(0.5)), strict=True):
        np.testing.assert_allclose(got, want)
    assert "prange" in compiled.explain(a, scale, np.array(0.5)).source


@pytest.mark.parametrize("target", ["python", "numba"])
def test_numbers_of_numpy_that_were_pythons_are_divided_as_numpy_does(target):
    """`x` is Python's number, its sum is NumPy's: infinity, and no ZeroDivisionError."""

    def quotients(x):
        return np.sum(x) / 0, np.max(x) % 0, np.divide(np.mean(x), 0.0), np.add(x, 1) // 0

    compiled = mdsl.accelerate(quotients, target=target, cache=False, fallback=False)
    with np.errstate(all="ignore"):
        got, want = compiled(1.5), quotients(1.5)
    np.testing.assert_array_equal(got, want)
    assert all(type(x) is np.float64 for x in got)


def test_loops_that_must_stay_apart_do(monkeypatch):
    """Every element is multiplied by one of them, as it was before: Numba would make the two loops one, a race."""
    monkeypatch.setattr("mdsl.targets.numba.PARALLEL_WORK", 0)

    def scaled_by_one_of_them(b):
        b *= b[-2, 2].min()

    compiled = mdsl.accelerate(scaled_by_one_of_them, cache=False, fallback=False)
    for _ in range(20):
        b = np.resize(np.array([4, 255], np.uint8), (401, 7))
        want = b.copy()
        scaled_by_one_of_them(want)
        compiled(b)
        np.testing.assert_array_equal(b, want)


def test_a_variable_may_have_the_name_that_numba_gives_to_a_later_value_of_another(monkeypatch):
    """`result` is made twice and used in a parallel loop, and `result_1` is a variable as well."""
    monkeypatch.setattr("mdsl.targets.numba.PARALLEL_WORK", 0)

    def one_of_three(a, n):
        if np.mean(a) == a[1, -2]:
            return n
        if n == 0:
            return (a == a) * a.shape[-1]
        a[...] = a + n
        return a

    compiled = mdsl.accelerate(one_of_three, cache=False, fallback=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a loop that Numba refuses
        for n in (0, 2):
            got, want = compiled(np.eye(4), n), one_of_three(np.eye(4), n)
            assert got.dtype == want.dtype
            np.testing.assert_array_equal(got, want)
