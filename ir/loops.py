"""Loop IR, *how* it is computed: loop nests over scalars, with buffers. It prints as plain Python loops.

The grammar:

    Expr = Lit(value) | Index(size) | Var(name) | Load(buffer, indices) | Scalar(op, args) | Cast(arg) | Select(c, a, b)
    Stmt = Alloc(name, shape, fill) | Pointer(name, source) | Swap(first, second) | Assign(name, Expr)
         | Store(buffer, indices, Expr) | Accumulate(target, op, Expr, lost) | Settle(name, lost)
         | For(var, lo, hi, step, kind, body) | While | If | Check
         | Library(outs, function, args) | HostCall(results, called, args, sizes) | Return | Break | Continue

Accumulate is the one statement whose repetitions may be reordered. Buffers are NumPy arrays; indices are affine
(`Size`) or scalar expressions, never negative: wrapping and bounds checks are explicit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .array import Param, Results
from .loop_nodes import (  # fmt: skip
    Accumulate,
    Alloc,
    ArrayResult,
    Assign,
    Break,
    Cast,
    Check,
    Continue,
    Expr,
    For,
    HostCall,
    If,
    Index,
    Library,
    Lit,
    Load,
    LoopKind,
    Pointer,
    Program,
    Result,
    Return,
    Scalar,
    ScalarResult,
    Section,
    Select,
    Settle,
    Stmt,
    Store,
    Subscript,
    Swap,
    Var,
    While,
)
from .types import Size

__all__ = [
    "Accumulate",
    "Alloc",
    "ArrayResult",
    "Assign",
    "Break",
    "Cast",
    "Check",
    "Continue",
    "Expr",
    "For",
    "HostCall",
    "If",
    "Index",
    "Library",
    "Lit",
    "Load",
    "LoopKind",
    "Param",
    "Pointer",
    "Program",
    "Result",
    "Results",
    "Return",
    "Scalar",
    "ScalarResult",
    "Section",
    "Select",
    "Settle",
    "Stmt",
    "Store",
    "Subscript",
    "Swap",
    "Var",
    "While",
]  # fmt: skip


# -- walking -----------------------------------------------------------------------------------------------------------


def subexpressions(expr: Expr) -> Iterator[Expr]:
    """`expr` and everything below it."""
    yield expr
    match expr:
        case Scalar(_, args):
            for arg in args:
                yield from subexpressions(arg)
        case Cast(arg, _):
            yield from subexpressions(arg)
        case Select(condition, then, orelse, _):
            for arg in (condition, then, orelse):
                yield from subexpressions(arg)
        case Load(_, indices, _):
            for index in indices:
                if isinstance(index, Expr):
                    yield from subexpressions(index)
        case _:
            return


def map_expr(expr: Expr, change: Callable[[Expr], Expr], index: Callable[[Size], Size] = lambda size: size) -> Expr:
    """`expr` rebuilt bottom-up through `change`; affine indices go through `index`."""
    match expr:
        case Scalar(op, args, dtype, wraps):
            new = tuple(map_expr(arg, change, index) for arg in args)
            return change(expr if new == args else Scalar(op, new, dtype, wraps))
        case Cast(arg, dtype):
            return change(Cast(map_expr(arg, change, index), dtype))
        case Select(condition, then, orelse, dtype, both):
            test, one, other = (map_expr(arg, change, index) for arg in (condition, then, orelse))
            return change(Select(test, one, other, dtype, both))
        case Load(buffer, indices, dtype):
            return change(Load(buffer, tuple(map_subscript(i, change, index) for i in indices), dtype))
        case Index(size):
            return change(Index(index(size)))
        case _:
            return change(expr)


def map_subscript(subscript: Subscript, change: Callable[[Expr], Expr], index: Callable[[Size], Size]) -> Subscript:
    return map_expr(subscript, change, index) if isinstance(subscript, Expr) else index(subscript)


def map_stmt(stmt: Stmt, change: Callable[[Expr], Expr], index: Callable[[Size], Size] = lambda size: size) -> Stmt:
    """`stmt` with every expression in it, inner blocks included, rebuilt through `change`."""

    def block(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(map_stmt(inner, change, index) for inner in body)

    def expr(e: Expr) -> Expr:
        return map_expr(e, change, index)

    match stmt:
        case Alloc() | Pointer():
            return replace(stmt, shape=tuple(index(size) for size in stmt.shape))
        case Assign(_, value):
            return replace(stmt, value=expr(value))
        case Store(_, indices, value):
            return replace(stmt, indices=tuple(map_subscript(i, change, index) for i in indices), value=expr(value))
        case Accumulate(target, _, value, _):
            if isinstance(target, Load):
                target = Load(
                    target.buffer, tuple(map_subscript(i, change, index) for i in target.indices), target.dtype
                )
            return replace(stmt, target=target, value=expr(value))
        case For(_, lo, hi, _, body):
            return replace(stmt, lo=index(lo), hi=index(hi), body=block(body))
        case While(head, condition, body):
            return replace(stmt, head=block(head), condition=expr(condition), body=block(body))
        case If(condition, then, orelse):
            return replace(stmt, condition=expr(condition), then=block(then), orelse=block(orelse))
        case Check(condition, _, _):
            return replace(stmt, condition=expr(condition))
        case Library(out, _, args):
            return replace(stmt, out=map_section(out, index), args=tuple(map_section(a, index) for a in args))
        case HostCall(args=args):
            new = (map_section(a, index) if isinstance(a, Section) else replace(a, value=expr(a.value)) for a in args)
            return replace(stmt, args=tuple(new))
        case Return(value):
            return replace(stmt, value=_map_result(value, expr))
        case _:
            return stmt


def map_section(section: Section, index: Callable[[Size], Size]) -> Section:
    subscripts = tuple(
        index(s) if isinstance(s, Size) else (index(s[0]), s[1], index(s[2])) for s in section.subscripts
    )
    return replace(section, subscripts=subscripts)


def _map_result(result: Result, change: Callable[[Expr], Expr]) -> Result:
    match result:
        case Results(items, form):
            return Results(tuple(_map_result(item, change) for item in items), form)  # type: ignore[arg-type, misc]
        case ScalarResult(value, type):
            return ScalarResult(change(value), type)
        case _:
            return result


def blocks(stmt: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    match stmt:
        case For(body=body):
            return (body,)
        case While(head, _, body):
            return (head, body)
        case If(_, then, orelse):
            return (then, orelse)
        case _:
            return ()


def with_blocks(stmt: Stmt, new: tuple[tuple[Stmt, ...], ...]) -> Stmt:
    """`stmt` holding other blocks, in the order of `blocks`; the same object where they are the same."""
    if all(a is b or a == b for a, b in zip(blocks(stmt), new, strict=True)):
        return stmt
    match stmt:
        case For():
            return replace(stmt, body=new[0])
        case While():
            return replace(stmt, head=new[0], body=new[1])
        case If():
            return replace(stmt, then=new[0], orelse=new[1])
        case _:
            return stmt


def leaves_round(body: tuple[Stmt, ...]) -> bool:
    """Whether a break or a continue in a loop's body is its own."""
    for stmt in body:
        if isinstance(stmt, (Break, Continue)):
            return True
        if isinstance(stmt, If) and (leaves_round(stmt.then) or leaves_round(stmt.orelse)):
            return True
    return False


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement of `body`, those of inner blocks after the one that holds them."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement evaluates itself: values, conditions and computed subscripts."""
    match stmt:
        case Assign(_, value):
            return (value,)
        case Store(_, indices, value):
            return (*(i for i in indices if isinstance(i, Expr)), value)
        case Accumulate(target, _, value, _):
            inner = target.indices if isinstance(target, Load) else ()
            return (*(i for i in inner if isinstance(i, Expr)), value)
        case While(_, condition, _) | If(condition, _, _) | Check(condition, _, _):
            return (condition,)
        case HostCall(args=args):
            return tuple(arg.value for arg in args if isinstance(arg, ScalarResult))
        case Return(value):
            return tuple(_result_values(value))
        case _:
            return ()


def _result_values(result: Result) -> Iterator[Expr]:
    match result:
        case Results(items):
            for item in items:
                yield from _result_values(item)  # type: ignore[arg-type]
        case ScalarResult(value, _):
            yield value
        case _:
            return


def mentions(body: tuple[Stmt, ...]) -> Iterator[str]:
    """The name of a buffer for each place that makes or uses it."""
    for stmt in statements(body):
        match stmt:
            case Alloc(name=name):
                yield name
            case Pointer(name, source):
                yield from (name, source)
            case Swap(first, second):
                yield from (first, second)
            case Store(buffer=buffer) | Accumulate(target=Load(buffer=buffer)):
                yield buffer
            case Library(out, _, args):
                yield from (section.buffer for section in (out, *args))
            case HostCall():
                yield from (*stmt.arrays, *(section.buffer for section in stmt.sections))
            case Return(value):
                yield from returned_buffers(value)
        for expr in expressions(stmt):
            yield from (node.buffer for node in subexpressions(expr) if isinstance(node, Load))


def returned_buffers(value: Result) -> set[str]:
    match value:
        case Results(items):
            return set().union(*(returned_buffers(item) for item in items)) if items else set()  # type: ignore[arg-type]
        case ArrayResult(buffer, _):
            return {buffer}
        case _:
            return set()


def with_buffers(body: tuple[Stmt, ...], names: dict[str, str]) -> tuple[Stmt, ...]:
    """`body` with other names for buffers; variables that pointers bind keep theirs, and so do calls of the host."""

    def name_of(buffer: str) -> str:
        return names.get(buffer, buffer)

    def change(value: Expr) -> Expr:
        return replace(value, buffer=name_of(value.buffer)) if isinstance(value, Load) else value

    def section(old: Section) -> Section:
        return replace(old, buffer=name_of(old.buffer))

    def result(value: Result) -> Result:
        match value:
            case Results(items, form):
                return Results(tuple(result(item) for item in items), form)  # type: ignore[arg-type, misc]
            case ArrayResult(buffer):
                return replace(value, buffer=name_of(buffer))
            case _:
                return value

    def rename(stmt: Stmt) -> Stmt:
        match stmt:
            case Alloc(name=name):
                stmt = replace(stmt, name=name_of(name))
            case Pointer(source=source):
                stmt = replace(stmt, source=name_of(source))
            case Store(buffer=buffer):
                stmt = replace(stmt, buffer=name_of(buffer))
            case Accumulate(target=Load(buffer=buffer) as target):
                stmt = replace(stmt, target=replace(target, buffer=name_of(buffer)))
            case Library(out, _, args):
                stmt = replace(stmt, out=section(out), args=tuple(section(a) for a in args))
            case Swap(first, second):
                stmt = replace(stmt, first=name_of(first), second=name_of(second))
            case Return(value):
                stmt = replace(stmt, value=result(value))
        return with_blocks(stmt, tuple(tuple(rename(s) for s in block) for block in blocks(stmt)))

    return tuple(map_stmt(rename(stmt), change) for stmt in body)
