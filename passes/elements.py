"""The scalar expression of an array expression's element, for loops to compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.array import Apply, Const, Expr, Extent, Ref, View
from ..ir.ops import table
from ..ir.types import BOOL, INT, Shape, Size

if TYPE_CHECKING:
    from .lower import Lowering

Subscripts = tuple[lp.Subscript, ...]

#: Operations of integers that may leave int64.
WRAPPING = frozenset({"add", "subtract", "multiply", "square"})


def _has_data(value: lp.Expr) -> bool:
    """Whether a value is made of more than numbers and positions, which have few digits."""
    return any(isinstance(node, (lp.Load, lp.Var)) for node in lp.subexpressions(value))


class Elements:
    """Scalar expressions for elements at an index; what is used twice is a scalar at the depth where it is known."""

    def __init__(self, lowering: Lowering, index: tuple[Size, ...], order: list[int] | None = None) -> None:
        self.lowering = lowering
        self.order = list(range(len(index))) if order is None else order
        self.variables = [index[k].names[0] if index[k].names else "" for k in self.order]
        self.statements: list[list[lp.Stmt]] = [[] for _ in range(len(index) + 1)]
        self.done: dict[tuple[Expr, tuple], lp.Expr] = {}
        self.uses: dict[Expr, int] = {}
        self.levels: dict[str, int] = {}  # scalar that holds a value -> how many of the loops are open where it is set

    def element(self, value: Expr, index: Subscripts) -> lp.Expr:
        for node in arr.walk(value):
            for arg in set(node.args):
                self.uses[arg] = self.uses.get(arg, 0) + node.args.count(arg)
        return self.visit(value, index)

    def visit(self, root: Expr, index: Subscripts) -> lp.Expr:
        """The element of `root`, iteratively: a chain of a thousand operations does not recurse."""
        stack: list[tuple[Expr, Subscripts]] = [(root, index)]
        while stack:
            node, at = stack[-1]
            if (node, at) in self.done:
                stack.pop()
                continue
            missing = [(arg, i) for arg, i in self.operands(node, at) if (arg, i) not in self.done]
            if missing:
                stack.extend(reversed(missing))
                continue
            self.done[node, at] = self.hold(node, self.make(node, at))
            stack.pop()
        return self.done[root, index]

    def operands(self, node: Expr, at: Subscripts) -> list[tuple[Expr, Subscripts]]:
        match node:
            case View(base, axes, _):
                if isinstance(base, Ref):
                    return []
                return [(base, through(axes, at))]
            case Apply(op, args, _, _):
                if op.name == "gather":
                    return [(arg, at[: arg.type.rank]) for arg in args[1:]]
                if op.name == "arange":
                    return []
                if op.name == "full":
                    return [(args[0], ())]
                return [(arg, at if arg.type.rank else ()) for arg in args]
            case _:
                return []

    def make(self, node: Expr, at: Subscripts) -> lp.Expr:
        type = node.type
        match node:
            case Const(value, _):
                return lp.Lit(value, type.dtype)
            case Extent(size):
                return lp.Index(size) if not size.is_const else lp.Lit(size.const, INT)
            case Ref(name, _, _):
                return lp.Load(name, at, type.dtype) if type.kind == "array" else lp.Var(name, type.dtype)
            case View(base, axes, _):
                if isinstance(base, Ref):
                    if base.type.kind != "array":
                        return lp.Var(base.name, type.dtype)
                    return lp.Load(base.name, through(axes, at), type.dtype)
                return self.done[base, through(axes, at)]
            case Apply(op, args, _, _):
                parts = tuple(self.done[operand] for operand in self.operands(node, at))
                match op.name:
                    case "gather":
                        return self.gathered(args[0], parts, at, args)
                    case "arange":
                        start, step = (arg.size for arg in args)  # type: ignore[attr-defined]
                        (i,) = at
                        if isinstance(i, Size):
                            return lp.Index(start + i * step.const)
                        scaled = lp.Scalar(table()["multiply"], (i, lp.Lit(step.const, INT)), INT)
                        return lp.Scalar(table()["add"], (scaled, lp.Index(start)), INT)
                    case "full":
                        return parts[0]
                    case "empty":
                        return lp.Lit(type.dtype.type(0), type.dtype)
                    case "cast":
                        return parts[0] if parts[0].dtype == type.dtype else lp.Cast(parts[0], type.dtype)
                    case "where":
                        return lp.Select(parts[0], parts[1], parts[2], type.dtype)
                    case _:
                        wraps = type.kind != "python" and type.dtype == INT and op.name in WRAPPING
                        return lp.Scalar(op, parts, type.dtype, wraps and any(map(_has_data, parts)))
            case _:
                raise TypeError(f"no element of {node!r}")

    def gathered(self, array: Expr, parts: tuple[lp.Expr, ...], at: Subscripts, args: tuple[Expr, ...]) -> lp.Expr:
        depth = max(index.type.rank for index in args[1:])
        wrapped: list[lp.Subscript] = []
        for part, extent in zip(parts, array.shape, strict=False):
            wrapped.append(self.wrapped(part, extent))
        return load(array, (*wrapped, *at[depth:]))

    def wrapped(self, part: lp.Expr, extent: Size) -> lp.Subscript:
        """The position, from the front, that an index names: it is known to be within -extent … extent - 1."""
        if isinstance(part, lp.Lit):  # one position for all
            return Size(int(part.value)) if part.value >= 0 else extent + int(part.value)
        if isinstance(part, lp.Index) and self.lowering.facts.nonnegative(part.size):
            return part.size
        below = lp.Scalar(table()["less"], (part, lp.Lit(0, INT)), BOOL)
        up = lp.Scalar(table()["add"], (part, lp.Index(extent)), INT)
        return lp.Select(below, up, part, INT)

    def hold(self, node: Expr, value: lp.Expr) -> lp.Expr:
        """A scalar variable for what is used more than once, or what an outer loop already knows."""
        if isinstance(value, (lp.Lit, lp.Var, lp.Index)):
            return value
        level = self.level(value)
        shared = self.uses.get(node, 0) > 1 and not isinstance(value, lp.Load)
        early = level < len(self.variables) and isinstance(node, Apply) and node.op.cost > 2 and self.variables
        if not (shared or early):
            return value
        name = self.lowering.fresh("t")
        self.statements[level].append(lp.Assign(name, value))
        self.levels[name] = level
        return lp.Var(name, value.dtype)

    def level(self, value: lp.Expr) -> int:
        """How many of the loops have to be open before `value` is known."""
        names = free_names(value)
        loops = (k + 1 for k, variable in enumerate(self.variables) if variable in names)
        return max((*loops, *(self.levels[name] for name in names if name in self.levels)), default=0)

    def wrap(
        self, variables: list[str], shape: Shape, body: tuple[lp.Stmt, ...], levels: range | None = None
    ) -> tuple[lp.Stmt, ...]:
        """The loops of `levels` (default: all) around `body`, each with the scalars that it knows in front."""
        levels = range(len(shape)) if levels is None else levels
        for level in reversed(levels):
            axis = self.order[level]
            if shape[axis] == 1:
                body = (*self.statements[level + 1], *body)
                continue
            body = (lp.For(variables[axis], Size(0), shape[axis], 1, (*self.statements[level + 1], *body)),)
        return (*self.statements[0], *body) if levels.start == 0 and (levels or not shape) else body


def free_names(value: lp.Expr) -> list[str]:
    names: list[str] = []
    for node in lp.subexpressions(value):
        match node:
            case lp.Index(size):
                names.extend(size.names)
            case lp.Var(name, _):
                names.append(name)
            case lp.Load(_, indices, _):
                names.extend(n for i in indices if isinstance(i, Size) for n in i.names)
    return names


def through(axes: tuple[arr.Axis, ...], at: Subscripts) -> Subscripts:
    """Where a view with `axes` reads its base, for the element at `at`."""
    result: list[lp.Subscript] = []
    for axis in axes:
        if axis.out is None:
            result.append(axis.offset)
            continue
        i = at[axis.out]
        if isinstance(i, Size):
            result.append(axis.offset + i * axis.step)
        else:
            scaled = i if axis.step == 1 else lp.Scalar(table()["multiply"], (i, lp.Lit(axis.step, INT)), INT)
            result.append(
                scaled if axis.offset == 0 else lp.Scalar(table()["add"], (scaled, lp.Index(axis.offset)), INT)
            )
    return tuple(result)


def positions(target: Expr, index: Subscripts) -> Subscripts:
    return through(target.axes, index) if isinstance(target, View) else index


def load(value: Expr, at: Subscripts) -> lp.Expr:
    """The element of a variable or a view of one."""
    return lp.Load(arr.buffer_of(value).name, positions(value, at), value.type.dtype)


def section(value: Expr) -> lp.Section:
    """A variable or a view of one as an argument of a library call."""
    if isinstance(value, Ref):
        return lp.Section(
            value.name,
            tuple((Size(0), 1, size) for size in value.shape),
            tuple(range(value.type.rank)),
            value.type.rank,
            True,
        )
    assert isinstance(value, View) and isinstance(value.base, Ref)
    subscripts: list[Any] = []
    outs: list[int] = []
    for axis in value.axes:
        if axis.out is None:
            subscripts.append(axis.offset)
        else:
            subscripts.append((axis.offset, axis.step, value.shape[axis.out]))
            outs.append(axis.out)
    whole = all(s == (Size(0), 1, size) for s, size in zip(subscripts, value.base.shape, strict=True))
    return lp.Section(value.base.name, tuple(subscripts), tuple(outs), value.type.rank, whole)
