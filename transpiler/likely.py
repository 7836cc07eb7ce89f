"""Which kernels will a call run in parallel, as far as the sizes of its arguments tell before it has run?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: What sizes are made of: nothing here calls, stores or takes long.
_PLAIN = (
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Tuple, ast.Attribute,
    ast.Subscript, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
)  # fmt: skip
_FUNCTIONS = {"min": min, "max": max, "abs": abs, "len": len, "floor_divide_int": lambda a, b: a // b}


def likely_parallel(text: str, name: str, args: Sequence[Any], space: Mapping[str, Any]) -> frozenset[str]:
    """The names of the kernels whose calls in the function `name` of this module take the parallel form.

    A kernel is left out where what decides is known only while the function runs.

    >>> text = '''
    ... def f(a, b):
    ...     n, m = a.shape
    ...     stop = min(n - 1, 3)
    ...     if n * m > PARALLEL_WORK:
    ...         run_parallel(_f_serial, _f_parallel, a, b)
    ...     else:
    ...         _f_serial(a, b)
    ... '''
    >>> import numpy as np
    >>> likely_parallel(text, "f", (np.ones((20, 30)), 1), {"PARALLEL_WORK": 500})
    frozenset({'_f'})
    >>> likely_parallel(text, "f", (np.ones((2, 3)), 1), {"PARALLEL_WORK": 500})
    frozenset()
    """
    function = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name)
    known = {**space, **_FUNCTIONS, **dict(zip((a.arg for a in function.args.args), args, strict=False))}
    return frozenset(_parallel(function.body, known))


def _parallel(body: Sequence[ast.stmt], known: dict[str, Any]) -> Iterator[str]:
    for stmt in body:
        match stmt:
            case ast.Assign(targets=[target], value=value):
                made = _value(value, known)
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = made if isinstance(target, ast.Tuple) and isinstance(made, tuple) else [made] * len(names)
                for place, one in zip(names, values, strict=False):
                    if isinstance(place, ast.Name):
                        known[place.id] = one
            case ast.If(test=test, body=then, orelse=orelse):
                kernel = _launched(then)
                large = _value(test, known)
                if kernel is not None:
                    if large is not None and large:
                        yield kernel
                elif large is None:
                    yield from _parallel(then, dict(known))
                    yield from _parallel(orelse, dict(known))
                else:
                    yield from _parallel(then if large else orelse, known)
            case ast.For(body=inner) | ast.While(body=inner):
                changing = {n.id for n in ast.walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                yield from _parallel(inner, known | dict.fromkeys(changing))


def _launched(body: Sequence[ast.stmt]) -> str | None:
    """The kernel that these statements run in parallel."""
    for node in ast.walk(body[0]):
        match node:
            case ast.Call(func=ast.Name(id="run_parallel"), args=[ast.Name(id=serial), *_]):
                return serial.removesuffix("_serial")
    return None


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """The value of a plain expression; None where it is not one, or of what is not known."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if not (isinstance(part.func, ast.Name) and part.func.id in _FUNCTIONS and not part.keywords):
                return None
        elif isinstance(part, ast.Name):
            if known.get(part.id) is None:
                return None
        elif not isinstance(part, _PLAIN):
            return None
    try:
        return eval(compile(ast.Expression(node), "<sizes>", "eval"), {"__builtins__": {}}, dict(known))
    except Exception:  # it is the function itself that will raise it
        return None
