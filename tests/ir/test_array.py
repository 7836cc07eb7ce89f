"""Are equal expressions one object, and do the walks visit each node once?"""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest

from mdsl.ir import array as arr
from mdsl.ir.array import Apply, Axis, Const, Expr, Extent, Ref, Results, View
from mdsl.ir.ops import table
from mdsl.ir.print_array import print_array
from mdsl.ir.types import FLOAT, INT, PY_BOOL, PY_FLOAT, PY_INT, Size, Type
from mdsl.transpiler.lift_text import lift_text

N, M = Size.named("n"), Size.named("m")
MATRIX, VECTOR = Type(FLOAT, (N, M)), Type(FLOAT, (N,))
A = Ref("a", 0, MATRIX)
X = Ref("x", 0, VECTOR)


def add(a: Expr, b: Expr) -> Expr:
    return Apply(table()["add"], (a, b), None, a.type)


def axis(offset: int, step: int = 1, out: int | None = None) -> Axis:
    return Axis(Size(offset), step, out)


# -- interning


def test_equal_expressions_are_one_object() -> None:
    assert add(X, X) is add(Ref("x", 0, VECTOR), X)
    assert add(X, X) is not add(Ref("x", 1, VECTOR), X)  # another version holds other values
    assert View(A, (axis(0), axis(0, 1, 0)), Type(FLOAT, (M,))) is View(A, (axis(0), axis(0, 1, 0)), Type(FLOAT, (M,)))
    assert Extent(N + 1) is Extent(1 + N) and Extent(N) is not Extent(M)


@pytest.mark.parametrize(
    ("one", "other"),
    [(0.0, -0.0), (1, True), (1, 1.0), (np.float32(0.1), np.float64(0.1)), (np.int64(1), 1)],
)
def test_constants_that_python_calls_equal_are_apart(one: object, other: object) -> None:
    assert Const(one, PY_FLOAT) is not Const(other, PY_FLOAT)
    assert Const(one, PY_FLOAT) is Const(one, PY_FLOAT)


def test_a_constant_of_two_types_is_two() -> None:
    assert Const(1.0, PY_FLOAT) is not Const(1.0, Type(FLOAT, (), "numpy"))
    nan = Const(float("nan"), PY_FLOAT)
    assert nan is Const(float("nan"), PY_FLOAT)


def test_a_deep_graph_is_built_and_walked_in_no_time() -> None:
    """x = x + x a thousand times is a thousand nodes, not two to that power."""
    start = time.process_time()
    node: Expr = X
    for _ in range(1000):
        node = add(node, node)
    assert len(list(arr.walk(node))) == 1001
    assert time.process_time() - start < 1.0


def test_what_nobody_holds_is_forgotten() -> None:
    before = len(arr._interned)
    nodes = [add(X, Ref(f"unused_{k}", 0, VECTOR)) for k in range(100)]
    assert len(arr._interned) >= before + 200
    del nodes
    gc.collect()
    assert len(arr._interned) < before + 100


def test_threads_intern_the_same_object() -> None:
    made: list[Expr] = []
    ready = threading.Barrier(8)

    def build() -> None:
        ready.wait()
        for k in range(200):
            made.append(add(X, Extent(Size(k))))

    threads = [threading.Thread(target=build) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(node) for node in made}) == 200


# -- walking


def test_operands_come_before_their_users_and_once() -> None:
    shared = add(X, X)
    root = add(shared, add(shared, X))
    order = list(arr.walk(root, shared))
    assert len(order) == len(set(order)) == 4
    assert all(order.index(arg) < order.index(node) for node in order for arg in node.args)


def test_transform_changes_each_node_once_and_keeps_what_is_the_same() -> None:
    shared = add(X, X)
    root = add(shared, shared)
    seen: list[Expr] = []

    def change(node: Expr) -> Expr:
        seen.append(node)
        return Ref("y", 0, VECTOR) if node is X else node

    y = Ref("y", 0, VECTOR)
    assert arr.transform(root, change) is add(add(y, y), add(y, y))
    assert len(seen) == 3
    assert arr.transform(root, lambda node: node) is root


def test_results_are_walked_and_mapped() -> None:
    result = Results((X, Results((A,)), None))
    assert list(arr.result_expressions(result)) == [X, A]
    assert arr.map_result(result, lambda e: add(e, e)) == Results((add(X, X), Results((add(A, A),)), None))


def test_statements_of_every_depth() -> None:
    program = lift_text(
        "def f(x, k):\n    t = x[3]\n    for i in range(3):\n        while t < k:\n            t += x[i]\n"
        "        if t > 1: x[i] = t\n    return t",
        np.ones(4), 2.0,
    )  # fmt: skip
    kinds = [type(stmt).__name__ for stmt in arr.statements(program.body)]
    assert kinds.count("For") == kinds.count("While") == kinds.count("If") == kinds.count("Store") == 1
    assert kinds.index("For") < kinds.index("While") < kinds.index("If") < kinds.index("Store")
    for stmt in arr.statements(program.body):
        inner = [s for block in arr.blocks(stmt) for s in block]
        assert bool(inner) == (type(stmt).__name__ in ("For", "While", "If"))


# -- views


NUMBERS = np.arange(7 * 8).reshape(7, 8)


def read(value: Expr) -> np.ndarray:
    """The elements of a view of NUMBERS, by its index map."""
    axes = value.axes if isinstance(value, View) else arr.identity_axes(2)
    values = {"n": 7, "m": 8}
    shape = tuple(size.evaluate(values) for size in value.shape)
    out = np.empty(shape, int)
    for place in np.ndindex(*shape):
        at = tuple(a.offset.evaluate(values) + (a.step * place[a.out] if a.out is not None else 0) for a in axes)
        out[place] = NUMBERS[at]
    return out


def test_views_of_views_compose() -> None:
    rows = arr.view(A, (axis(1, 2, 0), axis(0, 1, 1)), (Size(3), M))  # A[1::2]
    turned = arr.view(rows, (axis(0, 1, 1), axis(7, -1, 0)), (M, Size(3)))  # .T[::-1]
    corner = arr.view(turned, (axis(2, 1, 0), axis(1)), (Size(4),))  # [2:6, 1]
    assert isinstance(corner, View) and corner.base is A
    np.testing.assert_array_equal(read(rows), NUMBERS[1::2])
    np.testing.assert_array_equal(read(turned), NUMBERS[1::2].T[::-1])
    np.testing.assert_array_equal(read(corner), NUMBERS[1::2].T[::-1][2:6, 1])


def test_a_broadcast_repeats() -> None:
    column = arr.view(A, (axis(0, 1, 0), axis(3)), (N, Size(1)))
    wide = arr.broadcast(column, (Size(2), N, Size(4)))
    np.testing.assert_array_equal(read(wide), np.broadcast_to(NUMBERS[:, 3:4], (2, 7, 4)))
    assert arr.broadcast(A, (N, M)) is A


def test_a_view_of_the_whole_is_another_object_only_for_a_variable() -> None:
    assert isinstance(arr.view(A, arr.identity_axes(2), (N, M)), View)
    assert arr.view(add(A, A), arr.identity_axes(2), (N, M)) is add(A, A)


@pytest.mark.parametrize("extent", [0, 1, 7])
@pytest.mark.parametrize("text", ["a[1, None, k, ::2]", "a[None, ::2, 0]", "a[::2, None, ::-2]", "a[None, ::3].T[::2]"])
def test_a_cut_is_made_along_its_own_axis(text: str, extent: int) -> None:
    """A step over an extent that is not known is written as a slice and a cut; new axes stand between."""
    shape = (2, 4, extent) if text.startswith("a[1") else (extent, 4)
    a = np.arange(float(np.prod(shape))).reshape(shape)
    namespace: dict[str, object] = {"np": np}
    exec(print_array(lift_text(f"def f(a, k): return {text}", a, 1)), namespace)
    np.testing.assert_array_equal(namespace["f"](a, 1), eval(text, {"a": a, "k": 1}), strict=True)  # type: ignore[operator]


def test_an_element_is_a_scalar_of_numpy() -> None:
    found = arr.element(arr.view(A, (axis(1), axis(2)), ()))
    assert found.type == Type(FLOAT, (), "numpy") and arr.buffer_of(found) is A


def test_guards_and_derived_integers_print_as_python() -> None:
    assert str(arr.Guard(N - M - 2)) == "n >= m + 2" and str(arr.Guard(N - 3, True)) == "n == 3"
    assert str(arr.Derived("h", "//", N + 1, Size(2))) == "(n + 1) // 2"
    assert str(arr.Derived("h", "min", N, M)) == "min(n, m)"
    assert PY_BOOL.weak and PY_INT.dtype == INT
