"""The names of a piece of source: which it binds, which it uses at all, which it gives to sizes."""

from __future__ import annotations

import libcst as cst


class _Assigned(cst.CSTVisitor):
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.counts: dict[str, int] = {}

    def _bind(self, target: cst.BaseExpression) -> None:
        match target:
            case cst.Name(value=name):
                self.names.add(name)
                self.counts[name] = self.counts.get(name, 0) + 1
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._bind(element.value)
            case _:
                return

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._bind(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._bind(node.target)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.names.add(node.name.value)
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        return False

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        return False


def assigned_names(body: cst.CSTNode) -> set[str]:
    """The names that statements of `body` bind, those of inner functions aside."""
    visitor = _Assigned()
    body.visit(visitor)
    return visitor.names


class _Identifiers(cst.CSTVisitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)


def identifiers(node: cst.CSTNode) -> set[str]:
    """Every name that occurs in the text."""
    visitor = _Identifiers()
    node.visit(visitor)
    return visitor.names


def size_names(function: cst.FunctionDef | cst.Lambda) -> dict[tuple[str, int], str]:
    """(parameter, axis) -> the name that the function itself gives to that size, as `n, m = u.shape` does."""
    if isinstance(function, cst.Lambda) or not isinstance(function.body, cst.IndentedBlock):
        return {}
    params = {
        p.name.value for p in (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)
    }
    counted = _Assigned()
    function.body.visit(counted)
    found: dict[tuple[str, int], str] = {}

    def note(target: cst.BaseExpression, param: str, axis: int) -> None:
        taken = params | set(found.values())
        if isinstance(target, cst.Name) and counted.counts.get(target.value) == 1 and target.value not in taken:
            found.setdefault((param, axis), target.value)

    for line in function.body.body:
        if not isinstance(line, cst.SimpleStatementLine):
            continue
        for stmt in line.body:
            match stmt:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=target)],
                    value=cst.Attribute(value=cst.Name(value=param), attr=cst.Name(value="shape")),
                ) if param in params and counted.counts.get(param, 0) == 0 and isinstance(target, cst.Tuple):
                    for axis, element in enumerate(target.elements):
                        note(element.value, param, axis)
                case cst.Assign(
                    targets=[cst.AssignTarget(target=target)],
                    value=cst.Subscript(
                        value=cst.Attribute(value=cst.Name(value=param), attr=cst.Name(value="shape")),
                        slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=axis_text)))],
                    ),
                ) if param in params and counted.counts.get(param, 0) == 0:
                    note(target, param, int(axis_text))
                case _:
                    continue
    return found
