"""Is a value computed once, and what nobody reads not at all, without a store or a check being lost or overtaken?"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.ir import array as arr
from mdsl.ir.array import Program
from mdsl.ir.print_array import print_array, show
from mdsl.passes.context import Context
from mdsl.passes.eliminate import prune, share
from mdsl.passes.forward import forward
from mdsl.transpiler.lift_text import lift_text

X, Y = np.linspace(0.5, 3.0, 6), np.linspace(2.0, 1.0, 6)


def lifted(lines: str, *args: Any) -> Program:
    return lift_text(
        f"def f({', '.join('xyz'[: len(args)])}):\n" + "".join(f"    {line}\n" for line in lines.splitlines()), *args
    )


def assert_runs_alike(program: Program, before: str, *args: Any) -> None:
    names = ", ".join("xyz"[: len(args)])
    original: dict[str, Any] = {"np": np}
    exec(f"def f({names}):\n" + "".join(f"    {line}\n" for line in before.splitlines()), original)
    printed: dict[str, Any] = {"np": np}
    exec(print_array(program), printed)
    mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
    expected, got = original["f"](*mine), printed["f"](*theirs)
    for a, b in zip((*np.atleast_1d(got), *theirs), (*np.atleast_1d(expected), *mine), strict=True):
        np.testing.assert_array_equal(a, b)


def statements_named(program: Program, name: str) -> int:
    return sum(getattr(stmt, "name", None) == name for stmt in arr.statements(program.body))


def count(program: Program, op: str) -> int:
    return sum(
        isinstance(node, arr.Apply) and node.op.name == op
        for stmt in arr.statements(program.body)
        for node in arr.walk(*arr.expressions(stmt))
    )


# -- share -------------------------------------------------------------------------------------------------------------


def test_what_a_variable_holds_is_not_computed_again() -> None:
    lines = "e = np.exp(x)\nreturn e, np.sum(np.exp(x) * y)"
    after = share(lifted(lines, X, Y), Context())
    assert count(after, "exp") == 1
    assert show(after).splitlines()[-1] == "return e, np.sum(e * y)"


def test_a_store_in_between_makes_another_value() -> None:
    lines = "a = np.sum(np.exp(x))\nx[0] = 0\nb = np.sum(np.exp(x))\nreturn a - b"
    program = lifted(lines, X)
    assert share(program, Context()) is program


def test_a_store_to_the_holder_ends_its_use() -> None:
    lines = "e = np.exp(x)\ne[0] = 5\nreturn np.sum(np.exp(x)) + e[0]"
    after = share(lifted(lines, X), Context())
    assert_runs_alike(after, lines, X)
    assert count(after, "exp") == 2


def test_a_loop_that_stores_ends_it_too() -> None:
    lines = "e = np.exp(x)\nfor i in range(3):\n    x[i] = np.sum(np.exp(x))\nreturn np.sum(np.exp(x)) - e[1]"
    after = share(lifted(lines, X), Context())
    assert_runs_alike(after, lines, X)


def test_branches_share_with_what_came_before_and_not_with_each_other() -> None:
    lines = (
        "e = np.sum(np.exp(x))\nif e > 3:\n    x[0] = np.sum(np.exp(x))\nelse:\n    x[1] = np.sum(np.exp(x)) + 1\n"
        "return np.sum(np.exp(x))"
    )
    for first in (X, X - 3):
        after = share(lifted(lines, first), Context())
        assert_runs_alike(after, lines, first)
    then = next(stmt for stmt in after.body if isinstance(stmt, arr.If)).then
    assert not any(isinstance(node, arr.Apply) for stmt in then for node in arr.walk(*arr.expressions(stmt)))


def test_cheap_parts_are_computed_again() -> None:
    program = lifted("a = x + y\nb = (x + y) * 2\nreturn a - b", X, Y)
    assert share(program, Context()) is program


def test_an_equal_array_is_another_array() -> None:
    lines = "a = np.exp(x)\nb = np.exp(x)\na[0] = 7\nreturn np.sum(a - b)"
    after = share(lifted(lines, X), Context())
    assert count(after, "exp") == 1
    assert_runs_alike(after, lines, X)


# -- prune -------------------------------------------------------------------------------------------------------------


def test_what_nobody_reads_is_left_out() -> None:
    after = prune(lifted("t = np.exp(x)\nu = t * 2\nfor i in range(3):\n    u[i] = t[i]\nreturn x * 2", X), Context())
    assert show(after) == "result = x * 2\nreturn result"


def test_a_store_to_an_argument_stays() -> None:
    program = lifted("x[0] = 1\nx[1:][0] = 2\nreturn None", X)
    assert prune(program, Context()) is program


def test_a_store_through_another_name_stays() -> None:
    lines = "t = x * 2\nv = t.reshape(2, 3)\nv[0, 0] = 9\nreturn np.sum(t)"
    after = prune(lifted(lines, X), Context())
    assert_runs_alike(after, lines, X)
    assert statements_named(after, "v") == 1


def test_a_check_and_what_it_reads_stay() -> None:
    program = lifted("k = int(x[0])\nt = y[k]\nreturn y", X, Y)
    after = prune(program, Context())
    checks = [sum(isinstance(s, arr.Check) for s in arr.statements(p.body)) for p in (program, after)]
    assert checks[0] == checks[1] > 0


def test_a_variable_of_a_loop_stays_while_the_next_round_reads_it() -> None:
    lines = "t = 1.0\nfor i in range(4):\n    x[i] = t\n    t = t * 2 + x[i]\nreturn x[3]"
    after = prune(lifted(lines, X), Context())
    assert_runs_alike(after, lines, X)


# -- forward -----------------------------------------------------------------------------------------------------------


def test_a_range_is_its_index() -> None:
    after = prune(forward(lifted("k = np.arange(6)\nreturn k * x + k[::-1]", X), Context()), Context())
    assert show(after) == "result = np.arange(6) * x + np.arange(6)[::-1]\nreturn result"


@pytest.mark.parametrize(
    "lines",
    [
        "k = np.arange(6)\nk[0] = 4\nreturn k * x",  # stored to
        "k = np.arange(6)\nreturn k",  # returned
        "t = np.exp(x)\nx[2] = 9\nreturn t[2]",  # what it was computed from changes
        "t = np.exp(x)\ns = 0.0\nfor i in range(6):\n    s = s + t[i] + t[0]\nreturn s",  # read over and over
        "t = np.exp(x)\nreturn t[2] + np.sum(t)",  # read as a whole
        "t = x * np.sum(x)\nreturn t[2]",  # an element costs a sum
    ],
)
def test_a_variable_that_has_to_be_an_array_stays_one(lines: str) -> None:
    program = lifted(lines, X)
    assert forward(program, Context()) is program


def test_single_elements_are_computed_alone() -> None:
    lines = "t = np.exp(x) + y\nu = t * 2\nreturn u[2] - u[3]"
    after = prune(forward(lifted(lines, X, Y), Context()), Context())
    assert [type(stmt).__name__ for stmt in after.body] == ["Bind", "Return"] or len(after.body) == 1


def copied(x):
    y = x.copy()
    return np.sum(y * 2.0) + y[0]


def copied_before(x):
    y = x.copy()
    x[0] = 5.0
    return np.sum(y)


def same_twice(x):
    y, z = np.exp(x) + x, np.exp(x) + x
    return y, z


def one_changed(x):
    y = np.exp(x) * 2.0
    z = np.exp(x) * 2.0
    z[0] = 1.0
    return np.sum(y), np.sum(z), y


def tables(x, k):
    first = np.arange(9) * 0.5 + x[0]
    second = np.arange(9) * 0.5 + x[0]
    return first[k] + second[k + 1]


def another_name(x):
    y = x.copy()
    z = y
    z[1] = 7.0
    return np.sum(y) + np.sum(x)


@pytest.mark.parametrize("function", [copied, copied_before, same_twice, one_changed, another_name])
def test_copies_of_what_never_changes(function):
    x = np.linspace(0.0, 1.0, 6)
    mine, its = x.copy(), x.copy()
    expected, result = function(mine), accelerate(function, cache=False, target="python")(its)
    for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (result, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    np.testing.assert_array_equal(mine, its)
    if function is same_twice:
        assert not np.shares_memory(*result)


def test_a_copy_that_is_only_read_is_none():
    found = accelerate(copied, cache=False, target="python").explain(np.ones(4))
    assert "np.empty(n)" not in found.source


def test_one_table_for_what_is_gathered_twice():
    x, k = np.array([0.25]), np.array([0, 7, 3])
    compiled = accelerate(tables, cache=False, target="python")
    np.testing.assert_array_equal(compiled(x, k), tables(x, k))
    assert compiled.last_report.source.count("0.5") == 1


def test_a_check_is_made_once():
    def both(x):
        assert x[0] > 0
        y = np.sum(x)
        assert x[0] > 0
        return y

    compiled = accelerate(both, cache=False, target="python")
    assert compiled(np.ones(3)) == 3.0
    assert compiled.last_report.source.count("raise") == 1
    with pytest.raises(AssertionError):
        compiled(np.zeros(3))


def test_a_check_of_what_changes_is_made_again():
    def both(x):
        assert x[0] > 0
        x[0] -= 2.0
        assert x[0] > 0
        return x

    compiled = accelerate(both, cache=False, target="python")
    with pytest.raises(AssertionError):
        compiled(np.ones(3))
