"""In which simpler statements is said what the lifter has no form for? Trees are rewritten before they are lifted.

Every part of the user's text that stays keeps its node, and with it its position.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import libcst as cst

from .blocks import own_jumps
from .diagnostics import Unsupported
from .names import children, walk

_LEFT, _GIVEN = "is_left_", "given_"  # of a helper that returns from within a loop: whether it did, and what


def simplified(node: Any, branching: bool = False) -> Any:
    """A statement or a function with every `match` in it as branches.

    With `branching`, statements of which the value is a conditional expression are branches too.
    """
    if any(isinstance(n, cst.Match) for n in walk(node)):
        node = node.visit(_Matches())
    return node.visit(_Choices()) if branching and any(map(_chooses, walk(node))) else node


# -- match -------------------------------------------------------------------------------------------------------------


class _Matches(cst.CSTTransformer):
    """`match x: case 1: …` becomes `subject_ = x` and `if subject_ == 1: …`; what it has no words for stays."""

    def __init__(self) -> None:
        self.numbers = count()

    def leave_Match(self, original_node: cst.Match, updated_node: cst.Match) -> Any:
        name = f"subject_{next(self.numbers)}"
        try:
            chain = _cases(cst.Name(name), updated_node.cases)
        except Unsupported:
            return updated_node
        return cst.FlattenSentinel([_assign(name, updated_node.subject), *chain])


def _cases(subject: cst.BaseExpression, cases: Sequence[cst.MatchCase]) -> list[cst.BaseStatement]:
    if not cases:
        return []
    first, rest = cases[0], _cases(subject, cases[1:])
    test, captures = _pattern(subject, first.pattern)
    found: list[Any] = [_assign(name, value) for name, value in captures]
    body = first.body
    if first.guard is not None:
        found.append(cst.If(first.guard, body, _otherwise(rest)))
    else:
        found.extend(body.body if isinstance(body, cst.IndentedBlock) else [cst.SimpleStatementLine(body.body)])
    return found if test is None else [cst.If(test, cst.IndentedBlock(found), _otherwise(rest))]


def _otherwise(rest: list[cst.BaseStatement]) -> cst.Else | cst.If | None:
    match rest:
        case []:
            return None
        case [cst.If() as only]:
            return only
        case _:
            return cst.Else(cst.IndentedBlock(rest))


Captures = list[tuple[str, cst.BaseExpression]]


def _pattern(subject: cst.BaseExpression, pattern: cst.MatchPattern) -> tuple[cst.BaseExpression | None, Captures]:
    """The test under which `subject` matches, None where it always does, and the names that it binds.

    Raises Unsupported for mappings, stars, and classes with attributes.
    """
    match pattern:
        case cst.MatchValue(value=value):
            return _compared(subject, cst.Equal(), value), []
        case cst.MatchSingleton(value=value):
            return _compared(subject, cst.Is(), value), []
        case cst.MatchAs(pattern=inner, name=name):
            test, captures = (None, []) if inner is None else _pattern(subject, inner)
            return test, captures if name is None else [*captures, (name.value, subject)]
        case cst.MatchOr(patterns=elements):
            tests = []
            for element in elements:
                test, captures = _pattern(subject, element.pattern)
                if test is None or captures:
                    raise Unsupported("MDSL304", "an alternative that binds names")
                tests.append(test)
            return _joined(cst.Or(), tests), []
        case cst.MatchTuple(patterns=elements) | cst.MatchList(patterns=elements):
            kinds = cst.Tuple([cst.Element(cst.Name("tuple")), cst.Element(cst.Name("list"))])
            size = cst.Call(cst.Name("len"), [cst.Arg(subject)])
            tests = [_of_kind(subject, kinds), _compared(size, cst.Equal(), cst.Integer(str(len(elements))))]
            bound: Captures = []
            for k, element in enumerate(elements):
                if not isinstance(element, cst.MatchSequenceElement):
                    raise Unsupported("MDSL304", "a starred pattern")
                item = cst.Subscript(subject, [cst.SubscriptElement(cst.Index(cst.Integer(str(k))))])
                test, captures = _pattern(item, element.value)
                tests += [] if test is None else [test]
                bound += captures
            return _joined(cst.And(), tests), bound
        case cst.MatchClass(cls=cst.Name(value=name), patterns=elements, kwds=()) if (
            name in ("int", "float", "bool", "str", "tuple", "list") and len(elements) < 2
        ):
            test, captures = (None, []) if not elements else _pattern(subject, elements[0].value)
            kind = _of_kind(subject, cst.Name(name))
            return kind if test is None else _joined(cst.And(), [kind, test]), captures
        case _:
            raise Unsupported("MDSL304", "this pattern")


def _compared(left: cst.BaseExpression, operator: cst.BaseCompOp, right: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Comparison(left, [cst.ComparisonTarget(operator, right)])


def _of_kind(subject: cst.BaseExpression, kinds: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Call(cst.Name("isinstance"), [cst.Arg(subject), cst.Arg(kinds)])


def _joined(operator: cst.BaseBooleanOp, tests: Sequence[cst.BaseExpression]) -> cst.BaseExpression:
    whole = tests[0]
    for test in tests[1:]:
        whole = cst.BooleanOperation(whole, operator, test)
    return whole


def _assign(name: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])


# -- conditional expressions ------------------------------------------------------------------------------------------


class _Choices(cst.CSTTransformer):
    """`x = a if c else b` becomes `if c: x = a` and `else: x = b`. Expressions keep their nodes."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        return not isinstance(node, cst.BaseExpression)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        if not any(map(_chooses, original_node.body)):
            return original_node
        return cst.FlattenSentinel([_as_branches(small) for small in original_node.body])

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> Any:
        if not any(map(_chooses, original_node.body)):
            return original_node
        return cst.IndentedBlock([_as_branches(small) for small in original_node.body])


def _chooses(node: cst.CSTNode) -> bool:
    return isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return)) and isinstance(
        node.value, cst.IfExp
    )


def _as_branches(small: cst.BaseSmallStatement) -> cst.BaseStatement:
    """The statement; for each of the two values of a conditional expression one, in a branch of its own."""
    if not _chooses(small):
        return cst.SimpleStatementLine([small])
    value = small.value  # type: ignore[attr-defined]
    then, orelse = (
        cst.IndentedBlock([_as_branches(small.with_changes(value=chosen))]) for chosen in (value.body, value.orelse)
    )
    return cst.If(value.test, then, cst.Else(orelse))


# -- a helper that returns from within a loop --------------------------------------------------------------------------


def returns_in_loops(body: Any) -> bool:
    """Whether a return of this very function stands in a loop."""
    return any(isinstance(node, (cst.For, cst.While)) and _returns(node) for node in _own(body))


def _returns(node: cst.CSTNode) -> bool:
    return any(isinstance(n, cst.Return) for n in _own(node))


def _own(node: cst.CSTNode) -> Any:
    """The nodes in a function's body that are no part of a function in it."""
    yield node
    for child in children(node):
        if not isinstance(child, (cst.FunctionDef, cst.Lambda)):
            yield from _own(child)


def _is_true(test: cst.BaseExpression) -> bool:
    return (isinstance(test, cst.Name) and test.value == "True") or (
        isinstance(test, cst.Integer) and test.value == "1"
    )


def left_by_breaks(body: cst.BaseSuite) -> cst.BaseSuite:
    """A helper's body whose loops are left by `break` where they return, and what they return is returned after them.

    for x in a:                      is_left_ = False
        if x > 0:                    for x in a:
            return x                     if x > 0:
    return 0                                 given_ = x
                                             is_left_ = True
                                             break
                                     if is_left_:
                                         return given_
                                     return 0
    """
    first = _assign(_LEFT, cst.Name("False"))
    return cst.IndentedBlock([first, *_lines(body, False)])


def _lines(body: Any, in_loop: bool) -> list[Any]:
    lines = body.body if isinstance(body, cst.IndentedBlock) else [cst.SimpleStatementLine(body.body)]
    return [new for line in lines for new in _line(line, in_loop)]


def _line(line: Any, in_loop: bool) -> list[Any]:
    match line:
        case cst.SimpleStatementLine(body=[*before, cst.Return(value=value)]) if in_loop:
            given = _assign(_GIVEN, cst.Name("None") if value is None else value)
            left = [_assign(_LEFT, cst.Name("True")), cst.SimpleStatementLine([cst.Break()])]
            return [*([cst.SimpleStatementLine(before)] if before else []), given, *left]
        case cst.If(body=body, orelse=orelse):
            other = orelse
            if isinstance(orelse, cst.If):
                other = _line(orelse, in_loop)[0]
            elif orelse is not None:
                other = cst.Else(cst.IndentedBlock(_lines(orelse.body, in_loop)))
            return [line.with_changes(body=cst.IndentedBlock(_lines(body, in_loop)), orelse=other)]
        case cst.For() | cst.While() if _returns(line):
            if line.orelse is not None:
                raise Unsupported("MDSL310", "a helper that returns from a loop with `else`")
            loop = line.with_changes(body=cst.IndentedBlock(_lines(line.body, True)))
            leave = cst.SimpleStatementLine([cst.Break() if in_loop else cst.Return(cst.Name(_GIVEN))])
            if isinstance(line, cst.While) and _is_true(line.test) and not own_jumps(line.body):
                return [loop, leave]  # there is no other way out of it
            return [loop, cst.If(cst.Name(_LEFT), cst.IndentedBlock([leave]))]
        case cst.With() | cst.Try() if _returns(line) and in_loop:
            raise Unsupported("MDSL310", "a helper that returns from this statement in a loop")
        case _:
            return [line]
