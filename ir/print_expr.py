"""Array IR expressions as NumPy: what NumPy converts and broadcasts by itself is not written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .array import Apply, AxisOf, Const, Expr, Extent, Reduced, Ref, Shaped, View, broadcast, walk
from .ops import Op, OpKind, resolve_elementwise
from .print_loops import scalar_type, shape_text
from .print_view import view_text
from .types import BOOL, FLOAT, INT, PY_INT, Size, Type

Text = tuple[str, int]  # the text, and how tightly it binds

_CHOICE, _OR, _AND, _NOT, _COMPARE, _BIT_OR, _BIT_XOR, _BIT_AND, _SHIFT, _SUM, _TERM, _SIGN, _POWER, _ATOM = range(14)
_BINDS = {
    "+": _SUM, "-": _SUM, "*": _TERM, "/": _TERM, "//": _TERM, "%": _TERM, "@": _TERM, "**": _POWER, "&": _BIT_AND,
    "|": _BIT_OR, "^": _BIT_XOR, "<<": _SHIFT, ">>": _SHIFT,
    **dict.fromkeys(("<", "<=", "==", "!=", ">", ">="), _COMPARE),
}  # fmt: skip
_UNARY = {"negative": "-", "invert": "~", "positive": "+"}
#: Operations of Python scalars that have no operator.
_PYTHON = {
    "minimum": "min", "maximum": "max", "absolute": "abs", "arctan2": "math.atan2", "arcsin": "math.asin",
    "arccos": "math.acos", "arctan": "math.atan", "rint": "round", "arcsinh": "math.asinh", "arccosh": "math.acosh",
    "arctanh": "math.atanh", "rad2deg": "math.degrees", "deg2rad": "math.radians", "complex": "complex",
    "spacing": "math.ulp", "float_power": "math.pow",
}  # fmt: skip


def expression_text(value: Expr) -> str:
    """`value` as one NumPy expression."""
    return texts(value)[value][0]


def operand_text(value: Expr, binds: int = _ATOM) -> str:
    """`value` in parentheses unless it binds at least as tightly as `binds`."""
    return _within(texts(value)[value], binds)


def assigned_text(value: Expr, target: Type) -> str:
    """The right side of a store to something of type `target`: broadcast and cast by the store itself."""
    if isinstance(value, View) and value.shape == target.shape:
        value = _narrowest(value)
    done = texts(value)
    match value:
        case Const():
            return _literal(value)[0] or done[value][0]
        case Apply(op, (inner,), _, type) if op.name == "cast" and _stores_itself(inner.type, type):
            return done[inner][0]
        case _:
            return done[value][0]


def _stores_itself(source: Type, cast: Type) -> bool:
    return source.dtype != cast.dtype and not (source.dtype.kind == "c" and cast.dtype.kind != "c")


def texts(*roots: Expr) -> dict[Expr, Text]:
    """The text of every node below `roots`."""
    done: dict[Expr, Text] = {}
    for node in walk(*roots):
        done[node] = _text(node, done)
    return done


def _within(text: Text, binds: int) -> str:
    return text[0] if text[1] >= binds else f"({text[0]})"


def _text(node: Expr, done: dict[Expr, Text]) -> Text:
    match node:
        case Const():
            return _explicit(node)
        case Extent(size):
            return size_text(size)
        case Ref(name, _, _):
            return name, _ATOM
        case View():
            return _view(node, done)
        case Apply(op, args, attrs, type):
            return _apply(node, op, args, attrs, type, done)
        case _:
            raise TypeError(f"no text for {node.__class__.__name__}")


def size_text(size: Size) -> Text:
    text = str(size)
    if len(size.terms) + bool(size.const) > 1:
        return text, _SUM
    return text, _TERM if "*" in text else _SIGN if text.startswith("-") else _ATOM


# -- constants ---------------------------------------------------------------------------------------------------------


def _explicit(node: Const) -> Text:
    """A constant with its exact dtype and kind."""
    value, type = node.value, node.type
    plain = _plain(value)
    if type.kind == "python":
        return _python(plain)
    return f"{scalar_type(type.dtype)}({_short(value)})", _ATOM


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _python(value: Any) -> Text:
    if isinstance(value, float) and not np.isfinite(value):
        return ("np.nan", _ATOM) if np.isnan(value) else ("np.inf", _ATOM) if value > 0 else ("-np.inf", _SIGN)
    text = repr(value)
    return text, _SIGN if text.startswith("-") else _ATOM


def _short(value: Any) -> str:
    """The shortest number that `value`'s own dtype reads as `value`."""
    if isinstance(value, np.floating) and np.isfinite(value):
        return repr(float(str(value)))
    return _python(_plain(value))[0]


def _literal(node: Const) -> tuple[str | None, Type]:
    """A Python number that NumPy makes this constant of where it meets an array of its dtype; None: there is none."""
    value, dtype = node.value, node.type.dtype
    if node.type.kind == "python":
        return _explicit(node)[0], node.type
    if dtype.kind == "b":
        return None, node.type
    plain = _plain(value)
    if dtype.kind == "c":
        if plain.imag or np.signbit(plain.imag) or not np.isfinite(plain.real):
            return None, node.type
        plain = plain.real
    if dtype.kind in "iu" or (
        np.isfinite(plain) and plain == int(plain) and abs(plain) < 2**24 and not (plain == 0 and np.signbit(plain))
    ):
        return str(int(plain)), Type(INT, (), "python")
    if dtype == FLOAT:  # written as a float it would be a Python float, which is another constant
        return None, node.type
    return _short(np.float64(plain) if dtype.kind == "c" else value), Type(FLOAT, (), "python")


# -- views -------------------------------------------------------------------------------------------------------------


def _view(node: View, done: dict[Expr, Text]) -> Text:
    base = node.base
    text = _within(done[base], _ATOM)
    if base.type.kind != "array":
        if node.type.kind != "array":
            return done[base]
        return f"np.broadcast_to({done[base][0]}, {_tuple(node.shape)})", _ATOM
    if not isinstance(base, Ref) and node.shape and broadcast_or_none(base, node.shape) is node:
        return f"np.broadcast_to({done[base][0]}, {_tuple(node.shape)})", _ATOM
    return view_text(text, base.shape, node.axes, node.shape, node.type.kind == "array"), _ATOM


def _tuple(shape: tuple[Size, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def broadcast_or_none(base: Expr, shape: tuple[Size, ...]) -> Expr | None:
    """`base` as NumPy broadcasts it to `shape` by itself; None where it does not fit."""
    lead = len(shape) - base.type.rank
    if lead < 0 or any(size != 1 and size != shape[k + lead] for k, size in enumerate(base.shape)):
        return None
    return broadcast(base, shape)


def _narrowest(value: View) -> Expr:
    """What NumPy broadcasts to `value`: without the axes that repeat, or with size 1 where others follow in front."""
    if value.base.type.kind == "array" and broadcast_or_none(value.base, value.shape) is value:
        return value.base
    used = {axis.out for axis in value.axes if axis.out is not None}
    repeated = [k for k, size in enumerate(value.shape) if k not in used]
    if all(value.shape[k] == 1 for k in repeated):
        return value
    lead = 0
    while lead in repeated:
        lead += 1
    if lead == len(value.shape):
        lead -= 1  # all repeats: an element as an array of one
    shape = tuple(Size(1) if k in repeated else size for k, size in enumerate(value.shape))[lead:]
    axes = tuple(
        axis if axis.out is None else type(axis)(axis.offset, axis.step, axis.out - lead) for axis in value.axes
    )
    return View(value.base, axes, Type(value.type.dtype, shape, "array"))


# -- operations --------------------------------------------------------------------------------------------------------


def _apply(node: Apply, op: Op, args: tuple[Expr, ...], attrs: Any, type: Type, done: dict[Expr, Text]) -> Text:
    match op.kind:
        case OpKind.ELEMENTWISE:
            if op.name == "cast":
                return _cast(args[0], type, done)
            return _elementwise(node, op, type, done)
        case OpKind.REDUCTION:
            return _reduction(op, args[0], attrs, type, done)
        case OpKind.CREATION:
            return _creation(op, args, attrs, done)
        case OpKind.CONTRACTION if op.name == "matmul":
            left, right = _promoted(args, done)
            return f"{_within(left, _TERM)} @ {_within(right, _SIGN)}", _TERM
    match op.name, attrs:
        case "concatenate", AxisOf(0) if all(isinstance(arg, View) and arg.base.type.is_scalar for arg in args):
            return f"np.array([{', '.join(done[arg.base][0] for arg in args)}])", _ATOM  # type: ignore[attr-defined]
        case "concatenate", AxisOf(axis):
            parts = ", ".join(text for text, _ in _promoted(args, done))
            return f"np.concatenate([{parts}]" + (f", axis={axis})" if axis else ")"), _ATOM
        case "reshape", Shaped(shape, _):
            return f"{_within(done[args[0]], _ATOM)}.reshape({', '.join(map(str, shape)) or '()'})", _ATOM
        case "gather", _:
            return f"{_within(done[args[0]], _ATOM)}[{', '.join(_indices(args[1:], done))}]", _ATOM
        case "compress", _:
            return f"{_within(done[args[0]], _ATOM)}[{done[args[1]][0]}]", _ATOM
        case "nonzero", AxisOf(axis):
            return f"np.nonzero({done[args[0]][0]})[{axis}]", _ATOM
        case _:
            return f"np.{op.name}({', '.join(done[arg][0] for arg in args)})", _ATOM


def _cast(arg: Expr, type: Type, done: dict[Expr, Text]) -> Text:
    text = done[arg][0]
    if type.kind == "python":
        return f"{ {'b': 'bool', 'i': 'int', 'f': 'float', 'c': 'complex'}[type.dtype.kind] }({text})", _ATOM
    if type.kind == "numpy":
        return f"{scalar_type(type.dtype)}({text})", _ATOM
    if arg.type.dtype == type.dtype:
        return f"{_within(done[arg], _ATOM)}.copy()", _ATOM
    return f"{_within(done[arg], _ATOM)}.astype({scalar_type(type.dtype)})", _ATOM


def _elementwise(node: Apply, op: Op, type: Type, done: dict[Expr, Text]) -> Text:
    symbol = op.symbol
    name = op.name
    # Python's own operators and its conditional expression convert nothing
    plain = type.kind == "python" or (name == "where" and type.kind != "array")
    args = [done[arg] for arg in node.args] if plain else implicit(node, done)
    if name == "divide" and type.kind == "python" and (whole := _integers(node)):
        args = [done[arg] for arg in whole]
    if name == "where":
        condition, then, other = args
        if type.kind == "array":
            return f"np.where({condition[0]}, {then[0]}, {other[0]})", _ATOM
        if type.kind == "numpy":  # both ways give a scalar of this very type
            then, other = (_scalar(arg, text, type) for arg, text in zip(node.args[1:], (then, other), strict=True))
        return f"{_within(then, _OR)} if {_within(condition, _OR)} else {_within(other, _CHOICE)}", _CHOICE
    if type.kind == "python":
        match name:
            case "logical_and" | "logical_or":
                word, binds = ("and", _AND) if name == "logical_and" else ("or", _OR)
                return f"{_within(args[0], binds)} {word} {_within(args[1], binds + 1)}", binds
            case "logical_not":
                return f"not {_within(args[0], _NOT)}", _NOT
    if name == "square" and node.args[0].type.kind == "array" and type.dtype.kind in "fc":
        return f"{_within(args[0], _ATOM)}**2", _POWER
    # a scalar exponent would be lifted to square, sqrt …
    short = symbol == "**" and isinstance(node.args[1], (Const, Extent)) and type.kind != "python"
    # Python computes with its own numbers itself
    called_whole = type.kind != "python" and all(arg.type.weak for arg in node.args)
    if name in _UNARY and not called_whole:
        return _UNARY[name] + _within(args[0], _SIGN), _SIGN
    if symbol is not None and len(args) == 2 and not short and not called_whole:
        return _infix(symbol, *args)
    if type.kind == "python":
        if name == "conjugate":
            return f"{_within(args[0], _ATOM)}.conjugate()", _ATOM
        if name in ("real", "imag"):
            return f"{_within(args[0], _ATOM)}.{name}", _ATOM
        called = _PYTHON.get(name, f"math.{name}")
        if node.args[0].type.dtype.kind == "c":
            called = called.replace("math.", "cmath.")
        return f"{called}({', '.join(text for text, _ in args)})", _ATOM
    called = "abs" if name == "absolute" else op.reference.__name__ if op.numpy else name
    return f"np.{called}({', '.join(text for text, _ in args)})", _ATOM


def _scalar(value: Expr, text: Text, type: Type) -> Text:
    """An operand of rank 0 as a NumPy scalar of `type`."""
    if value.type.kind == "numpy":
        return text
    return (
        f"{_within(text, _ATOM)}[()]" if value.type.kind == "array" else f"{scalar_type(type.dtype)}({text[0]})"
    ), _ATOM


def _integers(node: Apply) -> tuple[Expr, ...] | None:
    """The Python integers that a division makes floats of by itself; None where it does not."""
    inner = tuple(converted(arg) for arg in node.args)
    return inner if all(arg is not None and arg.type == PY_INT for arg in inner) else None  # type: ignore[return-value]


def _infix(symbol: str, left: Text, right: Text) -> Text:
    binds = _BINDS[symbol]
    if binds == _POWER:  # `-a ** b` is `-(a ** b)`, and it binds to the right
        return f"{_within(left, _ATOM)}**{_within(right, _SIGN)}", binds
    first = binds + 1 if binds == _COMPARE else binds
    return f"{_within(left, first)} {symbol} {_within(right, binds + 1)}", binds


def converted(value: Expr) -> Expr | None:
    """What a conversion to another dtype converts; None where `value` is none."""
    match value:
        case Apply(op, (inner,), _, type) if op.name == "cast" and inner.type.dtype != type.dtype:
            return inner
        case _:
            return None


def implicit(node: Apply, done: dict[Expr, Text]) -> list[Text]:
    """The operands of an elementwise operation without the broadcasts and casts that NumPy makes by itself."""
    operands: list[Expr] = list(node.args)
    for k, arg in enumerate(operands):
        if isinstance(arg, View):
            narrow = _narrowest(arg)
            others = [o.shape for j, o in enumerate(operands) if j != k and o.type.rank]
            if narrow is not arg and narrow.type.rank and _broadcasts([narrow.shape, *others], node.shape):
                operands[k] = narrow
    types = [operand.type for operand in operands]
    written: list[Text | None] = [None] * len(operands)
    for k, operand in enumerate(operands):
        match operand:
            case Const():
                literal, weak = _literal(operand)
                if literal is not None and _same_loop(node, types, k, weak):
                    types[k] = weak
                    written[k] = (literal, _SIGN if literal.startswith("-") else _ATOM)
            case _ if (inner := converted(operand)) is not None and _same_loop(node, types, k, inner.type):
                types[k], operands[k] = inner.type, inner
    for operand in operands:
        if operand not in done:
            done.update({n: _text(n, done) for n in walk(operand) if n not in done})
    return [text if text is not None else done[operand] for text, operand in zip(written, operands, strict=True)]


def _broadcasts(shapes: Sequence[tuple[Size, ...]], expected: tuple[Size, ...]) -> bool:
    rank = max(len(shape) for shape in shapes)
    if rank != len(expected):
        return False
    for k, size in enumerate(expected):
        sizes = [shape[k - rank + len(shape)] for shape in shapes if k - rank + len(shape) >= 0]
        if size not in sizes or any(s != 1 and s != size for s in sizes):
            return False
    return True


def _same_loop(node: Apply, types: list[Type], k: int, type: Type) -> bool:
    """Whether NumPy computes `node` by the same loop where operand k is given as `type`."""
    tried = [*types[:k], type, *types[k + 1 :]]
    if all(t.weak for t in tried):
        return False
    wanted = (*(arg.type.dtype for arg in node.args), node.type.dtype)
    if node.op.name == "where":
        if tried[0].dtype != BOOL or (tried[1].weak and tried[2].weak):
            return False
        weak = {"i": 0, "f": 0.0, "c": 0j}
        chosen = np.result_type(*(weak.get(t.dtype.kind, t.dtype) if t.weak else t.dtype for t in tried[1:]))
        return (BOOL, chosen, chosen, chosen) == wanted
    if node.op.ufunc is None:
        return False
    try:
        return resolve_elementwise(node.op.ufunc, tried)[: len(wanted)] == wanted
    except TypeError:
        return False


def _promoted(args: tuple[Expr, ...], done: dict[Expr, Text]) -> list[Text]:
    """Operands that are promoted to a common dtype, without the casts that this makes."""
    dtype = args[0].type.dtype
    inner = [converted(arg) or arg for arg in args]
    if np.result_type(*(value.type.dtype for value in inner)) == dtype:
        return [done[value] for value in inner]
    return [done[arg] for arg in args]


def _reduction(op: Op, arg: Expr, attrs: Reduced, type: Type, done: dict[Expr, Text]) -> Text:
    if op.name in ("sum", "prod") and (inner := converted(arg)) is not None and op.result is not None:
        if op.result((inner.type,), attrs) == type:
            arg = inner
    parts = [done[arg][0]]
    if len(attrs.axes) != arg.type.rank:
        parts.append(f"axis={attrs.axes[0] if len(attrs.axes) == 1 else attrs.axes}")
    if attrs.keepdims:
        parts.append("keepdims=True")
    return f"np.{op.reference.__name__}({', '.join(parts)})", _ATOM


def _creation(op: Op, args: tuple[Expr, ...], attrs: Shaped, done: dict[Expr, Text]) -> Text:
    dtype, shape = attrs.dtype, attrs.shape
    suffix = "" if dtype == FLOAT else f", {scalar_type(dtype)}"
    match op.name:
        case "arange":
            start, step = (arg.size for arg in args)  # type: ignore[attr-defined]
            (size,) = shape
            stop = start + (size - 1) * step.const + (1 if step.const > 0 else -1)
            if step == 1:
                return (f"np.arange({stop})" if start == 0 else f"np.arange({start}, {stop})"), _ATOM
            return f"np.arange({start}, {stop}, {step})", _ATOM
        case "full":
            (value,) = args
            if not shape:
                return f"np.array({done[value][0]})", _ATOM
            if isinstance(value, Const):
                for number, name in ((0, "zeros"), (1, "ones")):
                    if value.value == number and not (number == 0 and np.signbit(np.real(value.value))):
                        return f"np.{name}({shape_text(shape)}{suffix})", _ATOM
                if dtype == FLOAT:
                    return f"np.full({shape_text(shape)}, {_python(float(value.value))[0]})", _ATOM
                literal, weak = _literal(value)
                if literal is not None:
                    suffix = "" if weak.dtype == dtype else f", {scalar_type(dtype)}"
                    return f"np.full({shape_text(shape)}, {literal}{suffix})", _ATOM
            if isinstance(value, Apply) and value.op.name == "cast" and value.args[0].type.dtype == dtype:
                value = value.args[0]  # of another kind only
            return f"np.full({shape_text(shape)}, {done[value][0]})", _ATOM
        case _:
            return f"np.{op.name}({shape_text(shape)}{suffix})", _ATOM


def index_text(indices: tuple[Expr, ...]) -> str:
    """The subscripts of an indexing by integer arrays."""
    return ", ".join(_indices(indices, texts(*indices)))


def _indices(indices: tuple[Expr, ...], done: dict[Expr, Text]) -> list[str]:
    """The integer arrays of an indexing, without the conversions to int64 and the broadcasts that NumPy makes."""
    operands = list(indices)
    shape = operands[0].shape
    for k, arg in enumerate(operands):
        if isinstance(arg, View):
            narrow = _narrowest(arg)
            others = [o.shape for j, o in enumerate(operands) if j != k]
            if narrow is not arg and narrow.type.rank and _broadcasts([narrow.shape, *others], shape):
                operands[k] = narrow
        inner = converted(operands[k])
        if inner is not None and inner.type.dtype.kind in "iu":  # a mask means something else, and a float is refused
            operands[k] = inner
    for operand in operands:
        done.update({n: _text(n, done) for n in walk(operand) if n not in done})
    return [done[operand][0] for operand in operands]
