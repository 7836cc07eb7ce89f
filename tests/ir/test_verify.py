"""Does the verifier pass what the compiler makes, and name the pass and the statement that break an invariant?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mdsl.ir import array as arr
from mdsl.ir import loops as lp
from mdsl.ir.array import Apply, Const, Extent, Program, Reduced, Ref, Stmt
from mdsl.ir.ops import table
from mdsl.ir.types import BOOL, FLOAT, INT, PY_BOOL, Size, Type
from mdsl.ir.verify import VerifyError, verify, wanted
from mdsl.passes.context import Context
from mdsl.passes.lower import lower
from mdsl.passes.parallelise import parallelise
from mdsl.passes.pipeline import ARRAY, LOOPS, LOWERING
from mdsl.transpiler.lift_text import lift_text
from mdsl.transpiler.transpile import Options, run_passes

N = Size.named("n")
VECTOR = Type(FLOAT, (N,))
X = Ref("x", 0, VECTOR)
SCALAR = Type(FLOAT, (), "numpy")

SOURCE = """
def f(x, y, k):
    total = 0.0
    for i in range(3):
        t = x + y
        total += t[0]
    if k > 2:
        total = total * 2
    x[1:] = y[:-1] * total
    return x, total
"""


def program() -> Program:
    return lift_text(SOURCE, np.ones(5), np.ones(5), 3)


def with_body(*body: Stmt, keep: int = 0) -> Program:
    """The program with other statements in front of its last `keep` ones; they stand at its lines."""
    whole = program()
    spans = whole.body[0].spans
    rest = whole.body[len(whole.body) - keep :] if keep else (arr.Return(None, spans=spans),)
    return replace(whole, body=(*(replace(s, spans=s.spans or spans) for s in body), *rest))


def op(name: str, *args: arr.Expr, type: Type, attrs: Any = None) -> Apply:
    return Apply(table()[name], args, attrs, type)


def test_what_the_compiler_makes_is_well_formed() -> None:
    assert wanted()  # tests/conftest.py asks for it
    current: Any = program()
    verify(current, "lift")
    for step in (*ARRAY, *LOWERING, *LOOPS):
        current = step(current, Context())
        verify(current, step.__name__)


BROKEN_ARRAYS: dict[str, tuple[Callable[[], Program], str]] = {
    "an unbound name": (lambda: with_body(arr.Bind("a", op("exp", Ref("z", 1, VECTOR), type=VECTOR))), "no value"),
    "an unbound size": (lambda: with_body(arr.Bind("a", Extent(Size.named("q")))), "no value"),
    "another dtype": (
        lambda: with_body(arr.Bind("a", op("negative", Ref("x", 0, Type(INT, (N,))), type=Type(INT, (N,))))),
        "is float64.* and read as int64",
    ),
    "another shape": (
        lambda: with_body(arr.Bind("a", op("negative", Ref("x", 0, Type(FLOAT, (N + 1,))), type=VECTOR))),
        "is float64.* and read as",
    ),
    "operands of two shapes": (
        lambda: with_body(
            arr.Bind("a", op("add", X, arr.view(X, (arr.Axis(Size(1), 1, 0),), (N - 1,)), type=VECTOR))
        ),
        "shapes .* differ",
    ),
    "operands of two dtypes": (
        lambda: with_body(arr.Bind("a", op("add", X, Extent(Size(1)), type=VECTOR))), "by the loop",
    ),
    "a result of another dtype": (lambda: with_body(arr.Bind("a", op("less", X, X, type=VECTOR))), "by the loop"),
    "a conversion to something else": (
        lambda: with_body(arr.Bind("a", op("cast", X, type=VECTOR, attrs=INT))), "is typed",
    ),
    "a reduction along no axis of its operand": (
        lambda: with_body(arr.Bind("a", op("sum", X, type=SCALAR, attrs=Reduced((1,))))), "axes",
    ),
    "a reduction of another shape": (
        lambda: with_body(arr.Bind("a", op("sum", X, type=VECTOR, attrs=Reduced((0,))))), "gives float64",
    ),
    "a product whose inner sizes differ": (
        lambda: with_body(arr.Bind("a", op("matmul", X, op("full", Const(1.0, SCALAR), type=Type(FLOAT, (N + 1,)),
            attrs=arr.Shaped((N + 1,), FLOAT)), type=SCALAR))), "sizes .* differ",
    ),
    "a choice by numbers": (lambda: with_body(arr.Bind("a", op("where", X, X, X, type=VECTOR))), "where of"),
    "a position before the first": (
        lambda: with_body(arr.Bind("a", arr.element(arr.View(X, (arr.Axis(Size(-1)),), Type(FLOAT))))), "position -1",
    ),
    "a position after the last": (
        lambda: with_body(arr.Bind("a", arr.element(arr.View(X, (arr.Axis(N),), Type(FLOAT))))), "position n",
    ),
    "a view of another dtype": (
        lambda: with_body(arr.Bind("a", arr.element(arr.View(X, (arr.Axis(Size(0)),), Type(INT))))),
        "a view of float64",
    ),
    "a number of another dtype": (lambda: with_body(arr.Bind("a", Const(np.float32(1), SCALAR))), "is typed"),
    "a Python scalar that Python has not": (
        lambda: with_body(arr.Bind("a", Const(1, Type(np.dtype(np.int16), (), "python")))), "no scalars of int16",
    ),
    "an array by another name": (lambda: with_body(arr.Bind("a", X)), "another name"),
    "an alias of something computed": (
        lambda: with_body(arr.Alias("a", op("exp", X, type=VECTOR))), "alias of no array",
    ),
    "a variable of two types": (
        lambda: with_body(arr.Bind("a", Const(1.0, SCALAR)), arr.Bind("a", Extent(Size(1)))), "becomes int",
    ),
    "a size that is bound again": (lambda: with_body(arr.Bind("n", Extent(Size(1)))), "stay as they are"),
    "a store to something computed": (
        lambda: with_body(arr.Store(arr.View(op("exp", X, type=VECTOR), (arr.Axis(Size(0), 1, 0),), VECTOR), X)),
        "no variable",
    ),
    "a store of another dtype": (lambda: with_body(arr.Store(X, Extent(Size(1)))), "is stored as"),
    "a store of another shape": (
        lambda: with_body(arr.Store(arr.view(X, (arr.Axis(Size(1), 1, 0),), (N - 1,)), X)), "shapes",
    ),
    "a store that repeats": (
        lambda: with_body(arr.Store(arr.View(X, (arr.Axis(Size(0)),), VECTOR), Const(1.0, SCALAR))), "more than once",
    ),
    "a mask of numbers": (lambda: with_body(arr.Store(X, Const(1.0, SCALAR), X)), "the mask"),
    "a version that a store has overtaken": (
        lambda: with_body(
            arr.Bind("a", op("exp", X, type=VECTOR)), arr.Store(X, Const(1.0, SCALAR)),
            arr.Bind("b", op("exp", X, type=VECTOR)),
        ),
        "version 0 of `x` is gone",
    ),
    "a version that a loop overtakes": (
        lambda: with_body(
            arr.Bind("a", op("exp", X, type=VECTOR)),
            arr.For("r", Size(0), N, 1, tuple(
                replace(s, spans=program().body[0].spans)
                for s in (arr.Bind("b", op("exp", X, type=VECTOR)), arr.Store(X, Const(1.0, SCALAR)))
            )),
        ),
        "version 0 of `x` is gone",
    ),
    "what one way through a branch defines": (
        lambda: with_body(
            arr.If(
                Const(True, PY_BOOL),
                (arr.Bind("a", Const(1.0, SCALAR), spans=program().body[0].spans),),
            ),
            arr.Bind("b", op("negative", Ref("a", 1, SCALAR), type=SCALAR)),
        ),
        "`a` has no value",
    ),
    "what a loop without a round would define": (
        lambda: with_body(
            arr.For("r", Size(0), N - 99, 1, (arr.Bind("a", Const(1.0, SCALAR), spans=program().body[0].spans),)),
            arr.Bind("b", op("negative", Ref("a", 1, SCALAR), type=SCALAR)),
        ),
        "`a` has no value",
    ),
    "a loop's variable after it": (
        lambda: with_body(arr.For("r", Size(0), N, 1, ()), arr.Bind("a", Extent(Size.named("r")))), "`r` has no value",
    ),
    "a step of nothing": (lambda: with_body(arr.For("r", Size(0), N, 0, ())), "step"),
    "a condition that is a number": (lambda: with_body(arr.If(Extent(N), (), ())), "a condition"),
    "a break outside a loop": (lambda: with_body(arr.Break(), keep=1), "no loop is open"),
    "no end": (lambda: replace(program(), body=program().body[:-1]), "without a Return"),
    "no lines": (lambda: replace(program(), body=(replace(program().body[0], spans=frozenset()),)), "its lines"),
    "an array without a name as a result": (
        lambda: with_body(arr.Return(op("exp", X, type=VECTOR)), keep=1), "no name",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_ARRAYS)
def test_a_broken_array_program_is_found(name: str) -> None:
    make, problem = BROKEN_ARRAYS[name]
    with pytest.raises(VerifyError, match=problem) as caught:
        verify(make(), "some_pass")
    assert str(caught.value).startswith("after some_pass: ") and caught.value.statement


def loops(*body: lp.Stmt) -> lp.Program:
    whole = lower(program(), Context())
    spans = program().body[0].spans
    return replace(whole, body=(*(replace(s, spans=spans) for s in body), lp.Return(None)))


LOAD = lp.Load("x", (Size.named("i"),), FLOAT)
ONE = lp.Lit(1.0, FLOAT)
ADD, LESS = table()["add"], table()["less"]


def each(*body: lp.Stmt, kind: lp.LoopKind = lp.LoopKind.SEQ, var: str = "i") -> lp.For:
    return lp.For(var, Size(0), N, 1, body, kind)


BROKEN_LOOPS: dict[str, tuple[tuple[lp.Stmt, ...], str]] = {
    "an unbound scalar": ((lp.Assign("a", lp.Var("z", FLOAT)),), "`z` has no value"),
    "an unbound array": ((lp.Store("z", (Size(0),), ONE),), "`z` is not there"),
    "an unbound index": ((lp.Assign("a", LOAD),), "`i` has no value"),
    "an index after its loop": ((each(), lp.Assign("a", LOAD)), "`i` has no value"),
    "a loop in a loop over one variable": ((each(each()),), "outer loop's variable"),
    "too few subscripts": ((lp.Store("x", (), ONE),), "1 axes, not 0"),
    "a subscript below zero": ((lp.Store("x", (Size(-1),), ONE),), "the subscript -1"),
    "a subscript that is a float": ((lp.Store("x", (lp.Lit(0.0, FLOAT),), ONE),), "a subscript of float64"),
    "a store of another dtype": ((lp.Store("x", (Size(0),), lp.Lit(1, INT)),), "holds float64, not int64"),
    "a load of another dtype": ((lp.Assign("a", lp.Load("x", (Size(0),), INT)),), "holds float64, not int64"),
    "a scalar of two dtypes": ((lp.Assign("a", ONE), lp.Assign("a", lp.Lit(1, INT))), "becomes int64"),
    "a scalar read as another": ((lp.Assign("a", ONE), lp.Assign("b", lp.Var("a", INT))), "read as int64"),
    "an array bound as a scalar": ((lp.Assign("x", ONE),), "is an array"),
    "operands of two dtypes": ((lp.Assign("a", lp.Scalar(ADD, (ONE, lp.Lit(1, INT)), FLOAT)),), "by the loop"),
    "a result of another dtype": ((lp.Assign("a", lp.Scalar(LESS, (ONE, ONE), FLOAT)),), "by the loop"),
    "a choice of two dtypes": (
        (lp.Assign("a", lp.Select(lp.Lit(True, BOOL), ONE, lp.Lit(1, INT), FLOAT)),), "is typed float64",
    ),
    "a choice by a number": ((lp.Assign("a", lp.Select(ONE, ONE, ONE, FLOAT)),), "a choice by float64"),
    "a condition that is a number": ((lp.If(ONE, ()),), "a condition of float64"),
    "an accumulation of another dtype": (
        (lp.Assign("a", ONE), lp.Accumulate(lp.Var("a", FLOAT), ADD, lp.Lit(1, INT))), "accumulated",
    ),
    "an accumulation that starts from nothing": ((lp.Accumulate(lp.Var("a", FLOAT), ADD, ONE),), "`a` has no value"),
    "an accumulation by a difference": (
        (lp.Assign("a", ONE), lp.Accumulate(lp.Var("a", FLOAT), table()["subtract"], ONE)), "accumulates nothing",
    ),
    "a swap of arrays of two types": (
        (lp.Alloc("a", INT, (N,)), lp.Alloc("b", FLOAT, (N,)), lp.Swap("a", "b")), "holds float64, not int64",
    ),
    "a name of another type": ((lp.Pointer("a", "x", INT, (N,)),), "holds float64, not int64"),
    "a parallel loop in another": (
        (each(each(kind=lp.LoopKind.PAR, var="j"), kind=lp.LoopKind.PAR),), "holds another",
    ),
    "a parallel loop that is left": ((each(lp.Return(None), kind=lp.LoopKind.PAR),), "is left"),
    "a parallel loop that is broken": ((each(lp.Break(), kind=lp.LoopKind.PAR),), "a parallel one"),
    "an array that a round of a parallel loop made": (
        (each(lp.Alloc("a", FLOAT, (N,)), kind=lp.LoopKind.PAR), lp.Assign("b", lp.Load("a", (Size(0),), FLOAT))),
        "the array `a` is not there",
    ),
    "what one way through a branch defines": (
        (lp.If(lp.Lit(True, BOOL), (lp.Assign("a", ONE),)), lp.Assign("b", lp.Var("a", FLOAT))), "`a` has no value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_LOOPS)
def test_a_broken_loop_program_is_found(name: str) -> None:
    body, problem = BROKEN_LOOPS[name]
    with pytest.raises(VerifyError, match=problem):
        verify(loops(*body), "some_pass")


def test_a_loop_program_without_an_end_is_found() -> None:
    with pytest.raises(VerifyError, match="without a Return"):
        verify(replace(loops(), body=()), "some_pass")


def test_the_pipeline_verifies_each_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass that breaks a program is named, where it is asked for; users do not pay for it."""

    def breaks(current: lp.Program, ctx: Context) -> lp.Program:
        return replace(current, body=current.body[:-1])

    monkeypatch.setattr("mdsl.transpiler.transpile.LOOPS", (breaks, parallelise))
    with pytest.raises(VerifyError, match="after breaks: a path ends without a Return"):
        run_passes(program(), "python", Options(), "loops", [])
    monkeypatch.setenv("MDSL_VERIFY", "0")
    run_passes(program(), "python", Options(), "loops", [])


def test_equal_by_a_guard_is_equal() -> None:
    """Sizes that the door compares agree after it."""
    made = lift_text("def f(x, y): return x[1:] + y", np.ones(5), np.ones(4))
    assert any(guard.equal for guard in made.guards)
    verify(made, "lift")
    with pytest.raises(VerifyError, match=r"is float64.* and read as"):
        verify(replace(made, guards=()), "lift")
