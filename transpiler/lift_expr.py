"""libcst expressions -> Array IR: names, operators, attributes, conditionals; calls and subscripts are next door."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr, Ref
from ..ir.ops import table
from ..ir.types import BOOL, PY_BOOL, Size
from . import ambiguous, build, lift_dict
from .captured import Captured
from .context import ChoosesArray, Context, Outlives
from .diagnostics import Unsupported
from .lift_call import attribute, call
from .lift_index import subscript
from .lift_operators import Operators
from .sequences import Keywords, Lazy
from .signature import ArraySpec, spec_of
from .source import FunctionSource
from .trees import in_words
from .values import (
    NONE,
    Closure,
    NotStatic,
    SliceOf,
    Static,
    Tup,
    Value,
    constant,
    is_array,
)

BINARY: dict[type[cst.CSTNode], str] = {
    cst.Add: "add", cst.Subtract: "subtract", cst.Multiply: "multiply", cst.Divide: "divide",
    cst.FloorDivide: "floor_divide", cst.Modulo: "remainder", cst.Power: "power", cst.BitAnd: "bitwise_and",
    cst.BitOr: "bitwise_or", cst.BitXor: "bitwise_xor", cst.LeftShift: "left_shift", cst.RightShift: "right_shift",
    cst.MatrixMultiply: "matmul",
}  # fmt: skip
AUGMENTED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "add", cst.SubtractAssign: "subtract", cst.MultiplyAssign: "multiply", cst.DivideAssign: "divide",
    cst.FloorDivideAssign: "floor_divide", cst.ModuloAssign: "remainder", cst.PowerAssign: "power",
    cst.BitAndAssign: "bitwise_and", cst.BitOrAssign: "bitwise_or", cst.BitXorAssign: "bitwise_xor",
    cst.LeftShiftAssign: "left_shift", cst.RightShiftAssign: "right_shift", cst.MatrixMultiplyAssign: "matmul",
}  # fmt: skip
COMPARE: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "less", cst.LessThanEqual: "less_equal", cst.Equal: "equal", cst.NotEqual: "not_equal",
    cst.GreaterThan: "greater", cst.GreaterThanEqual: "greater_equal",
}  # fmt: skip

_UNROLLED = 16  # items of an array or a range that are taken one by one


class Expressions(Operators):
    """Lifts expressions of one function; the statements are lifted by the subclass."""

    ctx: Context
    source: FunctionSource
    inline: Callable[[Closure | Static, list[Value], dict[str, Value]], Value]

    deciding: cst.CSTNode | None = None  # an expression of which only the truth is asked
    branching = False  # whether statements of which the value is a conditional expression are branches
    frame = 0  # the call that is being lifted: 0 is the function itself, others are helpers

    # -- the way in

    def expr(self, node: cst.BaseExpression) -> Value:
        """The value of an expression. Raises Unsupported, pointing at the innermost part that is not understood."""
        try:
            return self._expr(node)
        except Unsupported as error:
            if error.diagnostics[0].span is None:
                first = error.diagnostics[0]
                raise Unsupported(first.code, first.message, self.source.span(node), *first.hints) from error
            raise
        except NotStatic as error:
            raise Unsupported(
                "MDSL301", "a value that has to be known at compile time", self.source.span(node)
            ) from error

    def array_or_scalar(self, node: cst.BaseExpression) -> Expr:
        return self.operand(self.expr(node), node)

    def scalar(self, node: cst.BaseExpression) -> Expr:
        value = self.array_or_scalar(node)
        if value.type.rank:
            raise Unsupported("MDSL201", "a single number is needed here", self.source.span(node))
        return value if value.type.kind != "array" else build.element_of(value)

    def _expr(self, node: cst.BaseExpression) -> Value:
        match node:
            case cst.Name(value=name):
                return self.name(name)
            case cst.Integer() | cst.Float() | cst.Imaginary():
                return constant(ast.literal_eval(node.value))
            case cst.SimpleString() | cst.ConcatenatedString():
                return Static(node.evaluated_value)
            case cst.Ellipsis():
                return Static(...)
            case cst.BinaryOperation(left=left, operator=op, right=right):
                return self.binary(BINARY[type(op)], self.expr(left), self.expr(right))
            case cst.UnaryOperation(operator=cst.Not() as op, expression=operand):
                return self.unary(op, self.decide(operand, value=True))
            case cst.UnaryOperation(operator=op, expression=operand):
                return self.unary(op, self.expr(operand))
            case cst.Comparison():
                return self.comparison(node)
            case cst.BooleanOperation():
                return self.boolean(node)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                return self.conditional(test, body, orelse)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                items: list[Value] = []
                for element in elements:
                    value = self.expr(element.value)
                    if isinstance(element, cst.StarredElement):
                        if not isinstance(value, Tup):
                            raise Unsupported("MDSL304", "a starred value whose items are not known")
                        items.extend(value.items)
                    else:
                        items.append(value)
                return Tup(tuple(items), isinstance(node, cst.List))
            case cst.Attribute(value=value, attr=attr):
                return attribute(self, self.expr(value), attr.value)
            case cst.Subscript(value=value, slice=elements):
                return subscript(self, self.expr(value), self.index_items(elements))
            case cst.Call():
                value = self.walked(node)
                return call(self, node) if value is None else value
            case cst.Lambda():
                return Closure(node, self.source, self.frame, self.defaults(node.params))
            case cst.NamedExpr(target=cst.Name(value=name), value=value):
                bound = self.expr(value)
                self.assign(name, bound)
                return self.name(name)
            case cst.GeneratorExp() | cst.ListComp():
                return self.comprehension(node)
            case cst.Dict():
                return lift_dict.dictionary(self, node)  # type: ignore[return-value]
            case _:
                raise Unsupported("MDSL304", f"{in_words(node)} is not compiled")

    def assign(self, name: str, value: Value) -> None:
        raise NotImplementedError  # the statements' part

    def comprehension(self, node: cst.GeneratorExp | cst.ListComp) -> Value:
        raise NotImplementedError  # lift_comprehension.py

    def walked(self, node: cst.Call) -> Value | None:
        raise NotImplementedError  # lift_comprehension.py

    def defaults(self, params: cst.Parameters) -> dict[str, Value]:
        """The values of a function's parameters where they are not given, evaluated where it is defined."""
        every = (*params.posonly_params, *params.params, *params.kwonly_params)
        return {p.name.value: self.held(self.expr(p.default)) for p in every if p.default is not None}

    def held(self, value: Value, hint: str = "value") -> Value:
        raise NotImplementedError  # lift_store.py

    # -- names and operators

    def name(self, name: str) -> Value:
        if name in self.ctx.env:
            value = self.ctx.env[name]
            return self.ctx.current(value) if isinstance(value, Expr) else value
        if name in self.local_names:
            if name not in self.outliving:
                raise Outlives(name)
            if name in self.ctx.maybe:
                return self.bound(name)
            raise Unsupported("MDSL305", f"`{name}` may have no value here")
        try:
            return self.free(name)
        except KeyError:
            raise Unsupported("MDSL305", f"`{name}` is not defined") from None

    local_names: frozenset[str] = frozenset()
    outliving: frozenset[str] = frozenset()

    def bound(self, name: str) -> Value:
        """A name that not every way to here has bound: asked when it runs."""
        cell, flag = self.ctx.maybe[name]
        message = f"cannot access local variable '{name}' where it is not associated with a value"
        self.ctx.emit(arr.Check(Ref(flag, self.ctx.versions[flag], PY_BOOL), "UnboundLocalError", message))
        return Ref(cell.name, self.ctx.versions[cell.name], cell.type)

    def free(self, name: str) -> Value:
        value = self.source.namespace[name]
        if isinstance(value, np.ndarray):
            return self.captured(name, value, f"the global array `{name}` is not an argument")
        found = constant(value)
        return Static(value, name) if isinstance(found, Static) else found

    def captured(self, path: str, array: np.ndarray, otherwise: str) -> Value:
        """An array that stands outside of the arguments, as the parameter that it is handed in by.

        Raises Captured where there is none yet, Unsupported, saying `otherwise`, where there can be none.
        """
        captures, path = self.whole.captures, self.way + path
        if captures is None or not isinstance(spec_of(array), ArraySpec):
            raise Unsupported("MDSL306", otherwise)
        if path not in captures:
            raise Captured(path, array)
        value = self.names_of(0)[captures[path]]  # type: ignore[attr-defined]
        assert isinstance(value, Expr)
        return self.ctx.current(value)

    way = ""  # the path of the helper that is inlined

    def comparison(self, node: cst.Comparison) -> Value:
        decides, self.deciding = node is self.deciding, None
        left = self.expr(node.left)
        result: Expr | None = None
        for target in node.comparisons:
            match target.operator:
                case cst.Is() | cst.IsNot():
                    same = self._identical(left, right := self.expr(target.comparator))
                    outcome: Expr = constant(same == isinstance(target.operator, cst.Is))  # type: ignore[assignment]
                case cst.In() | cst.NotIn():
                    outcome = self._member(left, right := self.expr(target.comparator))
                    if isinstance(target.operator, cst.NotIn):
                        outcome = self.unary(cst.Not(), outcome)  # type: ignore[assignment]
                case op:
                    right = self.expr(target.comparator)
                    outcome = self.compare(COMPARE[type(op)], left, right)
                    if not decides and ambiguous.is_undecided(left, right):
                        raise Unsupported("MDSL301", "whether a comparison gives Python's bool or NumPy's is not known")
            if result is None:
                result = outcome
            elif result.type.rank or outcome.type.rank:
                raise Unsupported("MDSL303", "a chained comparison of arrays raises ValueError")
            elif isinstance(result, Const):
                result = outcome if result.value else result
            else:
                # operands are pure: evaluating the second comparison early changes nothing
                numpys = result.type.kind == outcome.type.kind == "numpy"
                if result.type.kind != outcome.type.kind and not decides:
                    raise Unsupported(
                        "MDSL301", "whether a chained comparison gives Python's bool or NumPy's is not known"
                    )
                result = self._both(self.condition(result), self.condition(outcome))
                if numpys:
                    result = build.cast(result, BOOL, "numpy")
            left = right
        assert result is not None
        return result

    # -- conditions

    def decide(self, node: cst.BaseExpression, value: bool = False) -> Any:
        """The truth of an expression that only decides (`value`: what it gives): whose bool it is does not matter."""
        self.deciding = node
        found = self.expr(node)
        self.deciding = None
        return found if value else self.condition(found)

    def boolean(self, node: cst.BooleanOperation) -> Value:
        decides, self.deciding = node is self.deciding, None
        left = self.decide(node.left, value=True) if decides else self.expr(node.left)
        is_and = isinstance(node.operator, cst.And)
        truth = self.condition(left)
        if isinstance(truth, Const):
            if truth.value != is_and:
                return left
            return self.decide(node.right, value=True) if decides else self.expr(node.right)
        right, effects = self.apart(lambda: self.decide(node.right, value=True) if decides else self.expr(node.right))
        if not (
            isinstance(left, Expr) and left.type.dtype == BOOL and isinstance(right, Expr) and right.type.dtype == BOOL
        ):
            raise Unsupported("MDSL301", "`and`, `or` of values that are not bool")
        if left.type.kind != right.type.kind and not decides:
            raise Unsupported(
                "MDSL301", "`and`, `or` of a bool of Python's and one of NumPy's: which it is, is not known"
            )
        second = self.condition(right)
        if effects:
            name = self.ctx.fresh("test")
            self.ctx.mutable.add(name)
            self.ctx.bind(name, truth)
            last = arr.Bind(name, second, spans=self.ctx.spans)
            self.ctx.emit(arr.If(truth if is_and else self._not(truth), (*effects, last)))
            self.ctx.stored(name)
            found: Expr = Ref(name, self.ctx.versions[name], PY_BOOL)
            return found if left.type.kind == "python" else build.cast(found, BOOL, "numpy")
        kind = left.type if left.type == right.type else PY_BOOL
        return Apply(table()["logical_and" if is_and else "logical_or"], (truth, second), None, kind)

    def apart(self, lift: Callable[[], Any]) -> tuple[Any, tuple[arr.Stmt, ...]]:
        """What `lift` gives, and the statements that it needs, which are not yet part of the program."""
        outer, self.ctx.out = self.ctx.out, []
        known, checks, masks = dict(self.ctx.spliced), set(self.ctx.checks), dict(self.ctx.masks)
        definitions = dict(self.ctx.definitions)
        self.ctx.depth += 1
        try:
            value = lift()
            return value, tuple(self.ctx.out)
        finally:
            self.ctx.out, self.ctx.spliced, self.ctx.checks, self.ctx.masks = outer, known, checks, masks
            self.ctx.definitions = definitions  # what was bound in there may have no value out here
            self.ctx.depth -= 1

    def conditional(self, test: cst.BaseExpression, body: cst.BaseExpression, orelse: cst.BaseExpression) -> Value:
        truth = self.decide(test)
        if isinstance(truth, Const):
            return self.expr(body if truth.value else orelse)
        (then, first), (other, second) = self.apart(lambda: self.expr(body)), self.apart(lambda: self.expr(orelse))
        truth = build.untested(truth)
        first_of, second_of = ambiguous.of(then), ambiguous.of(other)
        mixed = not (isinstance(then, Expr) and isinstance(other, Expr) and then.type == other.type)
        if mixed and first_of is not None and second_of is not None and not (first or second):
            return ambiguous.chosen(truth, first_of, second_of)
        numbers = isinstance(then, Expr) and isinstance(other, Expr) and not (is_array(then) or is_array(other))
        if not numbers and not self.branching:
            raise ChoosesArray
        if not (isinstance(then, Expr) and isinstance(other, Expr) and then.type == other.type) or then.type.rank:
            raise Unsupported("MDSL301", "a conditional expression whose two values differ in type")
        if is_array(then):
            raise Unsupported("MDSL301", "a conditional expression that chooses an array")
        if first or second:
            name = self.ctx.fresh("chosen")
            self.ctx.mutable.add(name)
            self.ctx.types[name] = then.type
            ways = [
                (*effects, arr.Bind(name, value, spans=self.ctx.spans))
                for effects, value in ((first, then), (second, other))
            ]
            self.ctx.emit(arr.If(truth, *ways))
            self.ctx.stored(name)
            return Ref(name, self.ctx.versions[name], then.type)
        return Apply(table()["where"], (truth, then, other), None, then.type)

    # -- sequences

    def index_items(self, elements: Any) -> list[Value]:
        items: list[Value] = []
        for element in elements:
            match element.slice:
                case cst.Index(value=value):
                    item = self.expr(value)
                    # a[(i, j)] is a[i, j]
                    items.extend(
                        item.items if isinstance(item, Tup) and not item.mutable and len(elements) == 1 else [item]
                    )
                case cst.Slice(lower=lower, upper=upper, step=step):
                    items.append(SliceOf(*(NONE if part is None else self.expr(part) for part in (lower, upper, step))))
        return items

    def items(self, value: Value) -> tuple[Value, ...] | None:
        """The items of a sequence of known length."""
        match value:
            case Tup(items):
                return items
            case Keywords(items):
                return tuple(constant(key) for key in items)
            case Static(range() as known) if len(known) <= _UNROLLED:
                return tuple(constant(k) for k in known)
            case Lazy(length, item) if length.is_const and length.const <= _UNROLLED:
                return tuple(item(Size(k)) for k in range(length.const))
            case Expr() if value.type.rank and value.shape[0].is_const and value.shape[0].const <= _UNROLLED:
                return tuple(subscript(self, value, [constant(k)]) for k in range(value.shape[0].const))
            case _:
                return None
