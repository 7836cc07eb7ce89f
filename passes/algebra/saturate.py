"""Equality saturation: every form that the equations give an expression, then the form that costs least.

egglog holds the equal forms; types and costs are ours, since a form is only as good as the sizes that it works on.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import itertools
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ...ir import array as arr
from ...ir.array import Apply, Const, Expr, Extent, Ref, View
from ...ir.ops import OpKind
from ...ir.types import Size, Type
from . import make
from .pattern import EVERY_KIND, Level, Rule, build

_NODES = 3_000  # forms of one expression; past it the best found so far is used
_SECONDS = 0.04
_ROUNDS = 12
_SYMBOL = re.compile(r"\bf\d+\b")

Sizes = Callable[[Size], float]


@cache
def _egglog() -> Any:
    """egglog's engine alone: the package around it imports IPython's machinery and more, ten times as long."""
    if "egglog.bindings" in sys.modules:
        return sys.modules["egglog.bindings"]
    package = importlib.util.find_spec("egglog")
    assert package is not None and package.submodule_search_locations is not None
    spec = importlib.machinery.PathFinder.find_spec("egglog.bindings", list(package.submodule_search_locations))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["egglog.bindings"] = module
    spec.loader.exec_module(module)
    return module


# -- what takes part ---------------------------------------------------------------------------------------------------


def is_transpose(node: Expr) -> bool:
    return (
        isinstance(node, View)
        and node.type.rank == 2
        and [axis.out for axis in node.axes] == [1, 0]
        and all(axis.offset == 0 and axis.step == 1 for axis in node.axes)
        and node.base.shape == (node.shape[1], node.shape[0])
    )


class Equations:
    """The equations that an expression may be rewritten by at a level of exactness."""

    def __init__(self, rules: Iterable[Rule], level: Level) -> None:
        self.level: Level = level
        self.rules = [rule for rule in rules if rule.saturate and rule.used_at(level)]
        levels = ((rule, kind) for rule in self.rules for kind in EVERY_KIND if rule.admits(kind, level))
        self.admitted = {(op, kind) for rule, kind in levels for op in rule.operations}
        self.sides: dict[tuple[str, frozenset[str]], bool] = {}
        self.instances: dict[tuple[str, str, tuple[int, ...]], list[tuple[Expr, Expr]]] = {}

    def takes(self, node: Expr) -> bool:
        """Whether some equation is about an operation like `node`, of its dtype."""
        if node.type.kind == "python":
            return False
        if isinstance(node, Apply):
            if node.op.kind is OpKind.CONTRACTION and any(arg.type.rank > 2 for arg in node.args):
                return False  # the equations are about matrices, not about stacks of them
            return (node.op.name, node.type.dtype.kind) in self.admitted
        return ("transpose", node.type.dtype.kind) in self.admitted and is_transpose(node)

    def may_apply(self, root: Expr) -> bool:
        """Whether `root` has all the operations of one side of some equation: without them egglog need not be asked."""
        present: dict[str, set[str]] = {}
        for node in arr.walk(root):
            if self.takes(node):
                name = node.op.name if isinstance(node, Apply) else "transpose"
                present.setdefault(node.type.dtype.kind, set()).add(name)
        return any(self.has_side(kind, frozenset(names)) for kind, names in present.items())

    def has_side(self, kind: str, names: frozenset[str]) -> bool:
        """Whether some equation about this kind of dtype has a side of these operations alone."""
        if (kind, names) not in self.sides:
            rules = [rule for rule in self.rules if rule.admits(kind, self.level)]
            self.sides[kind, names] = any(side and side <= names for rule in rules for side in rule.sides)
        return self.sides[kind, names]

    def for_types(self, dtype: np.dtype, ranks: tuple[int, ...]) -> Iterator[tuple[Expr, Expr]]:
        """Both sides of each equation on operands of `dtype` and every combination of ranks that has a type."""
        for rule in self.rules:
            if not rule.admits(dtype.kind, self.level):
                continue
            key = (rule.name, str(dtype), ranks)
            if key not in self.instances:
                self.instances[key] = list(_instances(rule, dtype, ranks))
            yield from self.instances[key]


def _instances(rule: Rule, dtype: np.dtype, ranks: tuple[int, ...]) -> Iterator[tuple[Expr, Expr]]:
    for chosen in itertools.product(ranks, repeat=len(rule.params)):
        bound: dict[str, Any] = {}
        for name, rank in zip(rule.params, chosen, strict=True):
            bound[name] = Ref(f"?{name}", 0, Type(dtype, (Size.named("s"),) * rank, "array" if rank else "numpy"))
        if rule.where is not None and not rule.holds(bound):
            continue
        left, right = build(rule.left, bound), build(rule.right, bound)
        if left is None or right is None or left.type != right.type:
            continue
        # operands of an operation have its shape: a broadcast or a conversion is no part of an equation
        if not any((isinstance(n, View) and not is_transpose(n)) or _is_cast(n) for n in arr.walk(left, right)):
            yield left, right


def _is_cast(node: Expr) -> bool:
    return isinstance(node, Apply) and node.op.name == "cast"


def worth_trying(root: Expr, takes: Callable[[Expr], bool]) -> bool:
    """Whether equations could pay: products of products, or a term that occurs twice among sums and products."""
    products = 0
    leaves: dict[Expr, int] = {}
    constants = operations = 0
    seen: set[Expr] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if not takes(node):
            leaves[node] = leaves.get(node, 0) + 1
            constants += isinstance(node, (Const, Extent))
            continue
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Apply):
            products += node.op.kind is OpKind.CONTRACTION
            operations += node.op.kind is OpKind.ELEMENTWISE
        stack.extend(node.args)
    if products:
        return products > 1 or any(is_transpose(n) and n is root for n in seen) or operations > 0
    return operations > 1 and (constants > 1 or any(count > 1 for count in leaves.values()))


def _usable(rewrites: list[tuple[set[str], set[str], str]], reached: set[str]) -> list[str]:
    """The rewrites that can ever apply, given the constructors of the expression."""
    usable: list[str] = []
    pending = rewrites
    while True:
        ready = [one for one in pending if one[0] <= reached]
        if not ready:
            return usable
        pending = [one for one in pending if not one[0] <= reached]
        for _, makes, text in ready:
            usable.append(text)
            reached |= makes


# -- the e-graph -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Form:
    """One form of a class of equal expressions: an operation on classes, or a leaf."""

    symbol: str
    operands: tuple[str, ...]


class Saturation:
    """The equal forms of one expression."""

    def __init__(self, root: Expr, equations: Equations) -> None:
        self.root = root
        self.equations = equations
        self.leaves: list[Expr] = []
        self.leaf_number: dict[Any, int] = {}
        self.symbols: dict[tuple, str] = {}
        self.operations: dict[str, Expr] = {}
        self.engine = _egglog().EGraph()
        self.classes: dict[str, list[_Form]] = {}
        self.run()

    def run(self) -> None:
        taking = list(self.region())
        root = self.term(self.root)
        reached = set(self.symbols.values())
        rewrites: list[tuple[set[str], set[str], str]] = []
        ranks = tuple(sorted({0, *(n.type.rank for node in taking for n in (node, *node.args))}))
        for dtype in {node.type.dtype for node in taking}:
            for left, right in self.equations.for_types(dtype, ranks):
                rewrites += self.rewrites(left, right)
        usable = _usable(rewrites, reached)
        head = ["(sort E)", "(constructor L (i64) E)"]
        head += [f"(constructor {name} ({' '.join('E' * key[-1])}) E)" for key, name in self.symbols.items()]
        self.command("\n".join(dict.fromkeys([*head, *usable, f"(let $root {root})"])))
        size, start = 0, time.process_time()
        for _ in range(_ROUNDS):
            self.command("(run 1)")
            self.read()
            before, size = size, sum(len(forms) for forms in self.classes.values())
            if size == before or size > _NODES or time.process_time() - start > _SECONDS:
                break

    def command(self, text: str) -> None:
        self.engine.run_program(*self.engine.parse_program(text))

    def region(self) -> Iterator[Expr]:
        seen: set[Expr] = set()
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node in seen or not self.equations.takes(node):
                continue
            seen.add(node)
            yield node
            stack.extend(node.args)

    # -- terms

    def symbol(self, node: Expr) -> str:
        """The constructor for operations like `node`: on operands of these dtypes and ranks."""
        if isinstance(node, View):
            key: tuple = ("transpose", str(node.type.dtype), 1)
        else:
            assert isinstance(node, Apply)
            operands = tuple((str(arg.type.dtype), arg.type.rank) for arg in node.args)
            if node.op.kind is OpKind.ELEMENTWISE:  # scalars stand for arrays there
                operands = tuple((dtype, 0) for dtype, _ in operands)
            key = (node.op.name, operands, str(node.type.dtype), len(node.args))
        if key not in self.symbols:
            self.symbols[key] = f"f{len(self.symbols)}"
            self.operations[self.symbols[key]] = node
        return self.symbols[key]

    def leaf(self, node: Expr) -> str:
        known = make.number(node)
        key = node if known is None else ("number", repr(np.asarray(known).astype(node.type.dtype)[()]))
        if key not in self.leaf_number:
            self.leaf_number[key] = len(self.leaves)
            self.leaves.append(node)
        return f"(L {self.leaf_number[key]})"

    def term(self, root: Expr) -> str:
        done: dict[Expr, str] = {}
        for node in arr.walk(root):
            if self.equations.takes(node):
                done[node] = f"({self.symbol(node)} {' '.join(done[arg] for arg in node.args)})"
            else:
                done[node] = self.leaf(node) if not isinstance(node, Ref) or node.name[0] != "?" else node.name[1:]
        return done[root]

    def rewrites(self, left: Expr, right: Expr) -> list[tuple[set[str], set[str], str]]:
        """An equation as rewrites: the constructors that each needs, those that it makes, and its text."""
        names = [{n.name for n in arr.walk(side) if isinstance(n, Ref)} for side in (left, right)]
        terms = self.term(left), self.term(right)
        used = [set(_SYMBOL.findall(term)) for term in terms]
        return [
            (used[k], used[1 - k], f"(rewrite {terms[k]} {terms[1 - k]})")
            for k in (0, 1)
            if names[1 - k] <= names[k] and terms[k].startswith("(f")
        ]

    # -- reading

    def read(self) -> None:
        nodes = json.loads(self.engine.serialize([]).to_json())["nodes"]
        self.classes = {}
        for node in nodes.values():
            if node["op"] == "L":
                (number,) = node["children"]
                form = _Form("L", (nodes[number]["op"],))
            elif node["op"] in self.operations:
                form = _Form(node["op"], tuple(nodes[child]["eclass"] for child in node["children"]))
            else:
                continue
            self.classes.setdefault(node["eclass"], []).append(form)

    def best(self, sizes: Sizes) -> tuple[float, Expr]:
        """The form of the whole that costs least, and its cost; infinite where equal sizes have several names.

        A form is then of another type by its names, and none may be found: the whole stays as it is.
        """
        found: dict[str, tuple[float, Expr]] = {}
        known = self.types()
        changed = True
        rounds = 0
        while changed and rounds < 50:
            changed, rounds = False, rounds + 1
            for name, forms in self.classes.items():
                for form in forms:
                    candidate = self.candidate(form, found, sizes)
                    if candidate is None or (name in known and candidate[1].type != known[name]):
                        continue
                    if name not in found or candidate[0] < found[name][0]:
                        found[name] = candidate
                        changed = True
        whole = self.class_of(self.root)
        return (math.inf, self.root) if whole is None else found.get(whole, (math.inf, self.root))

    def candidate(
        self, form: _Form, found: Mapping[str, tuple[float, Expr]], sizes: Sizes
    ) -> tuple[float, Expr] | None:
        if form.symbol == "L":
            return 0.0, self.leaves[int(form.operands[0])]
        if any(operand not in found for operand in form.operands):
            return None
        parts = [found[operand] for operand in form.operands]
        values = [value for _, value in parts]
        like = self.operations[form.symbol]
        made = make.transpose(values[0]) if isinstance(like, View) else _applied(like, values)
        if made is None:
            return None
        return sum(cost for cost, _ in parts) + own_cost(made, sizes), made

    def types(self) -> dict[str, Type]:
        return {name: node.type for node in self.region() if (name := self.class_of(node)) is not None}

    def class_of(self, root: Expr) -> str | None:
        """The class that holds `root`; None where the e-graph, as it is read, does not show all of its forms."""
        by_form = {form: name for name, forms in self.classes.items() for form in forms}
        done: dict[Expr, str] = {}
        for node in arr.walk(root):
            if self.equations.takes(node):
                if not all(arg in done for arg in node.args):
                    continue
                form = _Form(self.symbol(node), tuple(done[arg] for arg in node.args))
            else:
                form = _Form("L", (self.leaf(node)[3:-1],))
            if form in by_form:
                done[node] = by_form[form]
        return done.get(root)


def _applied(like: Expr, values: Sequence[Expr]) -> Expr | None:
    assert isinstance(like, Apply)
    if like.op.kind is OpKind.CONTRACTION:
        return make.matmul(values[0], values[1])
    made = make.elementwise(like.op, *values)
    return made if made is not None and made.type.dtype == like.type.dtype else None


# -- cost --------------------------------------------------------------------------------------------------------------


def own_cost(node: Expr, sizes: Sizes) -> float:
    """Operations of a node alone, and the bytes of what it leaves in memory, in additions of one element."""
    if not isinstance(node, Apply):
        return 0.0
    elements = 1.0
    for size in node.shape:
        elements *= sizes(size)
    if node.op.kind is OpKind.CONTRACTION:
        return node.op.cost * elements * sizes(node.args[0].shape[-1]) + 2 * elements
    return node.op.cost * elements


def cost(root: Expr, sizes: Sizes) -> float:
    """Operations of a whole expression; what occurs twice counts twice, as the forms are compared."""
    done: dict[Expr, float] = {}
    for node in arr.walk(root):
        done[node] = own_cost(node, sizes) + sum(done[arg] for arg in node.args)
    return done[root]
