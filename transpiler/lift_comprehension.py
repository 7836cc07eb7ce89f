"""libcst -> Array IR: comprehensions, item by item where the sequence is known, else as the loops that they are."""

from __future__ import annotations

import types
from collections.abc import Sequence

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Apply, Const, Expr
from ..ir.ops import table
from ..ir.types import FLOAT, PY_INT, Size, Type
from . import ambiguous
from .diagnostics import Unsupported
from .lift_call import apply, as_array
from .lift_inline import Inlining
from .sequences import Listed, lazy
from .values import Static, Tup, Value, constant, is_handle, zero_of

Comprehension = cst.GeneratorExp | cst.ListComp
_FOLDS = {sum: 0, any: False, all: True}  # builtins that a loop computes, and what they give without a round


class Comprehensions(Inlining):
    """Lifts comprehensions and generator expressions."""

    arrays: frozenset[int] = frozenset()  # the lists within lists that become rows of an array

    def comprehension(self, node: Comprehension) -> Value:
        """The list of the items; a row of an array where it stands for one."""
        if id(node) in self.arrays:
            return self.arrayed(node)
        if isinstance(node, cst.ListComp) and not self.known(node):
            return Listed(self.arrayed(node), self.item_kind(node))  # type: ignore[return-value]
        return Tup(tuple(self._listed(node.for_in, node.elt)), isinstance(node, cst.ListComp))

    def _listed(self, clause: cst.CompFor, element: cst.BaseExpression) -> list[Value]:
        items = self.items(self.expr(clause.iter))
        if items is None:
            raise Unsupported("MDSL304", "a comprehension over a sequence of unknown length is not compiled here")
        saved, result = dict(self.ctx.env), []
        for item in items:
            self.bind_item(clause.target, item)
            if all(self._certain(test.test) for test in clause.ifs):
                inner = clause.inner_for_in
                result += [self.expr(element)] if inner is None else self._listed(inner, element)
        self.ctx.env = saved
        return result

    def bind_item(self, target: cst.BaseExpression, item: Value) -> None:
        """Bind the names of a comprehension, which are its own."""
        match target:
            case cst.Name(value=name):
                self.ctx.env[name] = item
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                items = self.items(item)
                if items is None or len(items) != len(elements):
                    raise Unsupported("MDSL304", "an unpacking that is not known item by item")
                for one, value in zip(elements, items, strict=True):
                    self.bind_item(one.value, value)
            case _:
                raise Unsupported("MDSL304", "a comprehension with this target is not compiled")

    def _certain(self, test: cst.BaseExpression) -> bool:
        truth = self.decide(test)
        if not isinstance(truth, Const):
            raise Unsupported("MDSL304", "a comprehension with a condition on values is not compiled here")
        return bool(truth.value)

    # -- as loops

    def walked(self, node: cst.Call) -> Value | None:
        """A call whose first argument is a comprehension over a sequence that is not known item by item.

        `sum`, `any` and `all` become loops; what a function of NumPy takes as a list is computed as an array.
        None for any other call.
        """
        inner = node.args[0].value if node.args else None
        if not isinstance(inner, Comprehension) or node.args[0].star or self.known(inner):
            return None
        function = self.expr(node.func)
        target = function.value if isinstance(function, Static) else None
        if isinstance(target, types.BuiltinFunctionType) and target in _FOLDS and len(node.args) == 1:
            return self.folded(target.__name__, inner, constant(_FOLDS[target]))
        if target in (min, max) and len(node.args) == 1:
            return self.extreme("<" if target is min else ">", inner)
        if isinstance(inner, cst.GeneratorExp) or getattr(target, "__module__", None) != "numpy":
            return None
        given = [self.expr(arg.value) for arg in node.args[1:] if arg.keyword is None]
        by_name = {arg.keyword.value: self.expr(arg.value) for arg in node.args if arg.keyword is not None}
        array = self.arrayed(inner)
        if target in (np.array, np.asarray) and not given and not by_name:
            return array
        return apply(self, function, [array, *given], by_name)

    def known(self, node: Comprehension) -> bool:
        """Whether the items of a comprehension are known one by one."""
        trial = self.ctx.snapshot()
        try:
            self.apart(lambda: self._listed(node.for_in, node.elt))
        except Unsupported:
            return False
        finally:
            self.ctx.restore(trial)
        return True

    def arrayed(self, node: Comprehension) -> Expr:
        """The array of a list comprehension's items, which are of one type and shape: filled in by a loop.

        Raises Unsupported where the number of items or their type is not known.
        """
        clause, ctx = node.for_in, self.ctx
        if clause.inner_for_in is not None or clause.ifs:
            raise Unsupported("MDSL304", "a list whose length depends on values is not compiled")
        trial = ctx.snapshot()
        length, type = self.apart(lambda: self.item_type(clause, node.elt))[0]
        ctx.restore(trial)
        if not all(name in ctx.door or name in ctx.frozen for size in (length, *type.shape) for name in size.names):
            raise Unsupported("MDSL304", "a list whose items differ in shape is not compiled")
        if (type.rank or type.dtype != FLOAT) and not ctx.require(length - 1, "an array of at least one item"):
            # that of an empty list is of float64, and has one axis
            raise Unsupported("MDSL304", "an array of a list that may be empty is not compiled")
        shape = (length, *type.shape)
        empty = Apply(table()["empty"], (), arr.Shaped(shape, type.dtype), Type(type.dtype, shape, "array"))
        name = ctx.fresh("listed")
        ctx.env[f"{name}_enumerate"] = Static(enumerate)
        numbered = cst.Call(cst.Name(f"{name}_enumerate"), [cst.Arg(clause.iter)])
        target = cst.Tuple([cst.Element(cst.Name(f"{name}_at")), cst.Element(clause.target)])
        place = cst.Subscript(cst.Name(name), [cst.SubscriptElement(cst.Index(cst.Name(f"{name}_at")))])
        body = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(place)], node.elt)])
        outer, self.arrays = self.arrays, self.arrays | {id(node.elt)}
        array = self.own_loop(cst.For(target, numbered, cst.IndentedBlock([body])), name, empty)
        self.arrays = outer
        assert isinstance(array, Expr)
        return array

    def item_type(self, clause: cst.CompFor, element: cst.BaseExpression) -> tuple[Size, Type]:
        """How many items a comprehension has, and their type as an array's."""
        length = self.any_item(clause)
        if isinstance(element, cst.ListComp):
            inner = self.item_type(element.for_in, element.elt)
            return length, Type(inner[1].dtype, (inner[0], *inner[1].shape), "array")
        return length, as_array(self, ambiguous.as_float(self.expr(element))).type

    def item_kind(self, node: Comprehension) -> str | None:
        """What the items are: numbers of "python" or of "numpy", or new arrays; None for anything else."""
        if isinstance(node.elt, cst.ListComp):
            return None
        trial = self.ctx.snapshot()

        def kind() -> str | None:
            self.any_item(node.for_in)
            value = self.expr(node.elt)
            if not isinstance(value, Expr) or (value.type.kind == "array" and is_handle(value)):
                return None
            return value.type.kind

        found = self.apart(kind)[0]
        self.ctx.restore(trial)
        return found

    def any_item(self, clause: cst.CompFor) -> Size:
        """Binds a comprehension's names to those of an item, any of them. How many items there are."""
        ctx = self.ctx
        sequence = lazy(self, self.expr(clause.iter))
        if sequence is None:
            raise Unsupported("MDSL304", "a comprehension over this is not compiled")
        index = ctx.fresh("at")
        ctx.frozen.add(index)
        ctx.types[index] = PY_INT
        ctx.facts.add(Size.named(index), sequence.length - 1 - Size.named(index))
        self.bind_item(clause.target, sequence.item(Size.named(index)))
        return sequence.length

    def folded(self, name: str, node: Comprehension, start: Value) -> Value:
        """sum, any or all of a generator: a loop that adds up, or that ends at the first true (false) item."""
        total = self.ctx.fresh("total" if name == "sum" else "found")
        if name == "sum":
            step = f"{total} = {total} + item_"
        else:
            step = f"if {'not ' * (name == 'all')}item_:\n    {total} = {name == 'any'}\n    break"
        body: cst.BaseStatement | Sequence[cst.BaseStatement]
        body = [_assignment("item_", node.elt), *_statements(step)]
        clause: cst.CompFor | None = node.for_in
        if name != "sum" and clause.inner_for_in is not None:
            raise Unsupported("MDSL304", "a nested generator in `any` or `all` is not compiled")
        clauses = []
        while clause is not None:
            clauses.append(clause)
            clause = clause.inner_for_in
        for clause in reversed(clauses):
            for test in reversed(clause.ifs):
                body = [cst.If(test.test, cst.IndentedBlock(tuple(body)))]
            body = [cst.For(clause.target, clause.iter, cst.IndentedBlock(tuple(body)))]
        return self.own_loop(body[0], total, start)

    def extreme(self, better: str, node: Comprehension) -> Value:
        """min or max of a generator without conditions: the first item that no other one is better than."""
        clause, ctx = node.for_in, self.ctx
        if clause.inner_for_in is not None or clause.ifs:
            raise Unsupported("MDSL304", "`min` or `max` of a generator with conditions is not compiled")
        trial = ctx.snapshot()
        length, type = self.apart(lambda: self.item_type(clause, node.elt))[0]
        ctx.restore(trial)
        if type.rank or type.kind == "array" or not ctx.require(length - 1, "`min` or `max` of at least one item"):
            raise Unsupported("MDSL304", "`min` or `max` of this generator is not compiled")
        best, at = ctx.fresh("best"), ctx.fresh("place")
        ctx.env[f"{at}_enumerate"] = Static(enumerate)
        numbered = cst.Call(cst.Name(f"{at}_enumerate"), [cst.Arg(clause.iter)])
        target = cst.Tuple([cst.Element(cst.Name(at)), cst.Element(clause.target)])
        lines = [
            _assignment("item_", node.elt),
            *_statements(f"if {at} == 0 or item_ {better} {best}:\n    {best} = item_"),
        ]
        return self.own_loop(cst.For(target, numbered, cst.IndentedBlock(lines)), best, zero_of(type))

    def own_loop(self, loop: cst.For, result: str, start: Value) -> Value:
        """What the loop leaves in `result`; the names that it binds besides are its own."""
        saved, locals_, carried = dict(self.ctx.env), self.local_names, dict(self.ctx.carried)
        spans = self.ctx.spans
        self.assign(result, start)
        names = {name for name in _names(loop) if name != result}
        for name in names:
            self.ctx.env.pop(name, None)
            self.ctx.carried.pop(name, None)
        self.loop(loop)
        value = self.held(self.name(result), result)
        self.ctx.spans = spans
        kept = {k: self.ctx.env.get(k, v) for k, v in saved.items() if k not in names}
        self.ctx.env = {k: kept.get(k, v) for k, v in saved.items()}
        self.ctx.carried, self.local_names = carried, locals_
        return value


def _assignment(name: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])


def _statements(text: str) -> Sequence[cst.BaseStatement]:
    return cst.parse_module(text).body  # type: ignore[return-value]


def _names(loop: cst.For) -> set[str]:
    from .blocks import assigned_names_of_target
    from .names import assigned_names

    found = assigned_names(loop.body) | assigned_names_of_target(loop.target)
    return found | {"item_"}
