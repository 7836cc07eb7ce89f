"""How is generated Python laid out? As a person would write it: no needless parentheses, no line beyond the margin."""

from __future__ import annotations

import re
from collections.abc import Iterable

MARGIN = 120
_INDENT = "    "

#: How tightly an expression's outermost operator binds.
CHOICE, OR, AND, NOT, COMPARE, BITS, SUM, TERM, SIGN, POWER, ATOM = range(11)
_BINARY = {"if": CHOICE, "else": CHOICE, "or": OR, "and": AND, "not": NOT, "in": COMPARE, "is": COMPARE}
_BINARY |= dict.fromkeys(("==", "!=", "<=", ">=", "<", ">"), COMPARE)
_BINARY |= dict.fromkeys(("|", "^", "&", "<<", ">>"), BITS)
_BINARY |= {"+": SUM, "-": SUM, "*": TERM, "/": TERM, "//": TERM, "%": TERM, "**": POWER}
_TOKEN = re.compile(r"[()\[\]]| ([^\s()\[\]]+)(?= )|\*")
_SLOTS = re.compile(r"\{0\} (\S+) \{1\}")
_ASSIGNMENT = re.compile(r"[^()\[\]='\"]*(?:\[[^='\"]*\])? (?:[-+*/|&^]|//|\*\*)?= |return ")


def binding(text: str) -> int:
    """How tightly the outermost operator of an expression binds, which has a space on either side.

    >>> [binding(text) for text in ("f(a[i + 1], 2)", "-x", "a * b + c", "x if a < b else y", "2*n")] == [
    ...     ATOM, SIGN, SUM, CHOICE, TERM]
    True
    """
    found = NOT if text.startswith("not ") else SIGN if text[0] in "-~" else ATOM
    depth = 0
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "(" | "[":
                depth += 1
            case ")" | "]":
                depth -= 1
            case "*" if not depth:
                found = min(found, TERM)
            case _ if not depth and token[1] in _BINARY:
                found = min(found, _BINARY[token[1]])
    return found


def filled(template: str, operands: Iterable[str]) -> str:
    """A template with its operands, each in parentheses where Python, or a reader, would take it apart otherwise.

    >>> filled("{0} - {1}", ("a + b", "c * d")), filled("{0} - {1}", ("a", "b - c"))
    ('a + b - c * d', 'a - (b - c)')
    >>> filled("{0} and {1}", ("a + b < c", "c or d")), filled("{0} * {1}", ("a / b", "c"))
    ('a + b < c and (c or d)', '(a / b) * c')
    """
    slots = _SLOTS.fullmatch(template)
    operator = slots[1] if slots is not None else ""
    texts = []
    for position, text in enumerate(operands):
        slot = "{" + str(position) + "}"
        alone = any(f"{before}{slot}{after}" in template for before in ("(", ", ") for after in (")", ","))
        bare = alone or template == slot or _stands(text, operator, position)
        texts.append(text if bare else f"({text})")
    return template.format(*texts)


def operand(text: str) -> str:
    """An expression that stands before a dot or a bracket, or behind a sign."""
    return text if binding(text) == ATOM else f"({text})"


def _stands(text: str, operator: str, position: int) -> bool:
    """Whether an operand needs no parentheses beside a binary operator ("" is another kind of place)."""
    level, own = _BINARY.get(operator, POWER), binding(text)
    if own == ATOM:
        return True
    if level in (OR, AND):
        return own >= NOT or (own == level and not position)
    if level == COMPARE:
        return own > BITS
    if position and text[0] == "-":
        return False
    if level == SUM:
        return own >= (TERM if position else SUM)
    if level == TERM and own == TERM:
        # Python reads a / b * c from left to right, people do not
        return operator == "*" and not position and not _divides(text)
    return level == TERM and own == SIGN


def _divides(text: str) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in ("(", "[")) - (token[0] in (")", "]"))
        if not depth and token[1] in ("/", "//", "%"):
            return True
    return False


def chosen(then: str, condition: str, otherwise: str) -> str:
    """A conditional expression."""
    texts = (text if binding(text) > CHOICE else f"({text})" for text in (then, condition, otherwise))
    return "{} if {} else {}".format(*texts)


# -- long lines --------------------------------------------------------------------------------------------------------


def folded(text: str, depth: int = 0) -> list[str]:
    """The lines of one statement, indented and broken where it is too long.

    >>> folded("total = " + " + ".join(["first"] * 3))
    ['total = first + first + first']
    >>> print("\\n".join(folded("a[i] = x * (" + " + ".join(["a_name"] * 14) + ")", 1)))
        a[i] = x * (
            a_name + a_name + a_name + a_name + a_name + a_name + a_name + a_name + a_name + a_name + a_name + a_name
            + a_name + a_name
        )
    """
    indent = _INDENT * depth
    if len(indent) + len(text) <= MARGIN or text.startswith("#") or "'" in text or '"' in text:
        return [indent + text]
    head = _ASSIGNMENT.match(text)
    if head is not None:
        expression = text[head.end() :]
        if binding(expression) == ATOM and _groups(expression):
            return _within(head[0], expression, "", depth)
        whole = [indent + head[0] + "(", *_pieces(expression, depth + 1), indent + ")"]
        inside = _within(head[0], expression, "", depth)
        ends = binding(expression) == TERM and expression[-1] == ")"
        return inside if ends and len(inside) <= len(whole) else whole
    return _within("", text, "", depth)


def _pieces(expression: str, depth: int) -> list[str]:
    """An expression in parentheses: on one line, or broken before its loosest operators, as many to a line as fit."""
    indent = _INDENT * depth
    if len(indent) + len(expression) <= MARGIN:
        return [indent + expression]
    parts = _parted(expression)
    if len(parts) == 1:
        return _within("", expression, "", depth)
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 1 + len(part) <= MARGIN and len(indent) + len(part) <= MARGIN:
            lines[-1] += " " + part
        elif len(indent) + len(part) <= MARGIN:
            lines.append(indent + part)
        else:
            lines += _within("", part, "", depth)
    return lines


def _within(head: str, text: str, tail: str, depth: int) -> list[str]:
    """A text broken inside its largest brackets."""
    indent = _INDENT * depth
    groups = _groups(text)
    if not groups:
        return [indent + head + text + tail]
    # subscripts last: they are read in one piece
    start, end = max(groups, key=lambda group: (text[group[0]] == "(", group[1] - group[0]))
    inner = text[start + 1 : end]
    items = _items(inner)
    if len(items) == 1:
        lines = _pieces(inner, depth + 1)
    else:
        lines = _filled_lines(items, depth + 1)
    return [indent + head + text[: start + 1], *lines, indent + text[end:] + tail]


def _filled_lines(items: list[str], depth: int) -> list[str]:
    """Items with commas, as many to a line as fit."""
    indent = _INDENT * depth
    lines: list[str] = []
    for item in items:
        if len(indent) + len(item) + 1 > MARGIN:
            lines += _within("", item, ",", depth)
        elif lines and len(lines[-1]) + len(item) + 2 <= MARGIN:
            lines[-1] += f" {item},"
        else:
            lines.append(f"{indent}{item},")
    if len(lines) == 1:
        lines[0] = lines[0].removesuffix(",")
    return lines


def _groups(text: str) -> list[tuple[int, int]]:
    """Where the outermost brackets stand that hold something."""
    groups: list[tuple[int, int]] = []
    start = depth = 0
    for k, c in enumerate(text):
        if c in "([":
            start = start if depth else k
            depth += 1
        elif c in ")]":
            depth -= 1
            if not depth and k > start + 1:
                groups.append((start, k))
    return groups


def _items(text: str) -> list[str]:
    """What stands between the outermost commas."""
    items: list[str] = []
    depth = start = 0
    for k, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == "," and not depth:
            items.append(text[start:k].strip())
            start = k + 1
    return [*items, text[start:].strip()] if text[start:].strip() else items


def _parted(text: str) -> list[str]:
    """The operands of the loosest operators, each but the first with its operator in front."""
    level = binding(text)
    depth = 0
    cuts = [0]
    for token in _TOKEN.finditer(text):
        depth += (token[0] in ("(", "[")) - (token[0] in (")", "]"))
        if not depth and token[1] and _BINARY.get(token[1]) == level and level not in (NOT, SIGN):
            cuts.append(token.start() + 1)
    return [text[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]
