"""libcst -> Array IR: comprehensions, item by item where the sequence is known, else as the loops that they are."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from ..ir.array import Const
from .diagnostics import Unsupported
from .lift_inline import Inlining
from .values import Static, Tup, Value, constant

Comprehension = cst.GeneratorExp | cst.ListComp
_FOLDS = {sum: 0, any: False, all: True}  # builtins that a loop computes, and what they give without a round


class Comprehensions(Inlining):
    """Lifts comprehensions and generator expressions."""

    def comprehension(self, node: Comprehension) -> Value:
        """The list of the items, which have to be known one by one."""
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
        truth = self.condition(self.expr(test))
        if not isinstance(truth, Const):
            raise Unsupported("MDSL304", "a comprehension with a condition on values is not compiled here")
        return bool(truth.value)

    # -- as loops

    def walked(self, function: Value, args: Sequence[cst.Arg]) -> Value | None:
        """A call whose argument is a comprehension over a sequence that is not known item by item.

        `sum`, `any` and `all` become loops; what a function of NumPy takes as a list is computed as an array.
        None for any other call.
        """
        if not args or not isinstance(args[0].value, Comprehension) or not isinstance(function, Static):
            return None
        node = args[0].value
        trial = self.ctx.snapshot()
        known = self.items(self.expr(node.for_in.iter)) is not None
        self.ctx.restore(trial)
        if known:
            return None
        try:
            start = _FOLDS.get(function.value)
        except TypeError:
            return None
        if start is not None and len(args) == 1:
            return self.folded(function.value.__name__, node, constant(start))
        return None

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
    from .lift_flow import assigned_names_of_target
    from .names import assigned_names

    found = assigned_names(loop.body) | assigned_names_of_target(loop.target)
    return found | {"item_"}
