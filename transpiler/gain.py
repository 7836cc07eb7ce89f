"""Is compiled code worth its call? An estimate of what NumPy and Python take for the same on a few elements."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import array as arr
from ..ir.ops.base import OpKind
from .worth import Gain

#: Microseconds that NumPy takes for an operation on a few elements, the work of the interpreter around it included.
_OPERATION = {OpKind.ELEMENTWISE: 0.35, OpKind.REDUCTION: 1.5, OpKind.CONTRACTION: 0.8}
_NUMBER = 0.05  # and for one on numbers
#: Microseconds that a part takes beside its loops: to be found and entered, to look at an input, to make an output.
_CALL, _INPUT, _OUTPUT = 0.35, 0.07, 0.12
_KERNEL = 0.6  # and a kernel between two calls of a library

#: What NumPy's functions in Python call, which take longer themselves: `np.round`, `np.fix`.
_WRAPPED = frozenset({"rint", "trunc"})


def gain(program: arr.Program) -> Gain:
    """What the compiled program gains, as far as it is the same in every call.

    Numbers, views, new arrays and calls of libraries, Python and NumPy do as fast as compiled code that has to be
    called first. A loop is never slower, unless it calls a library in each round: then its rounds are looked at.
    Arithmetic on arrays saves a call of NumPy for each operation.
    """
    loops = list(_loops(program.body))
    called = [loop for loop in loops if _calls(loop)]
    if len(called) < len(loops):
        return Gain.ALWAYS
    computes = any(_kind(node) for node in _nodes(program.body))
    rounds = sum(_saved(body) - _KERNEL * _kernels(body) for loop in called for body in arr.blocks(loop))
    if called and rounds > 0:
        return Gain.ALWAYS
    if not computes:
        return Gain.LOSS if rounds < 0 else Gain.NEVER
    outputs = sum(
        value.type.kind == "array"
        for stmt in arr.statements(program.body)
        if isinstance(stmt, arr.Return)
        for value in arr.result_expressions(stmt.value)
    )
    cost = _CALL + _INPUT * len(program.params) + _OUTPUT * outputs
    return Gain.LARGE if called or _saved(program.body) < cost else Gain.ALWAYS


def _loops(body: tuple[arr.Stmt, ...]) -> Iterator[arr.Stmt]:
    """The loops that hold no other."""
    for stmt in body:
        inner = [loop for block in arr.blocks(stmt) for loop in _loops(block)]
        yield from inner
        if not inner and isinstance(stmt, (arr.For, arr.While)):
            yield stmt


def _calls(stmt: arr.Stmt) -> bool:
    return any(isinstance(inner, arr.Call) for inner in arr.statements((stmt,)))


def _kernels(body: tuple[arr.Stmt, ...]) -> int:
    """The runs of statements between calls of libraries that compute something: each is a kernel."""
    count, running = 0, False
    for stmt in body:
        if isinstance(stmt, arr.Call):
            running = False
        elif _calls(stmt):
            count += sum(_kernels(block) for block in arr.blocks(stmt))
            running = False
        elif not running and _saved((stmt,)):
            count, running = count + 1, True
    return count


def _nodes(body: tuple[arr.Stmt, ...]) -> set[arr.Apply]:
    """The operations, each as often as it is written. What only counts or checks is the work of an index in NumPy."""
    found: set[arr.Apply] = set()
    beside: set[str] = set()
    for stmt in reversed(list(arr.statements(body))):
        nodes = [node for root in arr.expressions(stmt) for node in arr.walk(root)]
        if isinstance(stmt, arr.Check):
            beside.update(node.name for node in nodes if isinstance(node, arr.Ref))
        elif not isinstance(stmt, arr.Bind) or stmt.name not in beside:
            beside.update(name for node in nodes for size in node.type.shape for name in size.names)
            found.update(node for node in nodes if isinstance(node, arr.Apply))
    return found


def _saved(body: tuple[arr.Stmt, ...]) -> float:
    """Microseconds that NumPy and Python take for what these statements compute."""
    stores = sum(isinstance(stmt, arr.Store) for stmt in arr.statements(body))
    return sum(_OPERATION[kind] if (kind := _kind(node)) else _NUMBER for node in _nodes(body)) + _NUMBER * stores


def _kind(node: arr.Apply) -> OpKind | None:
    """Of an operation on arrays; None for one on numbers, or that only makes or moves elements."""
    arrays = any(operand.type.kind == "array" and operand.type.shape for operand in node.args)
    return node.op.kind if arrays and node.op.kind in _OPERATION else None


def one_ufunc(program: arr.Program) -> str:
    """The parameter by whose size a call is left to NumPy, where the program is one ufunc over arrays of one shape.

    Empty where there is more to do: with two of them, a number among the operands, or a reduction, compiled code is as
    fast on the smallest arrays.
    """
    match program.body:
        case (arr.Bind(name, arr.Apply(op, operands, _, type)), arr.Return(arr.Ref(returned))) if name == returned:
            params = {p.name for p in program.params}
            found = [x.name for x in operands if isinstance(x, arr.Ref) and x.name in params and x.shape == type.shape]
            if type.shape and len(found) == len(operands) and op.ufunc is not None and op.name not in _WRAPPED:
                return found[0]
    return ""
