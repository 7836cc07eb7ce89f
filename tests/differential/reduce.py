"""What is the smallest case that still fails? Cuts are tried on the syntax tree, the largest first, until none is left.

A cut removes a statement or unwraps a block, puts a part of an expression (or a constant) in its place, or drops a
function, a parameter, an element, a keyword. Every accepted cut makes the tree smaller, so this ends.
"""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Callable, Iterator

_BLOCKS = ("body", "orelse")


def reduce(text: str, fails: Callable[[str], bool], seconds: float = 60.0) -> str:
    """The smallest module text found within `seconds` for which `fails` still holds; `text` must be failing."""
    end = time.monotonic() + seconds
    text = ast.unparse(ast.parse(text)) + "\n"
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for cuts in (_functions, _statements, _parameters, _expressions):
            place = 0
            while time.monotonic() < end:
                cut = next(itertools.islice(cuts(ast.parse(text)), place, None), None)
                if cut is None:
                    break
                smaller = _text(cut)
                if smaller is not None and _size(smaller) < _size(text) and fails(smaller):
                    text, changed = smaller, True
                else:
                    place += 1
    return text


def _text(tree: ast.Module) -> str | None:
    """The tree as text, None where a cut left no valid program."""
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "<cut>", "exec")
    except (SyntaxError, ValueError):
        return None
    return text


def _size(text: str) -> int:
    """Nodes of the tree, names and constants weighing least: what every accepted cut lowers."""
    weight = 0
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Constant(value=value):
                weight += 10 + min(len(repr(value)), 9)
            case ast.Name():
                weight += 18
            case _:
                weight += 20
    return weight


# Each of the following yields the tree itself with one cut made, and takes it back before the next.


def _functions(tree: ast.Module) -> Iterator[ast.Module]:
    """Without one function or constant of the module, from the last on."""
    for index in reversed(range(len(tree.body))):
        node = tree.body[index]
        if not (isinstance(node, ast.FunctionDef) and node.name == "program"):
            yield ast.Module(tree.body[:index] + tree.body[index + 1 :], [])


def _statements(tree: ast.Module) -> Iterator[ast.Module]:
    """Without one statement, or with a block in place of the loop or branch around it, from the last on."""
    places = [
        (parent, block, index)
        for parent in ast.walk(tree)
        if not isinstance(parent, ast.Module)
        for block in _BLOCKS
        if isinstance(getattr(parent, block, None), list)
        for index in range(len(getattr(parent, block)))
    ]
    for parent, block, index in reversed(places):
        statements = getattr(parent, block)
        one = statements[index]
        inner = [getattr(one, part) for part in _BLOCKS if isinstance(getattr(one, part, None), list)]
        for replacement in ([], *inner):
            kept = statements[:index] + replacement + statements[index + 1 :]
            setattr(parent, block, kept or [ast.Pass()])
            yield tree
            setattr(parent, block, statements)


def _parameters(tree: ast.Module) -> Iterator[ast.Module]:
    """Without one parameter of `program`, and what the inputs give for it."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for program in (node for node in functions if node.name == "program"):
        makers = [node for node in functions if node.name.startswith("inputs_")]
        given = [maker.body[-1].value for maker in makers if isinstance(maker.body[-1], ast.Return)]
        tuples = [
            value for value in given if isinstance(value, ast.Tuple) and len(value.elts) == len(program.args.args)
        ]
        lists = [program.args.args, *(value.elts for value in tuples)]
        for index in reversed(range(len(program.args.args))):
            removed = [items.pop(index) for items in lists]
            yield tree
            for items, item in zip(lists, removed, strict=True):
                items.insert(index, item)


def _expressions(tree: ast.Module) -> Iterator[ast.Module]:
    """With one expression replaced by one of its parts or a constant, or with one element fewer in a list of them."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.expr):
                for smaller in _smaller(value):
                    setattr(parent, field, smaller)
                    yield tree
                    setattr(parent, field, value)
                if field in ("lower", "upper", "step", "value") and isinstance(parent, ast.Slice | ast.Return):
                    setattr(parent, field, None)
                    yield tree
                    setattr(parent, field, value)
            elif isinstance(value, list) and value and isinstance(value[0], ast.expr | ast.keyword):
                for index, item in enumerate(value):
                    setattr(parent, field, value[:index] + value[index + 1 :])
                    yield tree
                    for smaller in _smaller(item) if isinstance(item, ast.expr) else ():
                        setattr(parent, field, [*value[:index], smaller, *value[index + 1 :]])
                        yield tree
                    setattr(parent, field, value)


def _smaller(node: ast.expr) -> Iterator[ast.expr]:
    """Expressions that may stand for `node`."""
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, int | float | complex) and not isinstance(node.value, bool):
            yield from (ast.Constant(value) for value in (0, 1, 2) if value != node.value)
        elif isinstance(node.value, str) and node.value != "int64":
            yield ast.Constant("int64")
        return
    for part in ast.iter_child_nodes(node):
        match part:
            case ast.Name(id="np") | ast.Slice():
                continue
            case ast.Attribute(value=ast.Name(id="np")):
                continue
            case ast.keyword():
                yield part.value
            case ast.expr():
                yield part
                if isinstance(part, ast.Attribute):  # the array of a method call
                    yield part.value
    if not isinstance(node, ast.Name | ast.Attribute):
        yield ast.Constant(1)
