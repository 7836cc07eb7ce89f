"""The names of a piece of source: which it binds, which it uses at all, which it gives to sizes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

import libcst as cst

#: Inner scopes, whose names are their own.
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.GeneratorExp, cst.ListComp)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a node class that may hold other nodes of interest: not its blanks, commas and brackets."""
    layout = ("whitespace", "leading", "lines", "comma", "lpar", "rpar", "semicolon", "equal", "trailing", "dot")
    return tuple(f.name for f in dataclasses.fields(kind) if not f.name.startswith(layout))


@cache
def _is_node(kind: type) -> bool:
    return issubclass(kind, cst.CSTNode)


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below `node` in the order of the text, blanks, commas and brackets aside.

    libcst's own `children` and visitors rebuild the tree on the way, which takes ten times as long.
    """
    below: list[cst.CSTNode] = []
    for name in _parts(type(node)):
        part = getattr(node, name)
        if isinstance(part, (list, tuple)):
            below.extend(item for item in part if _is_node(type(item)))
        elif _is_node(type(part)):
            below.append(part)
    return below


def walk(node: cst.CSTNode, leaves: Collection[type] = ()) -> Iterator[cst.CSTNode]:
    """`node` and what is below it, as written; not what is below nodes of the classes `leaves`."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, tuple(leaves)):
            stack.extend(reversed(children(current)))


def _bound(target: cst.BaseExpression) -> Iterator[str]:
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _bound(element.value)
        case _:
            return


@lru_cache(maxsize=2000)
def _bindings(body: cst.CSTNode) -> Counter[str]:
    """How many statements of `body` bind each name, those of inner scopes aside."""
    counts: Counter[str] = Counter()
    for node in walk(body, _SCOPES):
        match node:
            case cst.AnnAssign(value=None):
                continue
            case (
                cst.AssignTarget(target=target)
                | cst.AnnAssign(target=target)
                | cst.AugAssign(target=target)
                | cst.NamedExpr(target=target)
                | cst.For(target=target)
            ):
                counts.update(_bound(target))
            case cst.FunctionDef(name=cst.Name(value=name)):
                counts[name] += 1
            case _:
                continue
    return counts


def assigned_names(body: cst.CSTNode) -> set[str]:
    """The names that statements of `body` bind, those of inner functions aside."""
    return set(_bindings(body))


@lru_cache(maxsize=2000)
def identifiers(node: cst.CSTNode) -> frozenset[str]:
    """Every name that occurs in the text."""
    return frozenset(part.value for part in walk(node) if isinstance(part, cst.Name))


def size_names(function: cst.FunctionDef | cst.Lambda) -> dict[tuple[str, int], str]:
    """(parameter, axis) -> the name that the function itself gives to that size, as `n, m = u.shape` does."""
    if isinstance(function, cst.Lambda) or not isinstance(function.body, cst.IndentedBlock):
        return {}
    params = {
        p.name.value for p in (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)
    }
    counts = _bindings(function.body)
    found: dict[tuple[str, int], str] = {}

    def note(target: cst.BaseExpression, param: str, axis: int) -> None:
        taken = params | set(found.values())
        if isinstance(target, cst.Name) and counts.get(target.value) == 1 and target.value not in taken:
            found.setdefault((param, axis), target.value)

    for line in function.body.body:
        if not isinstance(line, cst.SimpleStatementLine):
            continue
        for stmt in line.body:
            match stmt:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=target)],
                    value=cst.Attribute(value=cst.Name(value=param), attr=cst.Name(value="shape")),
                ) if param in params and counts.get(param, 0) == 0 and isinstance(target, cst.Tuple):
                    for axis, element in enumerate(target.elements):
                        note(element.value, param, axis)
                case cst.Assign(
                    targets=[cst.AssignTarget(target=target)],
                    value=cst.Subscript(
                        value=cst.Attribute(value=cst.Name(value=param), attr=cst.Name(value="shape")),
                        slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=axis_text)))],
                    ),
                ) if param in params and counts.get(param, 0) == 0:
                    note(target, param, int(axis_text))
                case _:
                    continue
    return found


@cache
def reserved() -> frozenset[str]:
    """Names that generated code may use for something of its own: builtins, modules, the runtime's functions."""
    from ..runtime import defined

    return frozenset({*_BUILTINS, "np", "math", "cmath", "prange", "numba", "cuda", "njit", "held_empty", *defined()})


_BUILTINS = (
    "abs", "all", "any", "bool", "complex", "divmod", "float", "int", "isinstance", "len", "max", "min", "pow",
    "range", "round", "slice", "str", "sum", "tuple", "type", "zip",
)  # fmt: skip
