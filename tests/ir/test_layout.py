"""Does generated code mean what it meant with all its parentheses, and on one line?"""

from __future__ import annotations

import ast
import random

import pytest

from mdsl.ir.layout import MARGIN, chosen, filled, folded

TEMPLATES = [
    f"{{0}} {op} {{1}}" for op in ("+", "-", "*", "/", "//", "%", "**", "<", "==", "and", "or", "&", "<<", "^")
]
TEMPLATES += ["-{0}", "not {0}", "np.exp({0})", "f({0}, {1})", "{0}.real", "({0} != 0) and ({1} != 0)", "~{0}"]
LEAVES = ["x", "-2.5", "a[i + 1, j]", "n - k", "2*n + 1", "1e-05", "np.uint64(i - j)", "-np.inf", "True"]


def _pair(rng: random.Random, depth: int) -> tuple[str, str]:
    """An expression as it is printed, and with every operand in parentheses."""
    if not depth or rng.random() < 0.1:
        leaf = rng.choice(LEAVES)
        return leaf, f"({leaf})"
    if rng.random() < 0.15:
        parts = [_pair(rng, depth - 1) for _ in range(3)]
        full = "({} if {} else {})".format(*(p[1] for p in parts))
        return chosen(*(p[0] for p in parts)), full
    template = rng.choice(TEMPLATES)
    parts = [_pair(rng, depth - 1) for _ in range(template.count("{"))]
    return filled(template, [p[0] for p in parts]), f"({template.format(*(p[1] for p in parts))})"


class _Joined(ast.NodeTransformer):
    """(a and b) and c is a and b and c: the same tests in the same order."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        self.generic_visit(node)
        first, *rest = node.values
        if isinstance(first, ast.BoolOp) and type(first.op) is type(node.op):
            return ast.BoolOp(node.op, [*first.values, *rest])
        return node


def _meaning(expression: str) -> str:
    return ast.dump(_Joined().visit(ast.parse(expression)))


def test_parentheses_that_are_left_out_were_needless() -> None:
    for seed in range(1000):
        short, full = _pair(random.Random(seed), 5)
        assert _meaning(short) == _meaning(full), f"{short}\n{full}"


@pytest.mark.parametrize(
    "statement", ["a[i, j + 1] = {}", "t = {}", "return {}", "y[i] += {}", "if {}:", "f(x, {}, y)"]
)
def test_a_folded_line_is_the_same_statement(statement: str) -> None:
    for seed in range(300):
        line = statement.format(_pair(random.Random(seed), 6)[0])
        tail = "\n     pass" if line.endswith(":") else ""
        broken = "\n ".join(folded(line))
        plain = ast.parse(f"def f():\n {line}{tail}")
        assert ast.dump(ast.parse(f"def f():\n {broken}{tail}")) == ast.dump(plain), broken


def test_a_sum_of_products_keeps_the_margin() -> None:
    for count in range(2, 40):
        term = "weights[i, j] * (values[i + 1, j] - values[i, j])"
        line = "result[i, j] = " + " + ".join([term] * count)
        assert max(map(len, folded(line, 3))) <= MARGIN


def test_what_is_read_from_left_to_right_needs_none() -> None:
    text = "a"
    for name in "bcd":
        text = filled("{0} + {1}", (text, name))
    assert filled("{0} - {1}", (text, filled("{0} * {1}", ("4.0", "e")))) == "a + b + c + d - 4.0 * e"
    assert filled("{0} < {1}", (text, "e")) == "a + b + c + d < e"


def test_comparisons_are_never_chained() -> None:
    assert filled("{0} == {1}", ("a < b", "c")) == "(a < b) == c"


def test_texts_and_comments_are_not_broken() -> None:
    message = 'raise ValueError("' + "long " * 40 + '")'
    assert folded(message, 1) == ["    " + message]
    assert folded("# " + "long " * 40) == ["# " + "long " * 40]


def test_a_call_is_broken_at_its_commas() -> None:
    names = ", ".join(f"argument_{k}" for k in range(20))
    lines = folded(f"first, second = kernel({names})", 2)
    assert lines[0] == "        first, second = kernel("
    assert lines[-1] == "        )"
    assert all(line.endswith(",") for line in lines[1:-1])


def test_subscripts_are_broken_last() -> None:
    line = "c = " + " + ".join(["a[i + 1, j + 1]"] * 9)
    assert all(part.count("[") == part.count("]") for part in folded(line))
