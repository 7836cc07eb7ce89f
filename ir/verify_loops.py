"""The invariants of the Loop IR: names and their dtypes, subscripts, what a parallel loop may hold."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from . import loops as lp
from .array import Results
from .facts import door_facts
from .ops import OpKind
from .types import BOOL, INT, Size
from .verify_array import loop_of
from .verify_error import VerifyError


class LoopVerifier:
    """Walks a program in order, with the names that are defined: integers of the door and loops, scalars, buffers."""

    def __init__(self, program: lp.Program, step: str) -> None:
        self.program = program
        self.step = step
        self.stmt: lp.Stmt | None = None
        self.facts = door_facts(program)
        self.integers: set[str] = {n for p in program.params for size in p.type.shape for n in size.names}
        self.integers |= {d.name for d in program.derived}
        self.scalars: dict[str, np.dtype] = {}
        self.buffers: dict[str, tuple[np.dtype, int]] = {}
        for param in program.params:
            if param.type.kind == "array":
                self.buffers[param.name] = (param.type.dtype, param.type.rank)
            else:
                self.scalars[param.name] = param.type.dtype
        self.defined: set[str] = {*self.integers, *self.scalars, *self.buffers}
        self.parallel: lp.For | None = None  # the parallel loop that is open
        self.loops = 0  # loops open within it, or within the function

    def run(self) -> None:
        for stmt in self.program.body:
            self.stmt = stmt
            self.need(bool(stmt.spans) or not lp.blocks(stmt), "the nest does not know its lines")
        if not self.block(self.program.body):
            self.fail("a path ends without a Return")

    def fail(self, problem: str) -> NoReturn:
        raise VerifyError(self.step, statement_text(self.stmt), problem)

    def need(self, holds: bool, problem: str, *parts: object) -> None:
        if not holds:
            self.fail(problem.format(*parts))

    # -- statements

    def block(self, body: tuple[lp.Stmt, ...]) -> bool:
        """Check the statements of a block; whether no path leaves it at its end."""
        ended = raised = False
        for stmt in body:
            self.stmt = stmt
            self.need(raised or not ended, "nothing leads here")
            ended = self.statement(stmt) or ended
            raised = raised or (ended and isinstance(stmt, lp.Check))
        return ended

    def statement(self, stmt: lp.Stmt) -> bool:
        match stmt:
            case lp.Alloc(name, dtype, shape, fill):
                self.sizes(*shape)
                self.need(fill in ("empty", "zeros"), "an array filled with {!r}", fill)
                self.buffer(name, dtype, len(shape))
            case lp.Pointer(name, source, dtype, shape, reshaped):
                self.sizes(*shape)
                self.reads_buffer(source, dtype, None if reshaped else len(shape))
                self.buffer(name, dtype, len(shape))
            case lp.Swap(first, second):
                self.need(first != second, "an array is swapped with itself")
                self.reads_buffer(first)
                self.reads_buffer(second, *self.buffers[first])
            case lp.Assign(name, value):
                self.expression(value)
                self.scalar(name, value.dtype)
            case lp.Store(buffer, indices, value):
                self.expression(value)
                self.reads_buffer(buffer, value.dtype, len(indices))
                self.subscripts(indices)
            case lp.Accumulate():
                self.accumulate(stmt)
            case lp.Settle(name, lost, dtype):
                self.reads_scalar(name, dtype)
                self.reads_scalar(lost, dtype)
            case lp.For():
                self.loop(stmt)
            case lp.While(head, condition, body):
                self.loops += 1
                self.block(head)
                self.stmt = stmt
                self.truth(condition)
                before = set(self.defined)
                self.block(body)
                self.stmt, self.defined = stmt, before
                self.loops -= 1
            case lp.If(condition, then, orelse):
                self.truth(condition)
                return self.branch(then, orelse)
            case lp.Check(condition, _, _):
                self.truth(condition)
                if isinstance(condition, lp.Lit) and condition.value is False:
                    return True  # a `raise`
            case lp.Library(out, _, args):
                for section in (out, *args):
                    self.section(section)
            case lp.HostCall(results, _, args, sizes):
                self.need(self.parallel is None, "a library call in a parallel loop")
                for arg in args:
                    if isinstance(arg, lp.Section):
                        self.section(arg)
                    else:
                        self.result(arg)
                for result in results:
                    if result.type.kind == "array":
                        self.buffer(result.name, result.type.dtype, result.type.rank)
                    else:
                        self.scalar(result.name, result.type.dtype)
                for name, array, axis in sizes:
                    self.need(axis < self.buffers[array][1], "`{}` has no axis {}", array, axis)
                    self.scalar(name, INT)
            case lp.Return(value):
                self.need(self.parallel is None, "a parallel loop is left")
                self.result(value)
                return True
            case lp.Break() | lp.Continue():
                self.need(self.loops > 0, "no loop is open, or a parallel one")
                return True
            case _:
                self.fail(f"{type(stmt).__name__} is no statement")
        return False

    def accumulate(self, stmt: lp.Accumulate) -> None:
        target, op, value = stmt.target, stmt.op, stmt.value
        self.expression(value)
        self.expression(target)
        self.need(target.dtype == value.dtype, "{} is accumulated in {}", value.dtype, target.dtype)
        self.need(op.kind is OpKind.ELEMENTWISE and op.algebra.associative, "`{}` accumulates nothing", op.name)
        if stmt.lost is not None:
            self.need(op.name == "add", "rounding errors of `{}`", op.name)
            self.reads_scalar(stmt.lost.name, target.dtype)

    def loop(self, stmt: lp.For) -> None:
        self.sizes(stmt.lo, stmt.hi)
        self.need(stmt.step != 0, "the step is 0")
        self.need(stmt.var not in self.scalars and stmt.var not in self.buffers, "`{}` is a variable, too", stmt.var)
        self.need(stmt.var not in self.defined, "an outer loop's variable is `{}`, too", stmt.var)
        outer = (self.parallel, self.loops, self.facts)
        if stmt.kind is lp.LoopKind.PAR:
            self.need(self.parallel is None, "a parallel loop holds another")
            self.parallel, self.loops = stmt, 0
        else:
            self.loops += 1
        trips = stmt.hi - stmt.lo if stmt.step > 0 else stmt.lo - stmt.hi
        before = set(self.defined)
        self.integers.add(stmt.var)
        self.defined.add(stmt.var)
        self.facts = self.facts.within(stmt)
        self.block(stmt.body)
        self.stmt = stmt
        self.parallel, self.loops, self.facts = outer
        jumps = lp.leaves_round(stmt.body)
        if jumps or stmt.kind is lp.LoopKind.PAR or not self.facts.positive(trips):
            self.defined = before
        self.defined.discard(stmt.var)
        self.integers.discard(stmt.var)

    def branch(self, then: tuple[lp.Stmt, ...], orelse: tuple[lp.Stmt, ...]) -> bool:
        before = set(self.defined)
        left = self.block(then)
        after, self.defined = self.defined, before
        skipped = self.block(orelse)
        if skipped and not left:
            self.defined = after
        elif not left:
            self.defined = self.defined & after
        return left and skipped

    def result(self, value: lp.Result) -> None:
        match value:
            case Results(items):
                for item in items:
                    self.result(item)  # type: ignore[arg-type]
            case lp.ScalarResult(scalar, type):
                self.expression(scalar)
                self.need(scalar.dtype == type.dtype, "{} is returned as {}", scalar.dtype, type)
            case lp.ArrayResult(buffer, _):
                self.reads_buffer(buffer)

    # -- names

    def buffer(self, name: str, dtype: np.dtype, rank: int) -> None:
        self.need(name not in self.scalars and name not in self.integers, "`{}` is a scalar, too", name)
        known = self.buffers.setdefault(name, (dtype, rank))
        self.need(known == (dtype, rank), "`{}` of {} becomes {}", name, known, (dtype, rank))
        self.defined.add(name)

    def scalar(self, name: str, dtype: np.dtype) -> None:
        self.need(name not in self.buffers, "`{}` is an array, too", name)
        self.need(name not in self.integers, "`{}` is a size or a loop's variable, which stay as they are", name)
        known = self.scalars.setdefault(name, dtype)
        self.need(known == dtype, "`{}` is {} and becomes {}", name, known, dtype)
        self.defined.add(name)

    def reads_buffer(self, name: str, dtype: np.dtype | None = None, rank: int | None = None) -> None:
        self.need(name in self.defined and name in self.buffers, "the array `{}` is not there", name)
        known = self.buffers[name]
        self.need(dtype is None or dtype == known[0], "`{}` holds {}, not {}", name, known[0], dtype)
        self.need(rank is None or rank == known[1], "`{}` has {} axes, not {}", name, known[1], rank)

    def reads_scalar(self, name: str, dtype: np.dtype) -> None:
        self.need(name in self.defined, "`{}` has no value", name)
        known = INT if name in self.integers else self.scalars.get(name)
        self.need(known == dtype, "`{}` is {} and read as {}", name, known, dtype)

    def sizes(self, *sizes: Size) -> None:
        for size in sizes:
            for name in size.names:
                self.need(name in self.defined, "`{}` has no value", name)
                self.need(name not in self.buffers, "the array `{}` is taken for an integer", name)
                kind = "i" if name in self.integers else self.scalars[name].kind
                self.need(kind in "iu", "`{}` is no integer", name)

    def section(self, section: lp.Section) -> None:
        self.reads_buffer(section.buffer, None, len(section.subscripts))
        walked = [s for s in section.subscripts if not isinstance(s, Size)]
        self.need(len(walked) == len(section.order) <= section.rank, "axes {} of `{}`", section.order, section.buffer)
        for subscript in section.subscripts:
            self.sizes(*((subscript,) if isinstance(subscript, Size) else (subscript[0], subscript[2])))

    def subscripts(self, indices: tuple[lp.Subscript, ...]) -> None:
        for index in indices:
            if isinstance(index, Size):
                self.sizes(index)
                self.need(not index.is_const or index.const >= 0, "the subscript {}", index)
            else:
                self.expression(index)
                self.need(index.dtype.kind in "iu", "a subscript of {}", index.dtype)

    # -- expressions

    def truth(self, condition: lp.Expr) -> None:
        self.expression(condition)
        self.need(condition.dtype == BOOL, "a condition of {}", condition.dtype)

    def expression(self, root: lp.Expr) -> None:
        for node in lp.subexpressions(root):
            self.node(node)

    def node(self, node: lp.Expr) -> None:
        match node:
            case lp.Lit(value, dtype):
                self.need(not isinstance(value, np.generic) or value.dtype == dtype, "{!r} as {}", value, dtype)
            case lp.Index(size):
                self.sizes(size)
            case lp.Var(name, dtype):
                self.reads_scalar(name, dtype)
            case lp.Load(buffer, indices, dtype):
                self.reads_buffer(buffer, dtype, len(indices))
                self.subscripts(indices)
            case lp.Scalar(op, args, dtype):
                found = tuple(arg.dtype for arg in args)
                right = loop_of(op, found)
                self.need(
                    right == (*found, dtype), "`{}` of {} is typed {}, by the loop {}", op.name, found, dtype, right
                )
            case lp.Cast():
                pass
            case lp.Select(condition, then, orelse, dtype):
                self.need(condition.dtype == BOOL, "a choice by {}", condition.dtype)
                self.need(then.dtype == orelse.dtype == dtype, "{} or {} is typed {}", then.dtype, orelse.dtype, dtype)
            case _:
                self.fail(f"{type(node).__name__} is no expression")


def statement_text(stmt: lp.Stmt | None) -> str:
    """The first line of a statement as the printer has it."""
    from .print_loops import LoopPrinter

    if stmt is None:
        return "the function"
    printer = LoopPrinter()
    try:
        printer.statement(stmt, 0)
    except (ValueError, TypeError, AttributeError, IndexError) as error:  # what is not well formed may not print
        return f"{type(stmt).__name__} (which does not print: {error})"
    return printer.lines[0]
