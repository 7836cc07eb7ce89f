"""What do the blocks of a piece of source do: their statements, the names that they bind, how they are left?"""

from __future__ import annotations

from typing import Any

import libcst as cst

from .names import children


def flat(body: cst.BaseSuite) -> list[cst.CSTNode]:
    """The statements of a block one by one."""
    if isinstance(body, cst.SimpleStatementSuite):
        return list(body.body)
    return [
        line for stmt in body.body for line in (stmt.body if isinstance(stmt, cst.SimpleStatementLine) else (stmt,))
    ]


def leaves(body: Any) -> bool:
    """Whether a block plainly ends by leaving the function; an `elif` with all that hangs on it counts as one."""
    if isinstance(body, cst.If):
        otherwise = body.orelse.body if isinstance(body.orelse, cst.Else) else body.orelse
        return otherwise is not None and leaves(body.body) and leaves(otherwise)
    lines = flat(body)
    return bool(lines) and isinstance(lines[-1], (cst.Return, cst.Raise))


def assigned_names_of_target(target: cst.BaseExpression) -> set[str]:
    match target:
        case cst.Name(value=name):
            return {name}
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return set().union(*(assigned_names_of_target(e.value) for e in elements))
        case _:
            return set()


def marking(body: cst.BaseSuite, flag: str) -> cst.BaseSuite:
    """A loop's body whose own breaks set `flag` before they leave."""

    def line(stmt: Any) -> list[Any]:
        match stmt:
            case cst.Break():
                return [cst.Assign([cst.AssignTarget(cst.Name(flag))], cst.Name("True")), stmt]
            case cst.SimpleStatementLine(body=parts):
                return [stmt.with_changes(body=[new for part in parts for new in line(part)])]
            case cst.If(body=inner, orelse=orelse):
                other = orelse and (line(orelse)[0] if isinstance(orelse, cst.If) else _within(orelse))
                return [stmt.with_changes(body=marking(inner, flag), orelse=other)]
            case _:
                return [stmt]

    def _within(orelse: cst.Else) -> cst.Else:
        return orelse.with_changes(body=marking(orelse.body, flag))

    return body.with_changes(body=[new for stmt in body.body for new in line(stmt)])


def own_jumps(body: cst.CSTNode) -> list[cst.CSTNode]:
    """The break and continue statements of a loop's body that belong to this loop."""
    found: list[cst.CSTNode] = []
    for child in children(body):
        if isinstance(child, (cst.Break, cst.Continue)):
            found.append(child)
        elif not isinstance(child, (cst.For, cst.While, cst.FunctionDef, cst.Lambda)):
            found.extend(own_jumps(child))
    return found


def jumps(node: cst.CSTNode) -> bool:
    """Whether something in a statement may leave a loop around it, or its round."""
    if isinstance(node, (cst.Break, cst.Continue, cst.Return)):
        return True
    return not isinstance(node, (cst.FunctionDef, cst.Lambda)) and any(jumps(child) for child in children(node))


def settled_names(body: cst.BaseSuite) -> set[str]:
    """The names that a block binds on every way through it, those of loops in it aside."""
    found: set[str] = set()
    for line in flat(body):
        match line:
            case cst.Assign(targets=targets):
                found |= set().union(*(assigned_names_of_target(t.target) for t in targets))
            case cst.AnnAssign(target=target, value=value) if value is not None:
                found |= assigned_names_of_target(target)
            case cst.AugAssign(target=target):
                found |= assigned_names_of_target(target)
            case cst.If(orelse=cst.Else(body=other)) | cst.If(orelse=cst.If() as other):
                found |= settled_on_both(line.body, other)
            case cst.FunctionDef(name=cst.Name(value=name)):
                found.add(name)
            case _:
                continue
    return found


def settled_on_both(body: cst.BaseSuite, otherwise: cst.BaseSuite | cst.If) -> set[str]:
    """The names that a branch binds whichever way it goes, of the ways that come to what follows it."""
    other = cst.IndentedBlock([otherwise]) if isinstance(otherwise, cst.If) else otherwise
    if leaves(body):
        return settled_names(other)
    return settled_names(body) if leaves(otherwise) else settled_names(body) & settled_names(other)


def returns(node: cst.CSTNode) -> bool:
    """Whether a return of this very function stands in the statement, in no loop."""
    if isinstance(node, cst.Return):
        return True
    if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.For, cst.While)):
        return False
    return any(returns(child) for child in children(node))
