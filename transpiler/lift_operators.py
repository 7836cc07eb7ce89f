"""Operators of lifted values -> Array IR: arithmetic, comparisons, membership, truth."""

from __future__ import annotations

import libcst as cst
import numpy as np

from ..ir.array import Apply, Const, Expr, Extent
from ..ir.ops import table
from ..ir.types import BOOL, FLOAT, PY_BOOL, PY_COMPLEX, Type
from . import ambiguous, build, lift_dict, python_numbers
from .context import Context
from .diagnostics import Unsupported
from .lift_call import as_array, matmul, python_int
from .sequences import Keywords
from .source import FunctionSource
from .values import Ambiguous, Closure, Method, Opaque, Static, Tup, Value, constant, static_value


class Operators:
    """What Python's operators give for values that are lifted already."""

    ctx: Context
    source: FunctionSource

    def operand(self, value: Value, node: cst.BaseExpression | None = None) -> Expr:
        """`value` as an operand: an array or a scalar; lists become arrays only where NumPy makes them so."""
        if isinstance(value, Expr):
            return self.ctx.current(value)
        span = self.source.span(node) if node is not None else None
        if isinstance(value, Opaque):
            raise Unsupported("MDSL201", f"`{value.name}` is {value.description}, which is not compiled", span)
        raise Unsupported("MDSL301", "this is neither an array nor a number", span)

    def binary(self, name: str, a: Value, b: Value) -> Value:
        if isinstance(a, Tup) or isinstance(b, Tup):
            return self._sequence(name, a, b)
        if isinstance(a, Ambiguous) or isinstance(b, Ambiguous):
            return ambiguous.binary(self, name, a, b)
        if not (isinstance(a, Expr) and isinstance(b, Expr)):
            try:
                return constant(python_numbers.OPERATORS[name](static_value(a), static_value(b)))
            except (KeyError, ValueError, TypeError):
                raise Unsupported("MDSL301", f"`{name}` of something that is no array or number") from None
        a, b = self._operands(a, b)
        if name == "matmul":
            return matmul(self, a, b)
        if a.type.weak and b.type.weak:
            return python_numbers.python_binary(self.ctx, name, a, b)
        if name == "power":
            return self._power(a, b)
        return build.elementwise(self.ctx, table()[name], a, b)

    def _operands(self, a: Expr, b: Expr) -> tuple[Expr, Expr]:
        """Both as they are now; a np.float64 on the right is a float to Python's complex numbers."""
        a, b = self.ctx.current(a), self.ctx.current(b)
        if a.type == PY_COMPLEX and b.type == Type(FLOAT, (), "numpy"):
            b = build.cast(b, FLOAT, "python")
        return a, b

    def _sequence(self, name: str, a: Value, b: Value) -> Value:
        if isinstance(a, Tup) and isinstance(b, Tup) and name == "add" and a.mutable == b.mutable:
            return Tup(a.items + b.items, a.mutable)
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Tup) and name == "multiply" and isinstance(y, Extent) and y.size.is_const:
                return Tup(x.items * max(y.size.const, 0), x.mutable)
            if isinstance(x, Tup) and isinstance(y, Expr) and y.type.kind != "python":
                pair = (as_array(self, x), y) if x is a else (y, as_array(self, x))
                return self.binary(name, *pair)
        raise Unsupported("MDSL301", f"`{name}` of a sequence")

    def _power(self, a: Expr, b: Expr) -> Expr:
        """`a ** b` with NumPy's short cuts for scalar exponents, which give what the ufuncs square, sqrt … give."""
        if a.type.dtype == BOOL:
            raise Unsupported("MDSL301", "powers of bool are not compiled")
        exponent = (
            b.value if isinstance(b, Const) else b.size.const if isinstance(b, Extent) and b.size.is_const else None
        )
        if (
            exponent is not None
            and a.type.kind == "array"
            and a.type.dtype.kind in "fc"
            and not isinstance(exponent, complex)
        ):
            short = {2: "square", 0.5: "sqrt", -1: "reciprocal"}.get(exponent)
            if exponent == 1:
                return build.elementwise(self.ctx, table()["positive"], a)
            if short is not None and build.resolve_elementwise(np.power, (a.type, b.type))[-1] == a.type.dtype:
                return build.elementwise(self.ctx, table()[short], a)
        if exponent == 2 and a.type.dtype.kind in "iu" and b.type.weak and b.type.dtype.kind == "i":
            return build.elementwise(self.ctx, table()["multiply"], a, a)
        if a.type.dtype.kind in "biu" and build.resolve_elementwise(np.power, (a.type, b.type))[-1].kind in "iu":
            if not isinstance(exponent, (int, np.integer)) and b.type.dtype.kind != "u":
                raise Unsupported("MDSL303", "integers to a negative power raise ValueError")
            if exponent is not None and exponent < 0:
                raise Unsupported("MDSL303", "integers to a negative power raise ValueError")
        return build.elementwise(self.ctx, table()["power"], a, b)

    def unary(self, op: cst.BaseUnaryOp, value: Value) -> Value:
        if isinstance(value, Ambiguous) and isinstance(op, (cst.Minus, cst.Plus, cst.Not)):
            if isinstance(op, cst.Not):
                return self._not(self.condition(value))
            return ambiguous.negative(value) if isinstance(op, cst.Minus) else value
        if not isinstance(value, Expr):
            if isinstance(op, cst.Not):
                return (
                    constant(not static_value(value)) if not isinstance(value, (Method, Closure)) else constant(False)
                )
            raise Unsupported("MDSL301", "an operator of something that is no array or number")
        value = self.ctx.current(value)
        if value.type.weak and value.type.dtype == BOOL and not isinstance(op, cst.Not):
            value = self.operand(python_int(self, value))  # Python's bools are integers
        match op:
            case cst.Not():
                truth = self.condition(value)
                if isinstance(truth, Const):
                    return Const(not truth.value, PY_BOOL)
                return Apply(table()["logical_not"], (truth,), None, PY_BOOL)
            case cst.Minus():
                if value.type.weak:
                    return python_numbers.python_negative(self.ctx, value)
                return build.elementwise(self.ctx, table()["negative"], value)
            case cst.Plus():
                if value.type.weak:
                    return value
                return build.elementwise(self.ctx, table()["positive"], value)
            case _:
                if value.type.weak and value.type.dtype.kind == "i":
                    return self.binary("subtract", python_numbers.python_negative(self.ctx, value), constant(1))
                return build.elementwise(self.ctx, table()["invert"], value)

    def _not(self, value: Expr) -> Expr:
        return Apply(table()["logical_not"], (value,), None, PY_BOOL)

    def compare(self, name: str, a: Value, b: Value) -> Expr:
        if isinstance(a, Ambiguous) or isinstance(b, Ambiguous):
            return ambiguous.compare(self, name, a, b)
        if not (isinstance(a, Expr) and isinstance(b, Expr)):
            try:
                return constant(bool(python_numbers.OPERATORS[name](static_value(a), static_value(b))))  # type: ignore[return-value]
            except (ValueError, TypeError):
                pass
            if isinstance(a, Tup) and isinstance(b, Tup) and name in ("equal", "not_equal"):
                return self._compare_tuples(name, a, b)
            if isinstance(a, Tup) != isinstance(b, Tup) and any(isinstance(v, Expr) and v.type.rank for v in (a, b)):
                return self.compare(name, as_array(self, a), as_array(self, b))
            raise Unsupported("MDSL301", "a comparison of something that is no array or number")
        a, b = self._operands(a, b)
        if a.type.weak and b.type.weak:
            return python_numbers.python_binary(self.ctx, name, a, b)
        complex_scalars = a.type.is_scalar and b.type.is_scalar and "c" in (a.type.dtype.kind, b.type.dtype.kind)
        if complex_scalars and name not in ("equal", "not_equal"):
            raise Unsupported("MDSL301", "the order of complex numbers: NumPy's scalars have another than its arrays")
        return build.elementwise(self.ctx, table()[name], a, b)

    def _compare_tuples(self, name: str, a: Tup, b: Tup) -> Expr:
        if len(a.items) != len(b.items):
            return constant(name == "not_equal")  # type: ignore[return-value]
        both: Expr = constant(True)  # type: ignore[assignment]
        for x, y in zip(a.items, b.items, strict=True):
            both = self._both(both, self.condition(self.compare("equal", x, y)))
        return both if name == "equal" else self.unary(cst.Not(), both)  # type: ignore[return-value]

    def _both(self, a: Expr, b: Expr) -> Expr:
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Const):
                return y if x.value else x
        return Apply(table()["logical_and"], (a, b), None, PY_BOOL)

    def _identical(self, a: Value, b: Value) -> bool:
        for x, y in ((a, b), (b, a)):
            if isinstance(y, Opaque) and isinstance(x, Static) and x.value is None:
                return False
            if isinstance(x, Static) and (x.value is None or x.value is ...):
                return isinstance(y, Static) and y.value is x.value
        try:
            return static_value(a) is static_value(b)
        except ValueError:
            raise Unsupported("MDSL301", "identity of arrays is not known at compile time") from None

    def _member(self, item: Value, collection: Value) -> Expr:
        if isinstance(collection, Keywords) or (isinstance(collection, Static) and isinstance(collection.value, dict)):
            return lift_dict.contains(self, item, collection)
        try:
            return constant(static_value(item) in static_value(collection))  # type: ignore[return-value]
        except (ValueError, TypeError):
            pass
        if not isinstance(collection, Tup):
            raise Unsupported("MDSL301", "`in` of something that is no tuple or list")
        result: Expr = constant(False)  # type: ignore[assignment]
        for other in collection.items:
            equal = self.condition(self.compare("equal", item, other))
            if isinstance(equal, Const):
                if equal.value:
                    return equal
            elif isinstance(result, Const):
                result = equal
            else:
                result = Apply(table()["logical_or"], (result, equal), None, PY_BOOL)
        return result

    def condition(self, value: Value) -> Expr:
        """The truth of a value as a Python bool. Raises Unsupported for arrays of more than one element."""
        match value:
            case Ambiguous(number):
                return self.condition(number)
            case Tup(items) | Keywords(items):
                return Const(bool(items), PY_BOOL)
            case Static(obj):
                return Const(bool(obj), PY_BOOL)
            case Const(known, _):
                return Const(bool(known), PY_BOOL)
            case Extent(size) if self.ctx.facts.positive(size) or self.ctx.facts.positive(-size):
                return Const(True, PY_BOOL)
            case Expr():
                value = self.ctx.current(value)
                if value.type.rank:
                    raise Unsupported("MDSL303", "the truth of an array of many elements is ambiguous")
                if value.type.kind == "array":
                    value = build.element_of(value)
                truth = build.truth(self.ctx, value)
                if truth.type == PY_BOOL:
                    return truth
                return Apply(table()["cast"], (truth,), BOOL, PY_BOOL)
            case _:
                raise Unsupported("MDSL301", "the truth of this is not known")
