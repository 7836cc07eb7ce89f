"""Do the walks over the Loop IR reach everything, and does it print as Python that computes what it says?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mdsl.ir import loops as lp
from mdsl.ir.array import Results
from mdsl.ir.ops import table
from mdsl.ir.print_loops import LoopPrinter, literal_text, message_text, section_text, shape_text
from mdsl.ir.types import BOOL, FLOAT, INT, PY_INT, Size
from mdsl.transpiler.lift_text import loops_of_text

N, ROW = Size.named("n"), Size.named("i")
OPS = table()


def var(name: str, dtype: np.dtype = FLOAT) -> lp.Var:
    return lp.Var(name, dtype)


def num(value: Any, dtype: np.dtype = FLOAT) -> lp.Lit:
    return lp.Lit(dtype.type(value), dtype)


def call(name: str, *args: lp.Expr, dtype: np.dtype | None = None) -> lp.Scalar:
    return lp.Scalar(OPS[name], args, args[0].dtype if dtype is None else dtype)


LOAD = lp.Load("a", (ROW, lp.Load("k", (Size(0),), INT)), FLOAT)


# -- walking


def test_what_is_below_an_expression() -> None:
    chosen = lp.Select(call("less", var("x"), LOAD, dtype=BOOL), lp.Cast(var("y", INT), FLOAT), num(1), FLOAT)
    below = list(lp.subexpressions(chosen))
    assert below[0] is chosen and len(below) == 8
    assert lp.Load("k", (Size(0),), INT) in below  # a subscript that is computed counts


def test_a_map_changes_what_it_is_asked_to_and_affine_indices() -> None:
    def change(value: lp.Expr) -> lp.Expr:
        return num(7) if value == var("x") else value

    root = call("add", call("multiply", var("x"), LOAD), lp.Cast(lp.Index(ROW + 1), FLOAT))
    new = lp.map_expr(root, change, lambda size: size.substitute({"i": N - 1}))
    assert new == call(
        "add",
        call("multiply", num(7), lp.Load("a", (N - 1, lp.Load("k", (Size(0),), INT)), FLOAT)),
        lp.Cast(lp.Index(N), FLOAT),
    )
    assert lp.map_expr(call("negative", var("y")), change) == call("negative", var("y"))


STATEMENTS: list[lp.Stmt] = [
    lp.Alloc("t", FLOAT, (ROW,)),
    lp.Pointer("p", "t", FLOAT, (ROW,)),
    lp.Assign("x", lp.Index(ROW)),
    lp.Store("a", (ROW, lp.Index(ROW)), lp.Cast(lp.Index(ROW), FLOAT)),
    lp.Accumulate(lp.Load("a", (ROW,), FLOAT), OPS["add"], lp.Load("b", (ROW,), FLOAT)),
    lp.For("j", ROW, ROW + 2, 1, (lp.Assign("x", lp.Index(ROW)),)),
    lp.While((lp.Assign("x", lp.Index(ROW)),), call("less", lp.Index(ROW), num(1, INT), dtype=BOOL), ()),
    lp.If(call("less", lp.Index(ROW), num(1, INT), dtype=BOOL), (lp.Assign("x", lp.Index(ROW)),), (lp.Break(),)),
    lp.Check(call("less", lp.Index(ROW), num(1, INT), dtype=BOOL), "ValueError", "x"),
    lp.Library(lp.Section("a", (ROW, (ROW, 1, ROW)), (0,), 1), "np.dot", (lp.Section("b", ((ROW, 1, N),), (0,), 1),)),
    lp.Return(Results((lp.ScalarResult(lp.Index(ROW), PY_INT),))),
]


def mentions(stmt: lp.Stmt, name: str) -> bool:
    return f"('{name}', 1)" in repr([s.terms for s in sizes_in(stmt)])


def sizes_in(stmt: lp.Stmt) -> list[Size]:
    found: list[Size] = []
    lp.map_stmt(stmt, lambda e: e, lambda size: found.append(size) or size)  # type: ignore[func-returns-value]
    return found


@pytest.mark.parametrize("stmt", STATEMENTS, ids=lambda stmt: type(stmt).__name__)
def test_every_size_of_a_statement_is_mapped(stmt: lp.Stmt) -> None:
    assert mentions(stmt, "i")
    new = lp.map_stmt(stmt, lambda e: e, lambda size: size.substitute({"i": N}))
    assert type(new) is type(stmt) and not mentions(new, "i") and mentions(new, "n")
    assert lp.map_stmt(stmt, lambda e: e) == stmt


def test_blocks_are_replaced_in_order() -> None:
    inner = lp.Assign("x", num(1))
    for stmt in STATEMENTS:
        blocks = lp.blocks(stmt)
        assert lp.with_blocks(stmt, blocks) is stmt
        new = tuple((inner, *block) for block in blocks)
        assert lp.blocks(lp.with_blocks(stmt, new)) == new
    nest = lp.For("i", Size(0), N, 1, (lp.If(var("c", BOOL), (inner,), (lp.For("j", Size(0), N, 1, (inner,)),)),))
    assert [type(s).__name__ for s in lp.statements((nest,))] == ["For", "If", "Assign", "For", "Assign"]


def test_the_expressions_of_a_statement() -> None:
    program = loops_of_text("def f(x, k):\n    y = x[k] * 2\n    return y, np.sum(y)", np.ones(4), np.array([1, 2]))
    loads = {
        node.buffer
        for stmt in lp.statements(program.body)
        for value in lp.expressions(stmt)
        for node in lp.subexpressions(value)
        if isinstance(node, lp.Load)
    }
    assert {"x", "k"} <= loads


def test_literals_are_told_apart_by_their_bits() -> None:
    assert num(0.0) != num(-0.0) and num(1) != num(1, INT) and num(np.nan) == num(np.nan)
    assert hash(num(0.0)) != hash(num(-0.0)) and lp.Lit(True, BOOL) != lp.Lit(1, INT)


# -- printing


@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.1), np.float64(-0.0), np.float64(1e300), np.float64(5e-324), np.float64(np.inf),
        np.float64(-np.inf), np.float32(0.1), np.float32(1e-45), np.float32(16777217), np.int64(-(2**63)),
        np.int64(7), np.int8(-128), np.uint64(2**64 - 1), np.bool_(True), np.complex128(1 - 2j),
        np.complex128(complex(-0.0, np.inf)), np.complex64(0.1j),
    ],
)  # fmt: skip
def test_a_literal_is_read_as_what_it_is(value: np.generic) -> None:
    got = eval(literal_text(value, value.dtype), {"np": np})
    assert np.asarray(got).astype(value.dtype).tobytes() == value.tobytes()
    wide = {"f8": float, "c16": complex, "b1": bool, "i8": int}.get(value.dtype.str[1:])
    assert type(got) is (wide if wide and not isinstance(got, np.generic) else type(value))


def test_nan_is_a_literal() -> None:
    assert np.isnan(eval(literal_text(np.float64(np.nan), FLOAT), {"np": np}))


X = {"x": 3.0, "y": -2.0, "z": 0.5, "p": True, "q": False, "i": 4, "n": 9}
PRECEDENCE: list[tuple[lp.Expr, Callable[[Any, Any, Any], Any]]] = [
    (call("multiply", call("add", var("x"), var("y")), var("z")), lambda x, y, z: (x + y) * z),
    (call("subtract", var("x"), call("subtract", var("y"), var("z"))), lambda x, y, z: x - (y - z)),
    (call("divide", var("x"), call("multiply", var("y"), var("z"))), lambda x, y, z: x / (y * z)),
    (call("negative", call("add", var("x"), var("y"))), lambda x, y, z: -(x + y)),
    (call("square", call("add", var("x"), var("y"))), lambda x, y, z: (x + y) ** 2),
    (call("multiply", num(-2.0), var("x")), lambda x, y, z: -2.0 * x),
    (call("subtract", var("x"), num(-2.0)), lambda x, y, z: x + 2.0),
    (
        lp.Select(call("less", var("x"), var("y"), dtype=BOOL), call("add", var("x"), var("z")),
                  lp.Select(call("less", var("y"), var("z"), dtype=BOOL), var("y"), var("z"), FLOAT), FLOAT),
        lambda x, y, z: x + z if x < y else (y if y < z else z),
    ),
    (
        call("multiply", lp.Select(call("less", var("x"), var("y"), dtype=BOOL), var("x"), var("y"), FLOAT), var("z")),
        lambda x, y, z: min(x, y) * z,
    ),
    (call("sqrt", call("absolute", call("subtract", var("y"), var("x")))), lambda x, y, z: np.sqrt(abs(y - x))),
    (lp.Cast(call("add", lp.Index(ROW - N), num(1, INT)), FLOAT), lambda x, y, z: 4.0 - 9 + 1),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), PRECEDENCE)
def test_an_expression_binds_as_it_is_built(value: lp.Expr, expected: Callable[..., Any]) -> None:
    got = eval(LoopPrinter().expr(value), {"np": np}, X)
    assert got == expected(X["x"], X["y"], X["z"])


def test_a_function_prints_and_runs() -> None:
    """Every kind of statement in one body: what it prints is run, and gives what the loops say."""
    total, lost = var("total"), var("lost")
    body = [
        lp.Alloc("b", FLOAT, (N, Size(2)), "zeros"),
        lp.Alloc("c", INT, (N,)),
        lp.Assign("total", num(0)),
        lp.Assign("lost", num(0)),
        lp.For("i", Size(0), N, 1, (
            lp.Store("b", (ROW, Size(1)), call("multiply", lp.Load("a", (ROW,), FLOAT), num(2))),
            lp.If(call("less", lp.Load("a", (ROW,), FLOAT), num(0), dtype=BOOL), (lp.Continue(),)),
            lp.Accumulate(total, OPS["add"], lp.Load("b", (ROW, Size(1)), FLOAT), lost),
        )),
        lp.Settle("total", "lost", FLOAT),
        lp.For("j", N - 1, Size(-1), -1, (lp.Store("c", (Size.named("j"),), lp.Index(Size.named("j"))),)),
        lp.Accumulate(lp.Load("c", (Size(0),), INT), OPS["maximum"], num(5, INT)),
        lp.Pointer("d", "b", FLOAT, (2 * N,), True),
        lp.Pointer("e", "c", INT, (N,)),
        lp.Swap("c", "e"),
        lp.While((lp.Assign("more", call("less", total, num(100), dtype=BOOL)),), var("more", BOOL),
                 (lp.Assign("total", call("multiply", total, num(2))),)),
        lp.Check(call("less", total, num(1e6), dtype=BOOL), "ValueError", "{n} numbers, too large"),
        lp.Library(lp.Section("b", ((Size(0), 1, N), Size(0)), (0,), 1), "np.add",
                   (lp.Section("a", ((N - 1, -1, N),), (0,), 1), lp.Section("a", ((Size(0), 1, N),), (0,), 1, True))),
        lp.Return(Results((lp.ScalarResult(total, PY_INT), lp.ArrayResult("d", "d"), lp.ArrayResult("c", "c[1:]")))),
    ]  # fmt: skip
    printer = LoopPrinter()
    printer.line(0, "def f(a, n):")
    printer.block(body, 1)
    assert set(printer.requires) == {"compensated_add", "compensated_total"}
    from mdsl.runtime import compensated

    namespace: dict[str, Any] = {"np": np, **{name: getattr(compensated, name) for name in printer.requires}}
    exec("\n".join(printer.lines), namespace)
    a = np.array([1.0, -2.0, 4.0])
    whole, d, c = namespace["f"](a, 3)
    assert whole == 160 and list(c) == [1, 2]
    np.testing.assert_array_equal(d.reshape(3, 2), np.stack([a[::-1] + a, a * 2], axis=1))
    with pytest.raises(ValueError, match="3 numbers, too large"):
        namespace["f"](a * 1e9, 3)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (lp.Section("a", ((Size(0), 1, N), (Size(0), 1, Size(4))), (0, 1), 2, True), lambda a: a),
        (lp.Section("a", ((Size(0), 1, N), (Size(0), 1, Size(4))), (1, 0), 2, True), lambda a: a.T),
        (lp.Section("a", ((Size(1), 2, Size(3)), Size(2)), (0,), 1), lambda a: a[1:6:2, 2]),
        (lp.Section("a", ((N - 1, -1, N), (Size(3), -2, Size(2))), (0, 1), 2), lambda a: a[::-1, 3::-2]),
        (lp.Section("a", ((Size(2), -1, Size(2)), Size(0)), (0,), 1), lambda a: a[2:0:-1, 0]),
        (lp.Section("a", (Size(1), (Size(0), 1, Size(4))), (1,), 2), lambda a: a[1][None]),
        (lp.Section("a", (Size(1), (Size(0), 1, Size(4))), (0,), 2), lambda a: a[1][:, None]),
    ],
)
def test_a_section_is_the_part_that_numpy_takes(section: lp.Section, expected: Callable[..., Any]) -> None:
    a = np.arange(28).reshape(7, 4)
    got = eval(section_text(section), {"a": a, "n": 7})
    np.testing.assert_array_equal(got, expected(a), strict=True)
    assert np.shares_memory(got, a)


def test_small_texts() -> None:
    assert shape_text((N,)) == "n" and shape_text((N, Size(2))) == "(n, 2)" and shape_text(()) == "()"
    assert eval(message_text("at {n} of 'x'"), {"n": 3}) == "at 3 of 'x'" and message_text("plain") == "'plain'"
    printer = LoopPrinter()
    printer.block([], 1)
    assert printer.lines == ["    pass"]


def test_what_has_no_code_is_refused() -> None:
    halves = np.dtype(np.complex128)
    with pytest.raises(ValueError, match="has no code for py"):
        LoopPrinter().expr(lp.Scalar(OPS["spacing"], (lp.Var("x", halves),), halves))
